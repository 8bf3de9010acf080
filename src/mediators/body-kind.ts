import type { Message } from '../message/message.ts';

/** Whether the body is JSON at this moment, parsed or not. */
export function isJsonBody(message: Message): boolean {
  return message.body.kind === 'json';
}
