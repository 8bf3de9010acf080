import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runtimeFolder } from './control/socket.ts';

/**
 * The processes of the deployment on one port, written down so that a later supervisor finds those that outlived a
 * killed one. Replicas end by themselves when their supervisor is gone; a frozen one cannot.
 *
 *   <runtime folder>/<port>.json    { "processes": [{ "pid": 4711, "began": "..." }] }
 *
 * `began` is the start time the system gives for the pid: a pid alone may meanwhile belong to someone else.
 */
interface Entry {
  readonly pid: number;
  readonly began: string;
}

export class Ledger {
  readonly #file: string;
  readonly #known: Map<number, string> = new Map();

  constructor(folder: string | undefined, port: number) {
    const place = runtimeFolder(folder);
    mkdirSync(place, { recursive: true, mode: 0o700 });
    this.#file = join(place, `${port}.json`);
  }

  /** Ends what an earlier supervisor started and left behind; answers the pids. */
  endOrphans(): number[] {
    const ended: number[] = [];
    for (const { pid, began } of this.#read()) {
      if (beganAt(pid) !== began) continue;
      try {
        process.kill(pid, 'SIGKILL');
        ended.push(pid);
      } catch {
        // Gone meanwhile, or not ours after all.
      }
    }
    this.remove();
    return ended;
  }

  write(pids: readonly number[]): void {
    const processes: Entry[] = [];
    for (const pid of pids) {
      const began = this.#known.get(pid) ?? beganAt(pid);
      if (began === undefined) continue;
      this.#known.set(pid, began);
      processes.push({ pid, began });
    }
    for (const pid of this.#known.keys()) if (!pids.includes(pid)) this.#known.delete(pid);
    writeFileSync(this.#file, JSON.stringify({ processes }), { mode: 0o600 });
  }

  remove(): void {
    rmSync(this.#file, { force: true });
  }

  #read(): readonly Entry[] {
    try {
      const { processes } = JSON.parse(readFileSync(this.#file, 'utf8')) as { processes?: readonly Entry[] };
      return Array.isArray(processes) ? processes : [];
    } catch {
      return [];
    }
  }
}

/** When the process began, as an opaque word; undefined when there is none of that pid. */
export function beganAt(pid: number): string | undefined {
  try {
    // Linux: field 22 of stat, counted after the command's closing parenthesis, since the command may hold anything.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    if (process.platform === 'linux') return undefined;
  }
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}
