/** I6: what the assignment says about why things moved. */
import { podOf } from '../../../src/coordination/decide/names.ts';
import type { FaultKind } from '../faults/fault.ts';
import type { History, Placed } from '../history.ts';
import type { Violation } from './verdict.ts';

/** After these a replica that lives may be found silent, or give up its lease by itself. */
const endsLease: readonly FaultKind[] = ['pause', 'cut', 'lose', 'slow', 'delete', 'stop', 'roll'];

/** Detection, placing, a pause of its own of whoever does it; and as long as the arbiter was frozen nothing went on. */
const knownForMs = 8_000;

/** A failover away from a replica that lived and to which nothing was done. */
export function needlessFailovers(history: History): Violation[] {
  return history.placements.flatMap((placed) => {
    const { seenAt, artifact, token, from, to, by, reason } = placed;
    if (by !== 'failover' || from === undefined || seenAt < history.beganAt) return [];
    if (hadEnded(history, from, seenAt) || wasHit(history, from, placed)) return [];
    const text = `${artifact} went from ${from} to ${to ?? 'nobody'} (token ${token}): ${reason}`;
    return [{ invariant: 'I6', at: seenAt, text } as const];
  });
}

/** A process that ended before it could say under which boot id it had joined is known by its pod. */
function hadEnded({ boots, processes }: History, boot: string, at: number): boolean {
  const process = boots.find((one) => one.boot === boot)?.process;
  const ends = processes.filter(({ id, pod }) => (process === undefined ? pod === podOf(boot) : id === process));
  return ends.some(({ endedAt }) => endedAt !== undefined && endedAt <= at);
}

function wasHit({ faults, processes }: History, boot: string, { seenAt }: Placed): boolean {
  const ofPod = new Set(processes.filter(({ pod }) => pod === podOf(boot)).map(({ id }) => id));
  return faults.some(({ fault, hit, from, to, skipped }) => {
    if (skipped !== undefined || from > seenAt || !endsLease.includes(fault.kind)) return false;
    const isHit = hit === 'all' || hit.some((process) => ofPod.has(process));
    return isHit && to + knownForMs + frozenMs(to, seenAt) >= seenAt;
  });

  function frozenMs(since: number, until: number): number {
    const overlap = (done: (typeof faults)[number]): number => Math.min(until, done.to) - Math.max(since, done.from);
    const freezes = faults.filter(({ fault }) => fault.kind === 'freeze');
    return freezes.reduce((sum, done) => sum + Math.max(0, overlap(done)), 0);
  }
}

/** "task/x 4711" for each token that came to its holder from the holder before, which had to stop first. */
export function givenByHolder({ placements }: History): Set<string> {
  const given = placements.filter(({ by }) => by !== 'failover' && by !== 'start');
  return new Set(given.map(({ artifact, token }) => `${artifact} ${token}`));
}

/** How often something moved, by reason. */
export function movesOf(history: History): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { by, seenAt } of history.placements) if (seenAt >= history.beganAt) counts[by] = (counts[by] ?? 0) + 1;
  return counts;
}
