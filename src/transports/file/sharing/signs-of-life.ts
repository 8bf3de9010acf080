import { dirname, join } from 'node:path/posix';
import type { Clock } from '../../../clock.ts';
import type { FileSystem } from '../systems/file-system.ts';
import { aliveName } from '../marks.ts';
import type { Scanned } from '../scan.ts';
import { Watched } from './watched.ts';

/**
 * How replicas that share a folder know of each other: each changes a file of its own there from time to time, and its
 * claims stand as long as it does. Everyone judges by its own clock, from when it last saw a change.
 */
export class SignsOfLife {
  readonly #mine: string;
  readonly #releaseMs: number;
  readonly #clock: Clock;
  readonly #seen = new Watched();

  /** `mine`: the word in our claims. `releaseMs`: without a change for so long, a claim is void; negative: never. */
  constructor(mine: string, releaseMs: number, clock: Clock) {
    this.#mine = mine;
    this.#releaseMs = releaseMs < 0 ? Infinity : releaseMs;
    this.#clock = clock;
  }

  get releaseMs(): number {
    return this.#releaseMs;
  }

  /** Milliseconds since a change of that file, or of the sign of that replica, was seen. */
  quiet(key: string, modifiedAt: number): number {
    return this.#seen.unchangedFor(key, modifiedAt, this.#clock.monotonic());
  }

  /** The replicas that showed a sign in time. */
  shown(alive: Scanned['alive']): readonly string[] {
    return [...alive].filter(([by, { modifiedAt }]) => this.quiet(by, modifiedAt) < this.#releaseMs).map(([by]) => by);
  }

  /** Once a scan is over. */
  turn(): void {
    this.#seen.turn();
  }

  /** Until the signal aborts; then our sign is taken away. Rejects when it cannot be written. */
  async show(files: FileSystem, watched: string, signal: AbortSignal): Promise<void> {
    if (this.#releaseMs === Infinity) return;
    let path: string | undefined;
    for (let beat = 0; !signal.aborted; beat++) {
      // The folder may still have to be made; a file that is watched by itself has one around it.
      const folder = (await files.isFolder(watched)) ? watched : dirname(watched);
      if (await files.isFolder(folder)) {
        path = join(folder, aliveName(this.#mine));
        await files.write(path, Buffer.from(`${beat}\n`));
      }
      await this.#clock.sleep(Math.max(1_000, this.#releaseMs / 5), signal).catch(() => {});
    }
    if (path !== undefined) await files.remove(path);
  }

  /** Takes away the signs of replicas that were killed, once nobody can be waiting for them any more. */
  async forgetTheDead(files: FileSystem, { alive, claims }: Scanned): Promise<void> {
    for (const [by, { path, modifiedAt }] of alive) {
      const isDead = by !== this.#mine && this.quiet(by, modifiedAt) >= 3 * this.#releaseMs;
      if (isDead && !claims.some((claim) => claim.by === by)) await files.remove(path);
    }
  }

  /** Takes away locks of others that nobody changed for that long. */
  async releaseLocks(files: FileSystem, { locks }: Scanned, say: (path: string) => void): Promise<void> {
    for (const { path, modifiedAt } of locks) {
      if (this.quiet(path, modifiedAt) < this.#releaseMs) continue;
      say(path);
      await files.remove(path);
    }
  }
}
