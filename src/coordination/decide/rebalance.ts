import type { Assignment, MemberRecord } from '../records.ts';
import { askedOf, candidatesFor, candidatesForAll, isDrained } from './candidates.ts';
import { Loads, weightOf } from './loads.ts';
import { preference } from '../../preference.ts';
import { compareText } from './names.ts';

export interface RebalanceFacts {
  readonly assignment: Assignment;
  readonly members: readonly MemberRecord[];
  /** Boot id of the one that asks. */
  readonly me: string;
  /** Whether the members have been the same for a while. What is drained leaves at once nevertheless. */
  readonly settled: boolean;
}

export interface Shift {
  readonly artifact: string;
  /** Pod name. */
  readonly to: string;
  readonly by: 'rebalance' | 'drain';
  readonly reason: string;
}

/**
 * What this member should give to others. Every member works out the whole plan from the same facts and does its own
 * part, so that together they move no more than is needed: what is drained, what is away from the rest of its group,
 * then from the most loaded to the least, as long as the giver is then still not below the taker.
 * Nothing moves for balance while something has no holder (placing it may restore the balance by itself), nor what
 * someone moved by hand.
 */
export function rebalance(facts: RebalanceFacts): Shift[] {
  if (hasNothingToGive(facts)) return [];
  const plan = new Plan(facts);
  plan.drain();
  if (facts.settled && plan.complete) {
    plan.gather();
    plan.even();
  }
  return plan.shiftsFrom(facts.me);
}

/**
 * A short cut for the usual case, because a plan for a thousand artifacts takes milliseconds: in any plan the least
 * loaded only gain, so who is within one ordinary artifact of them gives nothing.
 */
function hasNothingToGive({ assignment, members, me }: RebalanceFacts): boolean {
  const { offers, drained } = assignment;
  if (drained !== undefined) return false;
  for (const offer of Object.values(offers))
    for (const { group, apart, weight } of Object.values(offer))
      if (group !== undefined || apart !== undefined || (weight !== undefined && weight < 1)) return false;
  const loads = new Loads(assignment);
  const least = Math.min(...members.filter(({ state }) => state === 'active').map(({ boot }) => loads.of(boot)));
  return loads.of(me) <= least + 1;
}

/** What moves as one: the artifacts of a group that one member holds, or a single artifact. */
interface Movable {
  artifacts: readonly string[];
  candidates: readonly MemberRecord[];
  weight: number;
  /** Some of it should be apart from others. */
  shy: boolean;
  /** Where it is by the plan so far. */
  holder: MemberRecord;
}

interface Candidate {
  readonly movable: Movable;
  readonly to: MemberRecord;
  /** How many fewer it is then together with that it should be apart from. */
  readonly apart: number;
  readonly gain: number;
}

class Plan {
  /** Whether everything that can have a holder has one. */
  readonly complete: boolean;
  readonly #facts: RebalanceFacts;
  readonly #loads: Loads;
  readonly #reasons = new Map<string, Pick<Shift, 'by' | 'reason'>>();
  #movables: readonly Movable[];

  constructor(facts: RebalanceFacts) {
    const { assignment, members } = facts;
    const { offers, drained } = assignment;
    const candidacy = { members, offers, drained };
    const live = new Map(members.filter(({ state }) => state !== 'revoked').map((member) => [member.boot, member]));
    const units = new Map<string, { artifacts: string[]; holder: MemberRecord }>();
    let complete = true;
    for (const artifact of Object.keys(assignment.artifacts).toSorted(compareText)) {
      const { holder: boot } = assignment.artifacts[artifact]!;
      const holder = boot === null ? undefined : live.get(boot);
      if (!holder) {
        complete &&= candidatesFor(artifact, candidacy).length === 0;
        continue;
      }
      const group = askedOf(artifact, offers)?.group;
      const key = group === undefined ? artifact : `group ${group} ${holder.boot}`;
      const unit = units.get(key);
      if (unit) unit.artifacts.push(artifact);
      else units.set(key, { artifacts: [artifact], holder });
    }
    this.complete = complete;
    this.#facts = facts;
    this.#loads = new Loads(assignment);
    this.#movables = [...units.values()].map(({ artifacts, holder }) => {
      const candidates = candidatesForAll(artifacts, candidacy);
      const weight = weightOf(artifacts, offers);
      const shy = artifacts.some((artifact) => askedOf(artifact, offers)?.apart !== undefined);
      return { artifacts, holder, candidates, weight, shy };
    });
  }

  /** That member's part of the plan; what goes through several hands in thought goes to the last one. */
  shiftsFrom(boot: string): Shift[] {
    const entries = this.#facts.assignment.artifacts;
    return this.#movables.flatMap(({ artifacts, holder }) =>
      artifacts
        .filter((artifact) => entries[artifact]!.holder === boot && holder.boot !== boot)
        .map((artifact) => ({ artifact, to: holder.pod, ...this.#reasons.get(artifact)! })),
    );
  }

  /** Away from drained members, as far as others can take it. */
  drain(): void {
    for (const movable of this.#movables) {
      if (movable.holder.state !== 'active' || !isDrained(movable.holder, this.#facts.assignment)) continue;
      const to = this.#leastLoaded(movable);
      if (to) this.#shift(movable, to, 'drain', `${movable.holder.pod} is drained`);
    }
  }

  /** Parts of a group to where most of it is. */
  gather(): void {
    const parts = new Map<string, Movable[]>();
    for (const movable of this.#movables) {
      const group = askedOf(movable.artifacts[0]!, this.#facts.assignment.offers)?.group;
      if (group !== undefined) parts.set(group, [...(parts.get(group) ?? []), movable]);
    }
    for (const [group, list] of parts) {
      const [home, ...rest] = list.toSorted(
        (a, b) => b.artifacts.length - a.artifacts.length || compareText(a.holder.boot, b.holder.boot),
      );
      const joining = rest.filter((part) => part.candidates.includes(home!.holder));
      for (const part of joining) {
        this.#shift(part, home!.holder, 'rebalance', `${home!.holder.pod} holds the rest of group ${group}`);
        home!.artifacts = [...home!.artifacts, ...part.artifacts];
        home!.candidates = home!.candidates.filter((member) => part.candidates.includes(member));
        home!.weight += part.weight;
        home!.shy ||= part.shy;
      }
      this.#movables = this.#movables.filter((movable) => !joining.includes(movable));
    }
  }

  /** From the most loaded to the least; what should be apart is a reason of its own. */
  even(): void {
    const stocks = new Map<MemberRecord, Set<Movable>>();
    for (const movable of this.#movables) if (this.#mayGive(movable)) stockOf(stocks, movable.holder).add(movable);
    // Every step makes the loads more even or what should be apart less together, so it ends; the bound is for bugs.
    for (let left = 10 * this.#movables.length; left > 0; left--) {
      const best = this.#bestShift(stocks);
      if (!best) return;
      const { movable, to } = best;
      const { pod, boot } = movable.holder;
      const reason =
        best.apart > 0
          ? `${pod} holds others that it should be apart from`
          : `${pod} has ${this.#loads.of(boot)}, ${to.pod} has ${this.#loads.of(to.boot)}`;
      stockOf(stocks, movable.holder).delete(movable);
      stockOf(stocks, to).add(movable);
      this.#shift(movable, to, 'rebalance', reason);
    }
  }

  #bestShift(stocks: ReadonlyMap<MemberRecord, ReadonlySet<Movable>>): Candidate | undefined {
    const byLoad = [...stocks].toSorted(
      ([a], [b]) => this.#loads.of(b.boot) - this.#loads.of(a.boot) || compareText(a.boot, b.boot),
    );
    for (const [giver, stock] of byLoad) {
      let best: Candidate | undefined;
      const load = this.#loads.of(giver.boot);
      for (const movable of stock) {
        const together = this.#clashes(movable, giver.boot, 1);
        for (const to of movable.candidates) {
          if (to === giver) continue;
          const apart = together - this.#clashes(movable, to.boot, 0);
          const gain = load - (this.#loads.of(to.boot) + movable.weight);
          if (apart < 0 || (apart === 0 && gain <= 0)) continue;
          const order = best ? apart - best.apart || gain - best.gain : 1;
          // Names are asked last: hashing them costs more than all the rest.
          if (order < 0 || (order === 0 && liking(movable, to) <= liking(best!.movable, best!.to))) continue;
          best = { movable, to, apart, gain };
        }
      }
      if (best) return best;
    }
    return undefined;
  }

  #mayGive({ artifacts, holder }: Movable): boolean {
    const entries = this.#facts.assignment.artifacts;
    return holder.state === 'active' && artifacts.every((artifact) => entries[artifact]!.by !== 'move');
  }

  /** `own` is how often the artifact itself counts among those of that member. */
  #clashes({ artifacts, shy }: Movable, boot: string, own: 0 | 1): number {
    if (!shy) return 0;
    let sum = 0;
    for (const artifact of artifacts) {
      const found = this.#loads.clashes(artifact, boot);
      const words = askedOf(artifact, this.#facts.assignment.offers)?.apart?.length ?? 0;
      sum += found - own * words;
    }
    return sum;
  }

  #leastLoaded({ candidates, artifacts, holder }: Movable): MemberRecord | undefined {
    return candidates
      .filter(({ boot }) => boot !== holder.boot)
      .toSorted(
        (a, b) =>
          this.#loads.of(a.boot) - this.#loads.of(b.boot) ||
          preference(artifacts[0]!, b.pod) - preference(artifacts[0]!, a.pod),
      )[0];
  }

  #shift(movable: Movable, to: MemberRecord, by: Shift['by'], reason: string): void {
    for (const artifact of movable.artifacts) {
      this.#loads.remove(artifact, movable.holder.boot);
      this.#loads.add(artifact, to.boot);
      if (!this.#reasons.has(artifact)) this.#reasons.set(artifact, { by, reason });
    }
    movable.holder = to;
  }
}

function stockOf(stocks: Map<MemberRecord, Set<Movable>>, member: MemberRecord): Set<Movable> {
  const stock = stocks.get(member) ?? new Set();
  stocks.set(member, stock);
  return stock;
}

function liking({ artifacts, holder }: Movable, to: MemberRecord): number {
  return preference(artifacts[0]!, to.pod) - preference(artifacts[0]!, holder.pod);
}
