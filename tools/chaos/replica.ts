import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ToParent } from '../../src/deploy/local/protocol.ts';
import type { Connection } from './arbiters/backing.ts';
import type { History, ProcessLife } from './history.ts';
import { now } from './now.ts';

export interface ChaosReplicaOptions {
  readonly id: string;
  readonly pod: string;
  readonly slot: number;
  readonly product: string;
  readonly project: string;
  readonly folder: string;
  readonly connection: Connection;
  readonly history: History;
  readonly env: Readonly<Record<string, string>>;
}

/** A message to the parent, with the time the witness put on it. */
type Told = ToParent & { readonly at: number };

/** Longest time from SIGTERM to the end: what is in hand takes less than a second. */
const stopLimitMs = 15_000;

/** One `gantry replica` process, and what it says of itself. */
export class ChaosReplica {
  readonly id: string;
  readonly pod: string;
  readonly connection: Connection;
  /** Resolves when it takes part, or has ended. */
  readonly ready: Promise<void>;
  readonly ended: Promise<void>;
  /** How long its slot stays empty when it has ended. */
  downMs: number | undefined;
  /** What was done to end it. */
  asked: 'kill' | 'stop' | undefined;
  readonly #child: ChildProcess;
  readonly #life: ProcessLife;
  readonly #clockFile: string;
  #seen = true;
  #pauses = 0;

  constructor(options: ChaosReplicaOptions) {
    const { id, pod, connection, history, folder } = options;
    this.id = id;
    this.pod = pod;
    this.connection = connection;
    this.#clockFile = join(folder, `${id}.clock`);
    writeFileSync(this.#clockFile, '0');
    const ports = ['--host', '127.0.0.1', '--port', '0', '--health-port', '0'];
    this.#child = spawn(
      process.execPath,
      [options.product, 'replica', options.project, ...ports, '--log-format', 'json'],
      {
        stdio: ['ignore', 'pipe', 'pipe', 'ipc', ...Array.from({ length: connection.pipes }, () => 'pipe' as const)],
        // A Ctrl-C of the terminal is for the harness, which then stops its replicas.
        detached: true,
        env: {
          ...process.env,
          NODE_OPTIONS: `--require ${JSON.stringify(join(import.meta.dirname, 'witness.cjs'))}`,
          CHAOS_CLOCK: this.#clockFile,
          ...options.env,
        },
      },
    );
    this.#life = { id, pod, startedAt: now() };
    history.processes.push(this.#life);
    const log = createWriteStream(join(folder, `${id}.log`));
    this.#child.stdout!.pipe(log, { end: false });
    this.#child.stderr!.pipe(log, { end: false });
    connection.attach(this.#child);
    const ready = Promise.withResolvers<void>();
    this.ready = ready.promise;
    this.#child.on('message', (message: Partial<Told> | null) => {
      if (message?.to !== 'parent') return;
      if (message.type === 'ready') {
        this.#life.readyAt = message.at!;
        ready.resolve();
      } else this.#record(message as Told, history);
    });
    // What it said last may come after its exit.
    this.#child.once('close', () => log.end());
    this.ended = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        this.#life.endedAt = now();
        const how = signal ?? `exit code ${code ?? 'unknown'}`;
        // SIGTERM before the program has begun to listen for it ends the process as well.
        const isStopped = code === 0 || (signal === 'SIGTERM' && this.#life.readyAt === undefined);
        if (this.asked === undefined || (this.asked === 'stop' && !isStopped)) this.#life.unexpected = how;
        connection.ended(this.#seen ? `its process has ended (${how})` : undefined);
        ready.resolve();
        resolve();
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get takesPart(): boolean {
    return this.running && this.#life.readyAt !== undefined && this.asked === undefined;
  }

  get running(): boolean {
    return this.#life.endedAt === undefined;
  }

  kill(how: 'seen' | 'unseen'): void {
    this.asked = 'kill';
    this.#seen = how === 'seen';
    this.#child.kill('SIGKILL');
  }

  pause(): void {
    if (this.#pauses++ === 0) this.#child.kill('SIGSTOP');
  }

  resume(): void {
    if (--this.#pauses === 0) this.#child.kill('SIGCONT');
  }

  /** SIGTERM; by force when it does not end. */
  async stop(): Promise<void> {
    this.asked ??= 'stop';
    this.#child.kill('SIGTERM');
    const force = setTimeout(() => this.#child.kill('SIGKILL'), stopLimitMs);
    await this.ended;
    clearTimeout(force);
  }

  /** Its wall clock is off by that much from now on. */
  setClock(byMs: number): void {
    writeFileSync(this.#clockFile, String(byMs));
  }

  #record(message: Told, history: History): void {
    const { at } = message;
    if (message.type === 'joined') history.boots.push({ process: this.id, boot: message.boot });
    else if (message.type === 'term') {
      const { artifact, token, state } = message;
      history.terms.push({ at, process: this.id, artifact, token, state });
    } else if (message.type === 'run') {
      const { artifact, token, dueAt } = message;
      history.runs.push({ at, process: this.id, artifact, token, due: dueAt });
    }
  }
}
