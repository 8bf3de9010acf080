import type { Options } from 'amqplib';
import { writeBody } from '../../message/formats/write.ts';
import type { Message, Value } from '../../message/message.ts';

/** What a flow may set: axis2 properties or transport headers of these names. Source: RabbitMQMessageSender. */
const standard = {
  contentEncoding: 'rabbitmq.message.content.encoding',
  correlationId: 'rabbitmq.message.correlation.id',
  messageId: 'rabbitmq.message.id',
  expiration: 'rabbitmq.message.expiration',
  userId: 'rabbitmq.message.user.id',
  appId: 'rabbitmq.message.app.id',
  type: 'rabbitmq.message.type',
} as const;

/** Transport headers that belong to another hop, or stand in a property of their own. */
const notPassedOn = /^(content-type|content-length|transfer-encoding|host|connection|accept-encoding)$/i;

export interface Written {
  readonly content: Buffer;
  readonly options: Options.Publish;
}

/** The message as it is published: persistent, its transport headers as headers, its properties where AMQP has them. */
export async function write(message: Message, signal?: AbortSignal): Promise<Written> {
  await message.body.load(signal);
  const { bytes, contentType } = writeBody(message);
  const said = (name: string): Value | undefined => message.axis2.get(name) ?? message.headers.get(name);
  const options: Options.Publish = {
    persistent: true,
    headers: headersOf(message),
    messageId: textOf(said(standard.messageId)) ?? message.id,
  };
  const asked = textOf(said('rabbitmq.message.content.type'));
  const type = asked ?? contentType;
  if (type !== undefined) options.contentType = type;
  for (const [field, name] of Object.entries(standard) as [keyof typeof standard, string][]) {
    const value = textOf(said(name));
    if (value !== undefined) options[field] = value;
  }
  const priority = Number(said('rabbitmq.message.priority'));
  if (Number.isInteger(priority) && priority >= 0) options.priority = Math.min(priority, 255);
  return { content: Buffer.from(bytes ?? new Uint8Array()), options };
}

function headersOf({ headers, conversation, addressing }: Message): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, value] of headers)
    if (!notPassedOn.test(name) && !name.startsWith('rabbitmq.message.') && name !== 'RABBITMQ_REPLY_TO')
      out[name] = value;
  if (addressing.action !== undefined) out['SOAP_ACTION'] = addressing.action;
  const { fence } = conversation;
  if (fence) {
    out['X-Fencing-Token'] = String(fence.token);
    out['Idempotency-Key'] ??= fence.key;
  }
  return out;
}

function textOf(value: Value | undefined): string | undefined {
  return value === undefined || value === null || typeof value === 'object' ? undefined : String(value);
}
