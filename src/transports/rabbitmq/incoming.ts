import type { Message as RabbitMessage, MessageProperties } from 'amqplib';
import type { Term } from '../../engine/ports.ts';
import { Body } from '../../message/body.ts';
import type { Environment } from '../../message/environment.ts';
import { Headers } from '../../message/headers.ts';
import type { Message } from '../../message/message.ts';
import { inboundMessage } from '../inbound-message.ts';

type TextProperties = Partial<Record<'messageId' | 'correlationId' | 'replyTo' | 'contentEncoding', string>>;

export interface Incoming {
  /** Of the inbound endpoint or proxy. */
  readonly name: string;
  readonly environment: Environment;
  /** Instead of the message's own. */
  readonly contentType?: string | undefined;
}

/**
 * A delivery as a flow sees it. Its headers are transport headers, beside rabbitmq.message.correlation.id,
 * rabbitmq.message.id and RABBITMQ_REPLY_TO; the other properties are axis2 properties.
 * Source: RabbitMQUtils.getTransportHeaders, buildMessage.
 */
export function messageOf({ content, fields, properties }: RabbitMessage, to: Incoming, term?: Term): Message {
  const { messageId, correlationId, replyTo, contentEncoding } = properties as MessageProperties & TextProperties;
  const contentType = to.contentType ?? (properties.contentType as string | undefined) ?? 'text/plain';
  const headers = new Headers();
  if (correlationId !== undefined) headers.set('rabbitmq.message.correlation.id', correlationId);
  if (messageId !== undefined) headers.set('rabbitmq.message.id', messageId);
  if (replyTo !== undefined) headers.set('RABBITMQ_REPLY_TO', replyTo);
  for (const [name, value] of Object.entries(properties.headers ?? {})) headers.set(name, textOf(value));
  const id = messageId ?? crypto.randomUUID();
  const message = inboundMessage({
    name: to.name,
    term,
    id: `${to.name}/${id}`,
    body: Body.bytes(content, contentType),
    headers,
    environment: to.environment,
  });
  const { axis2 } = message;
  axis2.set('rabbitmq.message.content.type', contentType);
  const correlated = correlationId ?? messageId;
  if (correlated !== undefined) axis2.set('rabbitmq.message.correlation.id', correlated);
  if (contentEncoding !== undefined) axis2.set('rabbitmq.message.content.encoding', contentEncoding);
  axis2.set('rabbitmq.message.redelivered', fields.redelivered);
  const action: unknown = properties.headers?.['SOAP_ACTION'];
  if (action !== undefined) message.addressing.action = textOf(action);
  return message;
}

/** Headers of AMQP are typed; those of a flow are text. Tables and lists become JSON. */
function textOf(value: unknown): string {
  if (Buffer.isBuffer(value)) return value.toString('utf8');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
