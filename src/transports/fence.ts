import type { Term } from '../engine/ports.ts';
import type { Fence } from '../message/message.ts';

/** What a message that was taken under a term carries. `key` names the message whoever takes it again. */
export function fenceOf(term: Term, key: string): Fence {
  // Of what every replica does no token is newer than another, so stores must not compare them.
  const held = term.token === 0 ? {} : { artifact: term.artifact };
  return { ...held, assert: () => term.assert(), token: term.token, key };
}
