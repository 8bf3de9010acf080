import type { IPublishPacket } from 'mqtt';
import type { Term } from '../../engine/ports.ts';
import { Body } from '../../message/body.ts';
import { Headers } from '../../message/headers.ts';
import type { Message } from '../../message/message.ts';
import { inboundMessage } from '../inbound-message.ts';
import type { ConsumerParts } from '../inbound-kind.ts';

/**
 * A message as a flow sees it: mqtt.topic, mqtt.qos, mqtt.retained and mqtt.duplicate as properties. Of MQTT 5: user
 * properties are transport headers, the response topic is mqtt.response.topic.
 */
export function messageOf(
  { topic, payload, qos, retain, dup, properties: said }: IPublishPacket,
  contentType: string | undefined,
  { name, environment }: ConsumerParts,
  term: Term,
): Message {
  const id = `${name}/${topic}/${crypto.randomUUID()}`;
  const headers = new Headers();
  for (const [header, values] of Object.entries(said?.userProperties ?? {}))
    for (const value of [values].flat()) headers.append(header, value);
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
  const message = inboundMessage({
    name,
    term,
    id,
    body: Body.bytes(bytes, contentType ?? said?.contentType ?? 'text/plain'),
    headers,
    environment,
  });
  const { properties } = message;
  properties.set('mqtt.topic', topic);
  properties.set('mqtt.qos', qos);
  properties.set('mqtt.retained', retain);
  properties.set('mqtt.duplicate', dup);
  if (said?.responseTopic !== undefined) properties.set('mqtt.response.topic', said.responseTopic);
  if (said?.correlationData !== undefined) properties.set('mqtt.correlation.data', said.correlationData.toString());
  return message;
}
