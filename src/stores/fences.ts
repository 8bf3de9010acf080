import type { Holder } from '../engine/ports.ts';
import { Fault } from '../errors.ts';

/** Which holder of each artifact acted last. */
export interface Fences {
  /** Throws STORE_REFUSED for a holder whose artifact another one holds since. */
  pass(by: Holder | undefined): void;
}

/** Keeps them in memory: enough where no other process acts on the store. */
export function createFences(store: string): Fences {
  const highest = new Map<string, number>();
  return {
    pass(by) {
      if (!by) return;
      const seen = highest.get(by.artifact) ?? 0;
      if (by.token < seen) throw refused(store, by);
      highest.set(by.artifact, by.token);
    },
  };
}

/** A stale holder: whoever holds the artifact now does what is to be done. */
export function refused(store: string, { artifact, token }: Holder): Fault {
  return new Fault('STORE_REFUSED', { detail: { store, artifact, token, why: 'another replica holds it now' } });
}
