import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { processChannel, serveArbiter, type ServedArbiter } from '../../../coordination/channel/ipc.ts';
import type { Arbiter } from '../../../coordination/arbiter.ts';
import { lineChannel } from '../../../coordination/channel/line-channel.ts';
import { replicaEnvironment, type ToParent, type ToReplica } from '../protocol.ts';
import type { PodPlan, Release } from '../release.ts';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** For people: "exit code 1", "SIGKILL", "could not be started: ENOENT". */
  readonly text: string;
}

export interface ReplicaListener {
  message(message: ToParent): void;
  /** Any message, of the arbiter's too, is a sign of life. */
  sign(): void;
  output(line: string, stream: 'stdout' | 'stderr'): void;
  ended(ended: Ended): void;
}

/** Behind stdin, stdout, stderr and Node's channel: the replica's thread that renews its lease reaches the arbiter here. */
const leasePipe = 4;

/** One child process that runs a replica: its channel, its arbiter, its signals, its end. */
export class ReplicaProcess {
  readonly release: Release;
  readonly #child: ChildProcess;
  /** Ours, served to its main thread and to the one that renews. */
  readonly #served: readonly ServedArbiter[];
  /** As the process says; with an arbiter of ours that serves it, what it has joined before it could say so too. */
  readonly #boots: Set<string> = new Set();
  #ended: Ended | undefined;
  readonly #exit: Promise<Ended>;

  constructor(plan: PodPlan, release: Release, arbiter: Arbiter | undefined, listener: ReplicaListener) {
    this.release = release;
    const { command, args, env } = release.replica;
    this.#child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc', ...(arbiter === undefined ? [] : (['pipe'] as const))],
      // A terminal's Ctrl-C goes to its whole foreground group; the replicas must hear of it from the supervisor.
      detached: true,
      env: { ...process.env, ...env, ...environmentOf(plan, release, arbiter !== undefined) },
    });
    // Only the main thread's messages are signs of life: the other thread renews also while that one stands still.
    this.#served =
      arbiter === undefined
        ? []
        : [processChannel(this.#child), lineChannel(this.#child.stdio[leasePipe] as Duplex)].map((channel) =>
            serveArbiter(arbiter, channel),
          );
    this.#child.on('message', (message) => {
      // What it had sent before it was killed may still arrive after its exit; it means nothing any more.
      if (!this.running) return;
      listener.sign();
      const told = message as Partial<ToParent> | null;
      if (told === null || typeof told !== 'object' || told.to !== 'parent') return;
      if (told.type === 'joined') this.#boots.add(told.boot!);
      listener.message(told as ToParent);
    });
    for (const stream of ['stdout', 'stderr'] as const) {
      const source = this.#child[stream];
      if (source)
        createInterface({ input: source, crlfDelay: Infinity }).on('line', (line) => listener.output(line, stream));
    }
    this.#exit = new Promise((resolve) => {
      const end = (ended: Ended): void => {
        if (this.#ended !== undefined) return;
        this.#ended = ended;
        for (const served of this.#served) served.close();
        listener.ended(ended);
        resolve(ended);
      };
      this.#child.once('exit', (code, signal) => {
        end({ code, signal, text: signal ?? `exit code ${code ?? 'unknown'}` });
      });
      this.#child.on('error', (error) => {
        // Also a failed send; only a process that never was has no pid.
        if (this.#child.pid === undefined)
          end({ code: null, signal: null, text: `could not be started: ${error.message}` });
      });
    });
  }

  /** 0 when it could not be started. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get running(): boolean {
    return this.#ended === undefined;
  }

  /** Its end; never rejects. */
  get exit(): Promise<Ended> {
    return this.#exit;
  }

  /** Boot ids under which it is a member: whom to revoke when it has ended. */
  get boots(): ReadonlySet<string> {
    return this.#served.reduce((all, { boots }) => all.union(boots), this.#boots);
  }

  send(message: ToReplica): void {
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    if (this.running) this.#child.kill(signal);
  }
}

function environmentOf(plan: PodPlan, release: Release, arbitrated: boolean): Record<string, string> {
  const holds = release.holds?.[plan.pod] ?? plan.holds;
  return {
    [replicaEnvironment.pod]: plan.pod,
    [replicaEnvironment.node]: plan.node,
    [replicaEnvironment.serves]: plan.serves,
    ...(arbitrated ? { [replicaEnvironment.arbiter]: 'ipc', [replicaEnvironment.leasePipe]: String(leasePipe) } : {}),
    ...(holds === undefined ? {} : { [replicaEnvironment.holds]: holds.join(',') }),
  };
}
