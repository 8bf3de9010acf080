import type { Message } from '../message/message.ts';

/** Whether the body is JSON at this moment, parsed or not. */
export function isJsonBody(message: Message): boolean {
  const { form, contentType } = message.body;
  if (form === 'json') return true;
  if (form !== 'bytes' && form !== 'stream') return false;
  return /^\s*[\w.+-]+\/(?:[\w.+-]*\+)?json\b/i.test(contentType ?? '');
}
