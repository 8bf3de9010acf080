import type { Arbiter, Assignment } from '../../src/coordination/index.ts';
import type { History } from './history.ts';
import { now } from './now.ts';

const everyMs = 50;

/** Looks at the assignment whenever it changes, and writes down who was placed where; the returned function ends it. */
export function lookAtAssignment(arbiter: Arbiter, history: History): () => void {
  let known: Assignment | undefined;
  let version: string | undefined;
  let looking = false;
  const look = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    try {
      const found = await arbiter.read('assignment', AbortSignal.timeout(1_000));
      if (found && found.version !== version) {
        record(known, found.value, history);
        known = found.value;
        version = found.version;
      }
    } catch {
      // The next look sees what this one missed.
    }
    looking = false;
  };
  const unwatch = arbiter.watch(() => void look());
  const timer = setInterval(() => void look(), everyMs);
  return () => {
    clearInterval(timer);
    unwatch();
  };
}

function record(before: Assignment | undefined, after: Assignment, history: History): void {
  const seenAt = now();
  for (const [artifact, entry] of Object.entries(after.artifacts)) {
    const old = before?.artifacts[artifact];
    if (old?.token === entry.token) continue;
    const { token, by, reason } = entry;
    history.placements.push({
      seenAt,
      artifact,
      token,
      from: old?.holder ?? undefined,
      to: entry.holder ?? undefined,
      by,
      reason,
    });
  }
}
