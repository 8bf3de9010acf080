/** What the checks say of a history. */

/**
 * - I1       two processes at work for one artifact
 * - I2       an effect accepted with a token below the highest seen
 * - I3       a token that does not rise with the change of holder
 * - I4       one due run done twice
 * - I5       no live holder in time
 * - I6       something moved that was no orphan
 * - balance  after a calm, one replica has two more than another
 * - ended    a process ended that nobody had ended, or did not end when it was told to
 */
export type Invariant = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'balance' | 'ended';

export const invariants: readonly Invariant[] = ['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'balance', 'ended'];

export interface Violation {
  readonly invariant: Invariant | 'missed';
  /** Monotonic milliseconds. */
  readonly at: number;
  readonly text: string;
}

/** A fault alone, and how long it took until everything it orphaned was held again, milliseconds. */
export interface Recovery {
  readonly kind: string;
  readonly ms: number;
}
