import type { AssignmentEntry, Offer } from '../records.ts';
import { askedOf } from './candidates.ts';

export interface Holders {
  readonly artifacts: Readonly<Record<string, AssignmentEntry>>;
  readonly offers: Readonly<Record<string, Offer>>;
}

/** What they count together when work is balanced. */
export function weightOf(artifacts: readonly string[], offers: Readonly<Record<string, Offer>>): number {
  return artifacts.reduce((sum, artifact) => sum + (askedOf(artifact, offers)?.weight ?? 1), 0);
}

/** What each member carries, kept up to date while artifacts are given out. */
export class Loads {
  readonly #offers: Holders['offers'];
  readonly #weights = new Map<string, number>();
  /** How many artifacts with that word a member holds, by "<boot> <word>". */
  readonly #words = new Map<string, number>();

  constructor({ artifacts, offers }: Holders) {
    this.#offers = offers;
    for (const [artifact, { holder }] of Object.entries(artifacts)) if (holder !== null) this.add(artifact, holder);
  }

  of(boot: string): number {
    return this.#weights.get(boot) ?? 0;
  }

  add(artifact: string, boot: string): void {
    this.#change(artifact, boot, 1);
  }

  remove(artifact: string, boot: string): void {
    this.#change(artifact, boot, -1);
  }

  /** How many that should be apart from this one the member holds. */
  clashes(artifact: string, boot: string): number {
    const words = askedOf(artifact, this.#offers)?.apart ?? [];
    return words.reduce((sum, word) => sum + (this.#words.get(`${boot} ${word}`) ?? 0), 0);
  }

  #change(artifact: string, boot: string, sign: 1 | -1): void {
    const asked = askedOf(artifact, this.#offers);
    this.#weights.set(boot, this.of(boot) + sign * (asked?.weight ?? 1));
    for (const word of asked?.apart ?? []) {
      const key = `${boot} ${word}`;
      this.#words.set(key, (this.#words.get(key) ?? 0) + sign);
    }
  }
}
