import type { MessageToProduce } from '@platformatic/kafka';
import { writeBody } from '../../message/formats/write.ts';
import type { Message } from '../../message/message.ts';

/** Transport headers that belong to another hop. */
const notPassedOn = /^(content-length|transfer-encoding|host|connection|accept-encoding|content-type)$/i;

/**
 * The message as a record: its body as value, transport headers and Content-Type as headers. The axis2 properties
 * kafka.key and kafka.partition say what they say; otherwise the key chooses the partition, and without a key they take turns.
 */
export async function recordOf(
  message: Message,
  topic: string,
  key: string | undefined,
  signal: AbortSignal,
): Promise<MessageToProduce> {
  await message.body.load(signal);
  const { bytes, contentType } = writeBody(message);
  const headers = new Map<Buffer, Buffer>();
  const add = (name: string, value: string): void => void headers.set(Buffer.from(name), Buffer.from(value));
  for (const [name, value] of message.headers) if (!notPassedOn.test(name)) add(name, value);
  if (contentType !== undefined) add('Content-Type', contentType);
  const { fence } = message.conversation;
  if (fence) {
    add('X-Fencing-Token', String(fence.token));
    if (!message.headers.has('Idempotency-Key')) add('Idempotency-Key', fence.key);
  }
  const said = message.axis2.get('kafka.key') ?? key;
  const partition = Number(message.axis2.get('kafka.partition') ?? Number.NaN);
  return {
    topic,
    value: Buffer.from(bytes ?? new Uint8Array()),
    ...(said === undefined || said === null ? {} : { key: Buffer.from(typeof said === 'object' ? '' : String(said)) }),
    ...(Number.isInteger(partition) ? { partition } : {}),
    headers,
  };
}
