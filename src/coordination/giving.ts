import type { Clock } from '../clock.ts';
import { askedOf, candidatesFor } from './decide/candidates.ts';
import { compareText } from './decide/names.ts';
import { rebalance } from './decide/rebalance.ts';
import type { Holdings } from './holdings.ts';
import type { Ledger } from './ledger.ts';
import type { MemberRecord, Placing } from './records.ts';
import type { Timings } from './timings.ts';

export interface GivingOptions {
  readonly clock: Clock;
  readonly timings: Timings;
  readonly pod: string;
  readonly ledger: Ledger;
  readonly holdings: Holdings;
  /** A move that was asked for cannot be done. */
  readonly onDeclined: (artifact: string, reason: string) => void;
}

/** Ways to a holder that tell of members who came, went or died. */
const unsettling: ReadonlySet<Placing> = new Set(['start', 'failover', 'handover']);

/** What a member gives away while it lives: what was asked for, what is drained, what is too much. */
export class Giving {
  readonly #options: GivingOptions;
  /** Who there is and the newest token that came of a change among them, and since when, own monotonic milliseconds. */
  #company = { who: '', upset: 0, since: 0 };
  /** What was looked at when nothing was found to give: while it is the same, there still is not. */
  #nothingToGive = '';

  constructor(options: GivingOptions) {
    this.#options = options;
  }

  /** To be called with every look at the members. */
  note(members: readonly MemberRecord[]): void {
    const active = members.filter(({ state }) => state === 'active').map(({ boot }) => boot);
    // Whoever hands over leaves, though its record may say so only a moment later.
    const entries = Object.values(this.#options.ledger.copy?.value.artifacts ?? {});
    const { who: whoWas, upset: upsetWas } = this.#company;
    const upset = entries.reduce(
      (newest, { by, token }) => (unsettling.has(by) ? Math.max(newest, token) : newest),
      upsetWas,
    );
    const who = active.toSorted(compareText).join(' ');
    if (who !== whoWas || upset !== upsetWas) this.#company = { who, upset, since: this.#options.clock.monotonic() };
  }

  /** Begins to give; the artifacts stop first. Returns when to look again at the latest, own monotonic milliseconds. */
  give(boot: string, members: readonly MemberRecord[]): number {
    this.#obeyMoves(boot, members);
    return this.#balance(boot, members);
  }

  /** Does what people asked for with what is held here. */
  #obeyMoves(boot: string, members: readonly MemberRecord[]): void {
    const { pod: own, ledger, holdings, timings, onDeclined } = this.#options;
    const { artifacts, moves, offers, drained } = ledger.copy!.value;
    for (const [artifact, pod] of Object.entries(moves ?? {})) {
      if (artifacts[artifact]?.holder !== boot || holdings.get(artifact)?.state !== 'running') continue;
      const able = candidatesFor(artifact, { members, offers, drained });
      if (pod !== own && able.some((member) => member.pod === pod)) {
        for (const one of this.#groupOf(artifact))
          void holdings.give(one, 'move', `${pod} was asked for`, timings.stopLimitMs, pod);
        continue;
      }
      if (pod !== own) onDeclined(artifact, `${pod} is not a live member that can hold it`);
      ledger.ask({ kind: 'settle-move', artifact, pod }, () => {});
    }
  }

  /** What is held here of the artifact's group: it moves as one. */
  #groupOf(artifact: string): string[] {
    const { ledger, holdings } = this.#options;
    const { offers } = ledger.copy!.value;
    const group = askedOf(artifact, offers)?.group;
    if (group === undefined) return [artifact];
    const held = holdings.list().map((holding) => holding.artifact);
    return held.filter((one) => askedOf(one, offers)?.group === group);
  }

  /** What is drained, and what is too much once the members have been the same for a while. */
  #balance(boot: string, members: readonly MemberRecord[]): number {
    const { ledger, holdings, clock, timings } = this.#options;
    if (!holdings.settled) return Infinity;
    const settledAt = this.#company.since + timings.settleMs;
    const settled = clock.monotonic() >= settledAt;
    const lookAgainAt = settled ? Infinity : settledAt;
    const seen = [settled, ledger.copy!.version, ...members.map((member) => `${member.boot} ${member.state}`)].join(
      ' ',
    );
    if (seen === this.#nothingToGive) return lookAgainAt;
    const shifts = rebalance({ assignment: ledger.copy!.value, members, me: boot, settled });
    for (const { artifact, by, reason, to } of shifts)
      void holdings.give(artifact, by, reason, timings.stopLimitMs, to);
    if (shifts.length === 0) this.#nothingToGive = seen;
    return lookAgainAt;
  }
}
