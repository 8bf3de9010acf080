import type { HeldTerm } from '../../status.ts';

export type TermBegins = Pick<HeldTerm, 'artifact' | 'token' | 'pod' | 'from' | 'reason' | 'by'>;

/** How many terms are kept of all artifacts together, and of each at least. */
const kept = 1_200;
const keptOfEach = 8;

interface Kept {
  term: HeldTerm;
  /** Of its last change. */
  revision: number;
}

/** The terms of the stateful artifacts, oldest first: who held what from when to when, and why. */
export class Terms {
  readonly #terms = new Map<string, Kept[]>();
  readonly #begun = new Map<string, number>();
  #revision = 0;

  begin(begins: TermBegins): HeldTerm {
    const { artifact, from } = begins;
    const terms = this.#terms.get(artifact) ?? [];
    this.#terms.set(artifact, terms);
    const gapMs = gapBetween(terms.at(-1)?.term, from);
    const term: HeldTerm = { ...begins, to: undefined, end: undefined, endReason: undefined, gapMs };
    terms.push({ term, revision: ++this.#revision });
    this.#begun.set(artifact, (this.#begun.get(artifact) ?? 0) + 1);
    this.#forget();
    return term;
  }

  /**
   * Also for a term that was taken to have ended because another had begun: the loser's own word may come later, over
   * another channel, and is the better one.
   */
  end(artifact: string, token: number, to: number, end: 'released' | 'lost' | 'replaced', reason: string): void {
    const terms = this.#terms.get(artifact) ?? [];
    const at = terms.findLastIndex(({ term }) => term.token === token);
    const ended = terms[at];
    if (!ended) return;
    const { term } = ended;
    if (term.to !== undefined && (term.end !== 'replaced' || to > term.to)) return;
    ended.term = { ...term, to: Math.max(to, term.from), end, endReason: reason };
    ended.revision = ++this.#revision;
    const next = terms[at + 1];
    if (!next) return;
    next.term = { ...next.term, gapMs: gapBetween(ended.term, next.term.from) };
    next.revision = ++this.#revision;
  }

  /** The oldest of each, down to an equal share. */
  #forget(): void {
    const most = Math.max(keptOfEach, Math.floor(kept / this.#terms.size));
    for (const terms of this.#terms.values()) if (terms.length > most) terms.splice(0, terms.length - most);
  }

  /** Hand-overs, failovers and moves: every term but the first. */
  changesOf(artifact: string): number {
    return Math.max(0, (this.#begun.get(artifact) ?? 0) - 1);
  }

  /** Those that changed after that revision, which starts at 0. */
  since(revision: number): { readonly revision: number; readonly terms: readonly HeldTerm[] } {
    const changed = [...this.#terms.values()].flat().filter((one) => one.revision > revision);
    return { revision: this.#revision, terms: changed.map(({ term }) => term) };
  }
}

/** Undefined for the first term, and while the end of the one before is only inferred from this one's beginning. */
function gapBetween(before: HeldTerm | undefined, from: number): number | undefined {
  if (before?.to === undefined || before.end === 'replaced') return undefined;
  return Math.max(0, Math.round(from - before.to));
}
