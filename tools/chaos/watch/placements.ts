/** I6: what the assignment says about why things moved. */
import type { FaultKind } from '../faults/fault.ts';
import type { History } from '../history.ts';
import type { Violation } from './verdict.ts';

/** After these a replica may be found silent, or give up its lease by itself. */
const endsLease: readonly FaultKind[] = ['kill', 'vanish', 'pause', 'cut', 'lose', 'slow', 'delete', 'stop', 'roll'];

/** Detection, placing, a pause of its own of whoever does it. */
const knownForMs = 8_000;

/** A failover away from a replica to which nothing was done. */
export function needlessFailovers(history: History): Violation[] {
  const podOf = new Map(history.processes.map(({ id, pod }) => [id, pod]));
  const found: Violation[] = [];
  for (const { seenAt, artifact, token, from, to, by, reason } of history.placements) {
    if (by !== 'failover' || from === undefined || seenAt < history.beganAt) continue;
    const isKnown = history.faults.some(
      (done) =>
        endsLease.includes(done.fault.kind) &&
        done.from <= seenAt &&
        Math.max(done.to, done.from) + knownForMs >= seenAt &&
        (done.hit === 'all' || done.hit.some((process) => podOf.get(process) === from)),
    );
    if (isKnown) continue;
    const text = `${artifact} went from ${from} to ${to ?? 'nobody'} (token ${token}): ${reason}`;
    found.push({ invariant: 'I6', at: seenAt, text });
  }
  return found;
}

/** How often something moved, by reason. */
export function movesOf(history: History): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { by, seenAt } of history.placements) if (seenAt >= history.beganAt) counts[by] = (counts[by] ?? 0) + 1;
  return counts;
}
