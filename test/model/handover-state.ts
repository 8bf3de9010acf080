/** What handover.ts knows of the world, and which rules it can go by. */

export interface HandoverRules {
  /** Most writes of the assignment, all members together. */
  readonly writes: number;
  readonly deletions: boolean;
  readonly renews: 'by swap' | 'blindly';
  readonly grants: 'what was accepted' | 'what was asked' | 'though the term is over';
  readonly gives: 'after stopping' | 'before stopping';
  readonly tells: 'its newest run' | 'nothing of runs';
  /** After a release whose answer was lost. */
  readonly unsure: 'writes over it first' | 'starts again' | 'waits';
  /** What becomes of the record of a process that starts over. */
  readonly startsOver: 'revoked' | 'deleted';
  /** Which runs a holder without a record is taken to have claimed. */
  readonly unknown: 'all that are due' | 'what its entry tells';
  readonly copies: 'go forward' | 'may go back';
}

export const handoverRules: HandoverRules = {
  writes: 3,
  deletions: false,
  renews: 'by swap',
  grants: 'what was accepted',
  gives: 'after stopping',
  tells: 'its newest run',
  unsure: 'writes over it first',
  startsOver: 'revoked',
  unknown: 'all that are due',
  copies: 'go forward',
};

export type Who = 'p' | 'q';

/** The assignment, or a copy. Its version is the number of writes before; the version of a gift is its token. */
export interface Entry {
  version: number;
  holder: Who;
  token: number;
  /** Newest due time claimed before it came to this holder: 0 is none. */
  last: number;
}

/** Under which token which due time was claimed; both 0 when none. */
export interface Claimed {
  token: number;
  last: number;
}

/** A renewal and the claims it tells. current: it is over the record's present version. */
export interface Renewal extends Claimed {
  kind: 'nothing' | 'sent' | 'accepted' | 'conflict';
  current: boolean;
}

/** A write of p over that version: gives to q with these runs known, or changes nothing. */
export interface Write {
  kind: 'nothing' | 'release' | 'same again' | 'accepted' | 'conflict';
  over: number;
  last: number;
}

export interface HandoverState {
  assignment: Entry;
  /** The version before, for copies that go back. */
  before: Entry;
  p: {
    /** over: this boot id is history. */
    is: 'on' | 'over' | 'dead';
    valid: boolean;
    /** Token it works under, or 0. */
    term: number;
    /** leaving: it has stopped so that it can be given away. */
    leaving: boolean;
    /** The due time it waits for a claim of, or 0. */
    asks: number;
    copy: Entry;
    fire: Claimed;
    /** It knows the record's present version. */
    knows: boolean;
    /** Version over which a write of unknown outcome was sent, or 0. */
    doubt: number;
  };
  record: Claimed & { state: 'active' | 'revoked' | 'none'; restored: boolean };
  /** It was revoked once: whatever p hears, its lease is over. */
  revoked: boolean;
  renewal: Renewal;
  strayRenewal: Renewal;
  write: Write;
  strayWrite: Write;
  q: { is: 'on' | 'dead'; term: number; copy: Entry; fire: Claimed };
  /** Times that each due time was run; 2 is too many. */
  ran: [never: number, first: number, second: number];
  wrong: 'nothing' | 'I4' | 'I6';
}

export const dueTimes = [1, 2] as const;
export const noClaim: Claimed = { token: 0, last: 0 };
export const noRenewal: Renewal = { kind: 'nothing', current: false, ...noClaim };
export const noWrite: Write = { kind: 'nothing', over: 0, last: 0 };
export const first: Entry = { version: 1, holder: 'p', token: 1, last: 0 };
