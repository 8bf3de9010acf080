/** I1, I3, I5 and balance: who held what, from the replicas' own words. */
import { defaultTimings } from '../../../src/coordination/index.ts';
import type { FaultKind } from '../faults/fault.ts';
import type { FaultDone, History } from '../history.ts';
import { givenByHolder } from './placements.ts';
import type { HeldTerm } from './terms.ts';
import { stalling, type Troubles } from './troubles.ts';
import type { Recovery, Violation } from './verdict.ts';

/** Two stamps of two processes may be that far apart in the wrong order. */
const stampMs = 5;

type Terms = ReadonlyMap<string, readonly HeldTerm[]>;

/**
 * Two terms that overlap. What a holder gave away was over before it named its successor, and is only told later. What
 * does not run at all does nothing either. The effects of both are looked at in effects.ts.
 */
export function overlaps(history: History, terms: Terms, troubles: Troubles): Violation[] {
  const given = givenByHolder(history);
  const found: Violation[] = [];
  for (const [artifact, list] of terms)
    for (const [index, older] of list.entries())
      for (const newer of list.slice(index + 1)) {
        if (newer.process === older.process || given.has(`${artifact} ${newer.token}`)) continue;
        const bothMs = Math.min(older.to, newer.to) - newer.from;
        if (bothMs <= stampMs || troubles.felt(older.process, stalling, newer.from, older.to, 200)) continue;
        const text = `${artifact} held by ${older.process} (token ${older.token}) and ${newer.process} (token ${newer.token}) for ${Math.round(bothMs)} ms`;
        found.push({ invariant: 'I1', at: newer.from, text });
      }
  return found;
}

/** What may cost a replica its lease for a while, or for good. A busy machine should not. */
const costsLease: readonly FaultKind[] = ['pause', 'cut', 'lose', 'slow', 'delete', 'freeze', 'clock'];

/** How often a replica lost what it held, all of it or some, though nothing had been done to it. */
export function needlessLosses(terms: Terms, troubles: Troubles): number {
  const moments = new Set<string>();
  for (const term of [...terms.values()].flat())
    if (term.end === 'lost' && !troubles.felt(term.process, costsLease, term.to - 1, term.to))
      moments.add(`${term.process} ${Math.round(term.to / 100)}`);
  return moments.size;
}

/** Each change of holder has a token above all before; a token is never used by two. */
export function tokens(terms: Terms): Violation[] {
  const found: Violation[] = [];
  for (const [artifact, list] of terms) {
    let highest = list[0];
    for (const term of list.slice(1)) {
      const isSame = term.process === highest!.process && term.token === highest!.token;
      if (!isSame && term.token <= highest!.token)
        found.push({
          invariant: 'I3',
          at: term.from,
          text: `${artifact}: ${term.process} began with token ${term.token} after ${highest!.process} with ${highest!.token}`,
        });
      if (term.token > highest!.token) highest = term;
    }
  }
  return found;
}

/** From a fault alone until everything it orphaned began elsewhere; more than lease and 300 ms is too long. */
export function recoveries(history: History, terms: Terms): { recoveries: Recovery[]; violations: Violation[] } {
  const { leaseMs } = defaultTimings;
  const violations: Violation[] = [];
  const found: Recovery[] = [];
  for (const done of history.faults) {
    if (done.how !== 'alone' || !orphans(done)) continue;
    let worst: { readonly ms: number; readonly artifact: string } | undefined;
    for (const [artifact, list] of terms) {
      const holder = list.findLast((term) => term.from <= done.from);
      if (!holder || holder.to < done.from || !done.hit.includes(holder.process)) continue;
      const next = list.find((term) => term.from > done.from && term.process !== holder.process);
      const ms = (next?.from ?? history.endedAt) - done.from;
      if (!worst || ms > worst.ms) worst = { ms, artifact };
    }
    if (!worst) continue;
    found.push({ kind: done.fault.kind, ms: worst.ms });
    if (worst.ms > leaseMs + 300)
      violations.push({
        invariant: 'I5',
        at: done.from,
        text: `${worst.artifact} was held again ${Math.round(worst.ms)} ms after ${done.fault.kind} of ${String(done.hit)}`,
      });
  }
  return { recoveries: found, violations };
}

/** Whether a fault for certain takes away the holder: shorter ones may or may not. */
function orphans({ fault, skipped }: FaultDone): boolean {
  if (skipped !== undefined) return false;
  if (fault.kind === 'kill' || fault.kind === 'vanish') return true;
  return (fault.kind === 'pause' || fault.kind === 'cut') && fault.forMs > defaultTimings.leaseMs + 500;
}

/** When all is calm everything is held, by replicas that live, and evenly; what people moved stays where they wanted it. */
export function calms(history: History, terms: Terms): Violation[] {
  const found: Violation[] = [];
  for (const at of history.calms) {
    const live = history.processes.filter((one) => (one.readyAt ?? Infinity) < at && (one.endedAt ?? Infinity) > at);
    const loads = new Map(live.map(({ id }) => [id, 0]));
    const movable = new Set<string>();
    for (const { key: artifact } of history.tasks) {
      const holder = terms.get(artifact)?.findLast((term) => term.from <= at && term.to > at);
      const load = holder && loads.get(holder.process);
      if (holder === undefined || load === undefined) {
        found.push({ invariant: 'I5', at, text: `${artifact} is held by nobody though all is calm` });
        continue;
      }
      loads.set(holder.process, load + 1);
      const { by } = history.placements.findLast((one) => one.artifact === artifact && one.seenAt <= at) ?? {};
      if (by !== 'move') movable.add(holder.process);
    }
    const least = Math.min(...loads.values());
    for (const [process, load] of loads)
      if (load > least + 1 && movable.has(process))
        found.push({ invariant: 'balance', at, text: `${process} has ${load}, another one ${least}` });
  }
  return found;
}
