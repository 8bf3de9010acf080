import type { Switch } from '../../engine/ports.ts';
import type { Logger } from '../../log.ts';

/** What is said of whether an artifact may work. */
export interface Said {
  readonly on: boolean;
  readonly reason: string;
}

/** Tells all replicas, and remembers it for later ones; resolves when that is done, however long it takes. */
export type Spread = (artifact: string, said: Said) => Promise<void>;

/**
 * Which artifacts may work on this replica. What was last said anywhere in the deployment counts; what was never said is
 * as the artifact itself says.
 */
export class Switches {
  readonly #log: Logger;
  readonly #all = new Map<string, OneSwitch>();
  #said: Readonly<Record<string, Said>> = {};
  #spread: Spread | undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Artifacts that are off here. */
  get off(): readonly { readonly artifact: string; readonly reason: string }[] {
    return [...this.#all].flatMap(([artifact, { on, reason }]) => (on ? [] : [{ artifact, reason: reason ?? '' }]));
  }

  /** The artifact's switch, which is made at the first call; `initially` until something is said of it. */
  of(artifact: string, initially: Said = { on: true, reason: '' }): Switch {
    const known = this.#all.get(artifact);
    if (known) return known;
    const made = new OneSwitch(initially, async (said) => {
      this.#tell(artifact, said);
      await this.#spread?.(artifact, said);
    });
    made.follow(this.#said[artifact]);
    this.#all.set(artifact, made);
    return made;
  }

  /** From now on what is said here goes to the others. */
  spreadBy(spread: Spread): void {
    this.#spread = spread;
  }

  /** What the deployment says now. */
  take(said: Readonly<Record<string, Said>>): void {
    this.#said = said;
    for (const [artifact, one] of this.#all) {
      const was = one.on;
      one.follow(said[artifact]);
      if (one.on !== was) this.#tell(artifact, one);
    }
  }

  #tell(artifact: string, { on, reason }: { readonly on: boolean; readonly reason?: string | undefined }): void {
    if (on) this.#log.info(`${artifact} is switched on`);
    else this.#log.warn(`${artifact} is switched off: ${reason ?? ''}`);
  }
}

class OneSwitch implements Switch {
  readonly #initially: Said;
  readonly #spread: (said: Said) => Promise<void>;
  readonly #changed = new Set<() => void>();
  #now: Said;
  /** Said here and not yet known to the others: what they say meanwhile is older. */
  #pending = 0;

  constructor(initially: Said, spread: (said: Said) => Promise<void>) {
    this.#initially = initially;
    this.#now = initially;
    this.#spread = spread;
  }

  get on(): boolean {
    return this.#now.on;
  }

  get reason(): string | undefined {
    return this.#now.on ? undefined : this.#now.reason;
  }

  turnOff(reason: string): void {
    this.#say({ on: false, reason });
  }

  turnOn(): void {
    this.#say({ on: true, reason: '' });
  }

  follow(said: Said | undefined): void {
    if (this.#pending === 0) this.#set(said ?? this.#initially);
  }

  async whenOn(signal: AbortSignal): Promise<void> {
    while (!this.on) await this.#change(signal);
  }

  until(signal: AbortSignal): AbortSignal {
    const off = new AbortController();
    const look = (): void => {
      if (this.on) return;
      this.#changed.delete(look);
      off.abort(new DOMException(`it is switched off: ${this.#now.reason}`, 'AbortError'));
    };
    this.#changed.add(look);
    signal.addEventListener('abort', () => this.#changed.delete(look), { once: true });
    look();
    return AbortSignal.any([signal, off.signal]);
  }

  #say(said: Said): void {
    if (said.on === this.#now.on) return;
    this.#pending++;
    this.#set(said);
    void this.#spread(said).finally(() => this.#pending--);
  }

  #set(said: Said): void {
    if (said.on === this.#now.on && said.reason === this.#now.reason) return;
    this.#now = said;
    for (const tell of this.#changed) tell();
  }

  #change(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const end = (): void => {
        this.#changed.delete(changed);
        signal.removeEventListener('abort', aborted);
      };
      const changed = (): void => {
        end();
        resolve();
      };
      const aborted = (): void => {
        end();
        reject(signal.reason as Error);
      };
      this.#changed.add(changed);
      signal.addEventListener('abort', aborted, { once: true });
    });
  }
}
