import type { Arbiter } from '../../../coordination/arbiter.ts';
import { revokeNow } from '../../../coordination/revoke-now.ts';
import type { Logger } from '../../../log.ts';
import type { Ended } from './replica-process.ts';

/** Ends the leases of processes that have ended for certain, so that nobody waits until they run out. */
export class Revoking {
  readonly #arbiter: Arbiter | undefined;
  readonly #log: Logger;
  readonly #underWay: Set<Promise<unknown>> = new Set();

  constructor(arbiter: Arbiter | undefined, log: Logger) {
    this.#arbiter = arbiter;
    this.#log = log;
  }

  revoke(boots: ReadonlySet<string>, ended: Ended): void {
    if (this.#arbiter === undefined) return;
    for (const boot of boots) {
      const reason = `its process has ended (${ended.text})`;
      const revoked = revokeNow(this.#arbiter, boot, reason, AbortSignal.timeout(1_000)).catch((error: unknown) => {
        this.#log.warn(`the lease of ${boot} could not be revoked: ${String(error)}`);
      });
      this.#underWay.add(revoked);
      void revoked.then(() => this.#underWay.delete(revoked));
    }
  }

  /** Whoever gave us the arbiter may close it after that. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay);
  }
}
