import type { History } from '../history.ts';
import type { HeldTerm } from './terms.ts';

/**
 * How long each artifact of a replica that was told to stop was without a holder at work: from SIGTERM, or from the end
 * of the run it had in hand then, until the next term began. Only where nothing else happened.
 */
export function handovers(history: History, terms: ReadonlyMap<string, readonly HeldTerm[]>): number[] {
  const stops = history.faults.filter(
    ({ fault, how, skipped }) => fault.kind === 'stop' && how === 'alone' && skipped === undefined,
  );
  const found: number[] = [];
  for (const { from, hit } of stops)
    for (const [artifact, list] of terms) {
      const held = list.find((term) => term.from <= from && term.to >= from && hit.includes(term.process));
      const next = held && list.find((term) => term.from > from && term.process !== held.process);
      if (!held || !next) continue;
      const inHand = history.effects.filter(
        (effect) => effect.artifact === artifact && effect.process === held.process && effect.doneAt > from,
      );
      found.push(Math.max(0, next.from - Math.max(from, ...inHand.map(({ doneAt }) => doneAt))));
    }
  return found;
}
