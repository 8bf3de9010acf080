import type { History } from '../history.ts';

/** One holder's time with one artifact, from its own words. */
export interface HeldTerm {
  readonly artifact: string;
  readonly process: string;
  readonly token: number;
  readonly from: number;
  readonly to: number;
  /**
   * - released, lost: as its holder said
   * - died: the process ended without a word
   * - held: still at the end of the history
   */
  readonly end: 'released' | 'lost' | 'died' | 'held';
}

/** By artifact, in the order in which they began. */
export function termsOf(history: History): Map<string, readonly HeldTerm[]> {
  const found = new Map<string, HeldTerm[]>();
  const open = new Map<string, HeldTerm>();
  const close = (key: string, to: number, end: HeldTerm['end']): void => {
    const term = open.get(key);
    if (!term) return;
    open.delete(key);
    const list = found.get(term.artifact) ?? [];
    found.set(term.artifact, list);
    list.push({ ...term, to, end });
  };
  const ends = new Map(history.processes.map(({ id, endedAt }) => [id, endedAt] as const));
  for (const { at, process, artifact, token, state } of history.terms.toSorted((a, b) => a.at - b.at)) {
    const key = `${process} ${artifact}`;
    if (state !== 'acquired') close(key, at, state);
    else {
      close(key, at, 'lost');
      open.set(key, { artifact, process, token, from: at, to: at, end: 'held' });
    }
  }
  for (const [key, { process }] of open) {
    const endedAt = ends.get(process);
    close(key, endedAt ?? history.endedAt, endedAt === undefined ? 'held' : 'died');
  }
  for (const list of found.values()) list.sort((a, b) => a.from - b.from);
  return found;
}
