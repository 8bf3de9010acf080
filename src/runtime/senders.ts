import type { Sender } from '../engine/ports.ts';
import { createHttpSender } from '../transports/http/sender.ts';

/** Everything that sends, by the schemes of addresses. A line here is all that a new protocol needs. */
export function createSenders(): readonly Sender[] {
  return [createHttpSender()];
}
