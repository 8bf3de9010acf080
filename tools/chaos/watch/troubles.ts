import type { FaultKind } from '../faults/fault.ts';
import type { FaultDone } from '../history.ts';

/** How long after its cause is gone a fault may still be felt: a lease, a new beginning, a round. */
const afterMs = 2_000;

/** Which faults each process had to bear, and when. */
export class Troubles {
  readonly #faults: readonly FaultDone[];

  constructor(faults: readonly FaultDone[]) {
    this.#faults = faults.filter(({ skipped }) => skipped === undefined);
  }

  /** Whether a fault of those kinds was at work on that process (or on everyone) between these times, or shortly before. */
  felt(process: string, kinds: readonly FaultKind[], from: number, to: number, within: number = afterMs): boolean {
    return this.#faults.some((done) => {
      if (!kinds.includes(done.fault.kind) || !isHit(done, process)) return false;
      const off = done.fault.kind === 'clock' ? Math.abs(done.fault.byMs) : 0;
      return done.from <= to && done.to + within + off >= from;
    });
  }

  /** Whether one fault of those kinds lasted on that process for all that time. */
  lasted(process: string, kinds: readonly FaultKind[], from: number, to: number): boolean {
    return this.#faults.some(
      (done) => kinds.includes(done.fault.kind) && isHit(done, process) && done.from <= from && done.to >= to,
    );
  }
}

function isHit({ hit }: FaultDone, process: string): boolean {
  return hit === 'all' || hit.includes(process);
}

/** The process, or its clock, or its way to the arbiter does not work as it should. */
export const disturbing: readonly FaultKind[] = ['pause', 'cut', 'lose', 'slow', 'clock', 'delete', 'freeze', 'hog'];

/** The process may not run at an instant at which it has the right to. */
export const stalling: readonly FaultKind[] = ['pause', 'hog'];
