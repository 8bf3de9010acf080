/**
 * What becomes of a request when the replica it was given to breaks off. Pure: the facts in, the decision and its
 * reason out. The rule is HTTP's (RFC 9110 9.2.2): a proxy repeats by itself only what surely was not processed,
 * or what may be processed twice without harm.
 */
export interface Attempt {
  readonly method: string;
  /** True when the request carries a body, whatever its method. */
  readonly hasBody: boolean;
  /** How far this attempt came before it broke. */
  readonly reached: Reached;
  /** Attempts so far, this one included. */
  readonly attempts: number;
  /** Attempts whose bytes may have been read by a replica, this one included. */
  readonly possiblyRead: number;
  /** True when part of the body has been taken from the client and can not be sent a second time. */
  readonly bodyConsumed: boolean;
}

/**
 * - unsent: no byte of it was written to a replica (refused, or the connection broke first)
 * - sent: at least the head was written; nothing came back
 * - answering: the head of the answer came back, and may have gone to the client
 */
export type Reached = 'unsent' | 'sent' | 'answering';

/**
 * - again: give it to another replica
 * - lost: answer 502; nobody knows whether it was processed
 * - cut: the answer has begun; the client's connection is closed, so that it sees an incomplete answer
 */
export interface RetryDecision {
  readonly does: 'again' | 'lost' | 'cut';
  readonly reason: string;
}

const mostAttempts = 10;
const repeatable: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** True when the request may be given to a second replica although a first one may have read it. */
export function isRepeatable(method: string, hasBody: boolean): boolean {
  return repeatable.has(method) && !hasBody;
}

export function decideRetry(attempt: Attempt): RetryDecision {
  if (attempt.reached === 'answering') return { does: 'cut', reason: 'the replica was lost while it answered' };
  if (attempt.reached === 'unsent') {
    if (attempt.bodyConsumed) return { does: 'lost', reason: 'its body was already taken from the client' };
    if (attempt.attempts >= mostAttempts) return { does: 'lost', reason: `${mostAttempts} attempts could not connect` };
    return { does: 'again', reason: 'no byte of it had been written to a replica' };
  }
  if (!isRepeatable(attempt.method, attempt.hasBody)) {
    return { does: 'lost', reason: 'the replica may have processed it before it was lost' };
  }
  if (attempt.possiblyRead > 1) return { does: 'lost', reason: 'two replicas were lost while they had it' };
  return { does: 'again', reason: `${attempt.method} may be repeated and nothing had been received` };
}
