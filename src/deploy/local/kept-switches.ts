import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Arbiter, Switches } from '../../coordination/index.ts';
import { digestOf } from '../../digest.ts';

/**
 * What was said of which artifact may work, kept on disk: the arbiter of `gantry run` lives in its memory, and whoever
 * paused a task expects it to be paused when the deployment is started again.
 *
 *   $XDG_STATE_HOME/gantry/<name>-<digest of the paths>.json     or  ~/.local/state/gantry/...
 *   { "switches": { "task/nightly": { "on": false, "at": 1760000000000, "by": "gantry pause", "reason": "..." } } }
 */
export class KeptSwitches {
  readonly #file: string;
  #written = '';

  constructor(file: string) {
    this.#file = file;
  }

  /** The file of a project, by its name and where it lies. */
  static fileOf(name: string, paths: readonly string[], env: NodeJS.ProcessEnv = process.env): string {
    const base = env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state');
    const place = digestOf(paths.map((path) => resolve(path))).slice(0, 12);
    return join(base, 'gantry', `${name}-${place}.json`);
  }

  /** Empty when nothing is kept, or nothing that can be read. */
  read(): Switches {
    try {
      const text = readFileSync(this.#file, 'utf8');
      const { switches } = JSON.parse(text) as { switches?: Switches };
      this.#written = JSON.stringify(switches ?? {});
      return switches ?? {};
    } catch {
      return {};
    }
  }

  /** Writes whatever is said from now on; returns what ends that. `onTrouble` is told when it cannot be written. */
  follow(arbiter: Arbiter, onTrouble: (error: Error) => void): () => void {
    const look = async (): Promise<void> => {
      const found = await arbiter.read('assignment', AbortSignal.timeout(1_000));
      const text = JSON.stringify(found?.value.switches ?? {});
      if (text === this.#written || (this.#written === '' && text === '{}')) return;
      this.#written = text;
      mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
      // Whole or not at all, whatever ends this process meanwhile.
      writeFileSync(`${this.#file}.new`, `{"switches":${text}}\n`, { mode: 0o600 });
      renameSync(`${this.#file}.new`, this.#file);
    };
    return arbiter.watch(() => void look().catch(onTrouble));
  }
}
