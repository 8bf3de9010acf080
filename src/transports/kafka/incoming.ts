import type { Term } from '../../engine/ports.ts';
import { Body } from '../../message/body.ts';
import type { Message } from '../../message/message.ts';
import { inboundMessage } from '../inbound-message.ts';
import type { ConsumerParts } from '../inbound-kind.ts';
import type { ConsumingConfig } from './parameters.ts';
import type { Fetched, Partition } from './partition.ts';

/** MI warns that it has none and takes this. */
const usualType = 'application/json';

/**
 * Records as a flow sees them: one by itself, or many as one. Properties: topic, partitionNo, offset, timestamp,
 * timestampType, key, messageValue, and each record header. Source: esb-inbound-kafka populateMessageContext.
 */
export function messageOf(
  records: readonly Fetched[],
  { topic, number }: Partition,
  config: ConsumingConfig,
  { name, environment }: ConsumerParts,
  term: Term,
): Message {
  const [first] = records;
  const id = `${name}/${topic}/${number}/${first!.offset}`;
  const message = inboundMessage({
    name,
    term,
    id,
    body: config.batches ? batchBody(records, config) : Body.bytes(first!.value!, config.contentType ?? usualType),
    environment,
  });
  const { properties } = message;
  properties.set('topic', topic);
  properties.set('partitionNo', number);
  properties.set('offset', first!.offset);
  if (config.batches) return message;
  const { timestamp, timestampType, key, value, headers } = first!;
  properties.set('timestamp', timestamp);
  properties.set('timestampType', timestampType);
  if (key) properties.set('key', key.toString());
  properties.set('messageValue', value!.toString());
  for (const [header, text] of headers)
    if (header) properties.set(config.headerPrefix + header.toString(), text?.toString() ?? '');
  return message;
}

/** A JSON array, or <messages> around XML, or around text as Synapse wraps it. Source: esb-inbound-kafka buildBatchPayload. */
function batchBody(records: readonly Fetched[], { contentType = usualType }: ConsumingConfig): Body {
  const media = contentType.split(';')[0]!.trim().toLowerCase();
  const texts = records.map(({ value }) => value!.toString());
  const bytes = (text: string, type: string): Body => Body.bytes(Buffer.from(text), type);
  if (media === 'application/json') return bytes(`[${texts.join(',')}]`, contentType);
  const isXml = media === 'application/xml' || media === 'text/xml';
  const inside = isXml
    ? texts
    : texts.map((text) => `<text xmlns="http://ws.apache.org/commons/ns/payload">${escaped(text)}</text>`);
  return bytes(`<messages>${inside.join('')}</messages>`, 'application/xml');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
