import type { Fire, Fires } from './records.ts';

interface Waiting {
  readonly fire: Fire;
  readonly settle: (granted: boolean) => void;
}

/**
 * The runs that a lease's record says its process claimed, and those that wait for the next renewal to say so. What was
 * accepted is said again by every renewal until the artifact belongs to someone else, whose entry then tells it.
 */
export class Claims {
  readonly #accepted = new Map<string, Fire>();
  readonly #waiting = new Map<string, Waiting>();
  #over = false;

  get accepted(): Fires {
    return Object.fromEntries(this.#accepted);
  }

  get waiting(): boolean {
    return this.#waiting.size > 0;
  }

  of(artifact: string): Fire | undefined {
    return this.#accepted.get(artifact);
  }

  /** True once a renewal that says it was accepted; false when that cannot be any more. */
  ask(artifact: string, fire: Fire): Promise<boolean> {
    this.drop(artifact);
    if (this.#over) return Promise.resolve(false);
    return new Promise((settle) => this.#waiting.set(artifact, { fire, settle }));
  }

  /** What the next renewal is to say; undefined when there is nothing. */
  next(): Fires | undefined {
    if (this.#accepted.size === 0 && this.#waiting.size === 0) return undefined;
    const fires = new Map(this.#accepted);
    for (const [artifact, { fire }] of this.#waiting) fires.set(artifact, fire);
    return Object.fromEntries(fires);
  }

  /** The arbiter's record says these. */
  taken(fires: Fires | undefined): void {
    for (const [artifact, { fire, settle }] of this.#waiting) {
      const said = fires?.[artifact];
      if (said?.token !== fire.token || said.lastFire !== fire.lastFire) continue;
      this.#waiting.delete(artifact);
      this.#accepted.set(artifact, fire);
      settle(true);
    }
  }

  /**
   * Nobody waits for the answer any more. Should the renewal under way have said it, the next one takes it back: the run
   * never began.
   */
  drop(artifact: string): void {
    const waiting = this.#waiting.get(artifact);
    this.#waiting.delete(artifact);
    waiting?.settle(false);
  }

  /** See LeaseKeeper.keepClaims. */
  keep(tokens: ReadonlyMap<string, number>, inherited: Fires): void {
    keepRuns(this.#accepted, tokens, inherited);
  }

  end(): void {
    this.#over = true;
    for (const artifact of this.#waiting.keys()) this.drop(artifact);
  }
}

/**
 * Takes out the runs of artifacts that are under another token now, and puts in what was known of those held here before
 * they were. False when nothing changes.
 */
export function keepRuns(known: Map<string, Fire>, tokens: ReadonlyMap<string, number>, inherited: Fires): boolean {
  let changed = false;
  for (const [artifact, { token }] of known)
    if ((tokens.get(artifact) ?? token) !== token) changed = known.delete(artifact);
  for (const [artifact, fire] of Object.entries(inherited)) {
    if (known.get(artifact)?.token === fire.token) continue;
    known.set(artifact, fire);
    changed = true;
  }
  return changed;
}
