/** I1, I2 and I4: what reached the resource. */
import type { Effect, History } from '../history.ts';
import { givenByHolder } from './placements.ts';
import type { HeldTerm } from './terms.ts';
import { stalling, type Troubles } from './troubles.ts';
import type { Violation } from './verdict.ts';

/** Nothing takes that long between the check of the term and the arrival, unless the process was stopped in between. */
const wireMs = 300;

export function staleEffects(history: History, troubles: Troubles): { refused: number; violations: Violation[] } {
  const violations: Violation[] = [];
  let refused = 0;
  const highest = new Map<string, Effect>();
  for (const effect of inOrder(history)) {
    const { artifact, process, token, arrivedAt: at, due } = effect;
    const top = highest.get(artifact);
    if (!top || token >= top.token) {
      highest.set(artifact, effect);
      continue;
    }
    const text = `${artifact}@${due} of ${process} with token ${token}, after ${top.process} with ${top.token}`;
    if (effect.accepted) violations.push({ invariant: 'I2', at, text: `accepted ${text}` });
    else refused++;
    // Between check and effect a process may stand still; one that ran acted without the right to.
    if (!troubles.felt(process, stalling, at - wireMs, at, wireMs))
      violations.push({ invariant: 'I1', at, text: `${text}, though it was not stopped` });
  }
  return { refused, violations };
}

export function duplicates(history: History): Violation[] {
  const first = new Map<string, Effect>();
  const found: Violation[] = [];
  for (const effect of inOrder(history)) {
    if (!effect.accepted) continue;
    const key = `${effect.artifact}@${effect.due}`;
    const other = first.get(key);
    if (!other) first.set(key, effect);
    else
      found.push({
        invariant: 'I4',
        at: effect.arrivedAt,
        text: `${key} by ${other.process} (token ${other.token}) and by ${effect.process} (token ${effect.token})`,
      });
  }
  return found;
}

/** Who gives an artifact away finishes first: nothing of the next one may come before it has. */
export function unfinished(history: History, terms: ReadonlyMap<string, readonly HeldTerm[]>): Violation[] {
  const found: Violation[] = [];
  const given = givenByHolder(history);
  const effects = Map.groupBy(inOrder(history), ({ artifact }) => artifact);
  for (const [artifact, list] of terms)
    for (const term of list) {
      const own = effects.get(artifact) ?? [];
      const last = own.findLast((effect) => effect.process === term.process && effect.token === term.token);
      const next = own.find((effect) => effect.token > term.token);
      if (!last || !next || !given.has(`${artifact} ${next.token}`)) continue;
      if (next.arrivedAt < last.doneAt)
        found.push({
          invariant: 'I1',
          at: next.arrivedAt,
          text: `${artifact} at work in ${next.process} while ${term.process}, which had given it away, was not done`,
        });
    }
  return found;
}

function inOrder({ effects }: History): Effect[] {
  return effects.toSorted((a, b) => a.arrivedAt - b.arrivedAt);
}
