import { Fault } from '../errors.ts';
import type { Term } from './ports.ts';

/** For the tests of every room that works under a term: it lasts until it is handed over, or lost. */
export interface TriedTerm extends Term {
  /** The signal aborts; the term is still good for what is in hand, until `lose`. */
  handOver(): void;
  lose(): void;
  /** Its lease is renewed late: nobody knows whether it holds, until `renew`. */
  doubt(): void;
  renew(): void;
}

export function tryTerm(artifact: string, token = 1): TriedTerm {
  const life = new AbortController();
  let valid = true;
  return {
    artifact,
    token,
    signal: life.signal,
    valid: () => valid,
    assert() {
      if (!valid) throw new Fault('TERM_LOST', { detail: { artifact } });
    },
    lastFire: undefined,
    runs: 0,
    claim: async () => valid,
    handOver: () => life.abort(new DOMException('handed over', 'AbortError')),
    doubt: () => void (valid = false),
    renew: () => void (valid = true),
    lose() {
      valid = false;
      life.abort(new DOMException('lost', 'AbortError'));
    },
  };
}
