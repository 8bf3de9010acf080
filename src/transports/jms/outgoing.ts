import type { Message as AmqpMessage } from 'rhea';
import type { Message, Value } from '../../message/message.ts';
import { typeAnnotation, writeJmsBody } from './body.ts';

export interface OutgoingOptions {
  /** Names the message property that is to hold the content type. */
  readonly contentTypeProperty: string | undefined;
  /** Names of JMS properties are Java's: what becomes of the hyphens in those of HTTP headers. */
  readonly hyphens: 'none' | 'replace' | 'delete';
}

/** Transport headers that belong to another hop. */
const notPassedOn =
  /^(content-type|content-length|transfer-encoding|host|connection|accept|accept-encoding|user-agent)$/i;

/**
 * The message as JMS sends it: persistent unless JMS_DELIVERY_MODE is 1, transport headers as its properties, the JMS_
 * headers in their places. Source: Axis2 JMSUtils.setTransportHeaders, JMSSender.createJMSMessage.
 */
export async function write(message: Message, options: OutgoingOptions, signal?: AbortSignal): Promise<AmqpMessage> {
  const { default: rhea } = await import('rhea');
  const { body, typeNumber, contentType } = await writeJmsBody(message, signal);
  const said = (name: string): string | undefined => textOf(message.axis2.get(name) ?? message.headers.get(name));
  const number = (name: string): number | undefined => {
    const value = Number(said(name) ?? NaN);
    return Number.isFinite(value) ? value : undefined;
  };
  const properties = propertiesOf(message, options);
  if (options.contentTypeProperty !== undefined && contentType !== undefined)
    properties[options.contentTypeProperty] = contentType;
  const ttl = number('JMS_TIME_TO_LIVE') ?? 0;
  const written: AmqpMessage = {
    body,
    durable: said('JMS_DELIVERY_MODE') !== '1',
    message_id: message.id,
    creation_time: new Date(message.environment.now()),
    application_properties: properties,
    message_annotations: { [typeAnnotation]: rhea.types.wrap_byte(typeNumber) },
    ...(contentType === undefined ? {} : { content_type: contentType }),
  };
  const correlation = said('JMS_COORELATION_ID');
  if (correlation !== undefined) written.correlation_id = correlation;
  const priority = number('JMS_PRIORITY');
  if (priority !== undefined) written.priority = Math.max(0, Math.min(9, Math.trunc(priority)));
  if (ttl > 0) {
    written.ttl = ttl;
    written.absolute_expiry_time = new Date(message.environment.now() + ttl);
  }
  const type = said('JMS_TYPE');
  if (type !== undefined) written.subject = type;
  const group = said('JMSXGroupID');
  if (group !== undefined) written.group_id = group;
  const sequence = number('JMSXGroupSeq');
  if (sequence !== undefined) written.group_sequence = sequence;
  return written;
}

function propertiesOf(
  { headers, addressing, conversation }: Message,
  { hyphens }: OutgoingOptions,
): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, value] of headers) {
    if (notPassedOn.test(name) || /^(JMS_|JMSX)/.test(name)) continue;
    out[
      hyphens === 'replace' ? name.replaceAll('-', '_HYPHEN_') : hyphens === 'delete' ? name.replaceAll('-', '') : name
    ] = value;
  }
  if (addressing.action !== undefined) out['SOAPAction'] ??= addressing.action;
  const { fence } = conversation;
  if (fence) {
    out['X_Fencing_Token'] = String(fence.token);
    out['Idempotency_Key'] ??= fence.key;
  }
  return out;
}

function textOf(value: Value | undefined): string | undefined {
  return value === undefined || value === null || typeof value === 'object' ? undefined : String(value);
}
