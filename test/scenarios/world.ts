/**
 * A deployment in one thread and in virtual time: processes that crash and freeze, clocks that run at different rates,
 * a network that is slow, loses and cuts, an arbiter that hangs and forgets. The members in it are the real ones.
 */
import { VirtualClock, type Clock } from '../../src/clock.ts';
import {
  Member,
  MemoryArbiter,
  foundAssignment,
  revokeNow,
  type Arbiter,
  type CoordinationEvent,
  type MemberOptions,
  type Runnable,
  type Term,
  type Timings,
} from '../../src/coordination/index.ts';

import type { KeepLease } from '../../src/coordination/lease.ts';
import { PeerNetwork } from './peer-network.ts';
import { renewalThread } from './renewal-thread.ts';

type Loop = 'main' | 'thread';

/** What a process gets to see of the outside: nothing while it is frozen, nothing ever again when it is dead. */
class Gate {
  /** stalled: the main loop stands still, the thread that renews has turns. */
  state: 'open' | 'stalled' | 'frozen' | 'dead' = 'open';
  #queue: { readonly callback: () => void; readonly by: Loop }[] = [];
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  pass(callback: () => void, by: Loop = 'main'): void {
    if (this.state === 'open' || (this.state === 'stalled' && by === 'thread')) callback();
    else if (this.state !== 'dead') this.#queue.push({ callback, by });
  }

  open(): void {
    this.state = 'open';
    // One after another, as an event loop does: promises settle in between.
    for (const { callback, by } of this.#queue.splice(0)) this.#clock.after(0, () => this.pass(callback, by));
  }

  kill(): void {
    this.state = 'dead';
    this.#queue = [];
  }
}

/** A process's own clock: `rate` 1.1 counts 1100 ms in a second. It goes on while the process is frozen. */
class ProcessClock implements Clock {
  readonly #world: VirtualClock;
  readonly #gate: Gate;
  readonly #rate: number;
  readonly #by: Loop;

  constructor(world: VirtualClock, gate: Gate, rate: number, by: Loop = 'main') {
    this.#by = by;
    this.#world = world;
    this.#gate = gate;
    this.#rate = rate;
  }

  monotonic(): number {
    return this.#world.monotonic() * this.#rate;
  }

  wall(): number {
    return this.#world.wall();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const cancel = this.after(ms, resolve);
      const onAbort = (): void => {
        cancel();
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  after(ms: number, callback: () => void): () => void {
    let live = true;
    const fire = (): void => {
      if (live) callback();
    };
    const cancel = this.#world.after(ms / this.#rate, () => this.#gate.pass(fire, this.#by));
    return () => {
      live = false;
      cancel();
    };
  }
}

export interface Network {
  /** Milliseconds a message travels, drawn for each. */
  latency(): number;
  /** The same for answers; the messages of one process overtake each other when these differ. */
  replyLatency(): number;
  cut: boolean;
  /** The arbiter alone cannot be reached. */
  cutFromArbiter: boolean;
  /** Called when the next renewal has been sent. */
  onRenewal: (() => void) | undefined;
  /** Drops the answer to the next write of that kind, or holds back the request for that long. */
  loseReply: 'lease' | 'assignment' | undefined;
  delayRequest: { readonly of: 'lease' | 'assignment'; readonly ms: number } | undefined;
}

export interface ProcessOptions {
  readonly pod: string;
  readonly node?: string;
  readonly artifacts: readonly Runnable[];
  readonly rate?: number;
  readonly expect?: number;
  readonly timings?: Partial<Timings>;
  readonly rules?: MemberOptions['rules'];
  /** Exchanges promises with its peers. */
  readonly peers?: boolean;
  /** A thread renews its lease, also while its gate is `stalled`. */
  readonly threads?: boolean;
}

export class Process {
  readonly pod: string;
  readonly gate: Gate;
  readonly member: Member;
  readonly network: Network;
  readonly clock: Clock;
  /** The newest term begun for each artifact. */
  readonly terms: Map<string, Term> = new Map();
  /** Boot ids it has used. */
  readonly boots: Set<string> = new Set();

  constructor(world: World, options: ProcessOptions) {
    this.pod = options.pod;
    this.gate = new Gate(world.clock);
    this.clock = new ProcessClock(world.clock, this.gate, options.rate ?? 1);
    this.network = {
      latency: world.latency,
      replyLatency: world.latency,
      cut: false,
      cutFromArbiter: false,
      onRenewal: undefined,
      loseReply: undefined,
      delayRequest: undefined,
    };
    const { timings, expect, rules, peers, threads } = options;
    this.member = new Member({
      arbiter: link(world, this),
      pod: options.pod,
      node: options.node ?? 'node-1',
      artifacts: options.artifacts.map((artifact) => ({
        ...artifact,
        run: (term: Term): Promise<void> => {
          this.terms.set(artifact.key, term);
          return artifact.run(term);
        },
      })),
      clock: this.clock,
      random: world.random,
      onEvent: (event) => world.onEvent(event, this),
      ...(timings && { timings }),
      ...(expect !== undefined && { expect }),
      ...(rules && { rules }),
      ...(threads && { keepLease: this.#renewalThread(world, options.rate) }),
      ...(peers && { peers: { link: world.peers.link(this), deployment: 'shop' } }),
    });
  }

  #renewalThread(world: World, rate = 1): KeepLease {
    const crossing = (by: Loop) => (callback: () => void) =>
      void world.clock.after(0.05, () => this.gate.pass(callback, by));
    return renewalThread({
      arbiter: link(world, this, 'thread'),
      clock: new ProcessClock(world.clock, this.gate, rate, 'thread'),
      mainClock: this.clock,
      inThread: crossing('thread'),
      inMain: crossing('main'),
    });
  }

  /** It runs code at this instant. */
  get runs(): boolean {
    return this.gate.state === 'open';
  }
}

export interface WorldOptions {
  readonly random: () => number;
  readonly latency: () => number;
  readonly onEvent: (event: CoordinationEvent, process: Process) => void;
  /** Told of every write that the arbiter accepted, and of who asked for it. */
  readonly arbiter?: (arbiter: Arbiter, writer: string) => Arbiter;
}

export class World {
  readonly clock: VirtualClock = new VirtualClock(0, 1_000);
  readonly random: () => number;
  readonly latency: () => number;
  readonly onEvent: WorldOptions['onEvent'];
  readonly processes: Map<string, Process> = new Map();
  /** frozen: requests wait at its door. down: they are refused. */
  readonly arbiterGate: Gate = new Gate(this.clock);
  readonly peers: PeerNetwork = new PeerNetwork(this);
  arbiterUp = true;
  store: MemoryArbiter = new MemoryArbiter();
  readonly #wrap: NonNullable<WorldOptions['arbiter']>;
  readonly #signal: AbortSignal = new AbortController().signal;

  constructor(options: WorldOptions) {
    this.random = options.random;
    this.latency = options.latency;
    this.onEvent = options.onEvent;
    this.#wrap = options.arbiter ?? ((arbiter): Arbiter => arbiter);
  }

  arbiterFor(writer: string): Arbiter {
    return this.#wrap(this.store, writer);
  }

  found(): Promise<void> {
    return foundAssignment(this.store, this.clock.wall(), this.#signal);
  }

  start(options: ProcessOptions): Process {
    const process = new Process(this, options);
    this.processes.set(options.pod, process);
    void process.member.start();
    process.boots.add(process.member.boot);
    return process;
  }

  crash(pod: string): void {
    this.processes.get(pod)!.gate.kill();
  }

  /** The supervisor has seen the exit of that process's child. */
  async exited(pod: string): Promise<void> {
    await revokeNow(
      this.arbiterFor('supervisor'),
      this.processes.get(pod)!.member.boot,
      'its process has ended',
      this.#signal,
    );
  }

  /** All that was kept is gone. */
  forget(): void {
    this.store = new MemoryArbiter();
  }
}

/** The arbiter as one process reaches it. */
function link(world: World, process: Process, by: Loop = 'main'): Arbiter {
  const call = <T>(
    signal: AbortSignal,
    kind: 'lease' | 'assignment' | undefined,
    ask: (arbiter: Arbiter) => Promise<T>,
  ): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      const { network } = process;
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      let held = 0;
      let lost = false;
      if (kind !== undefined && network.delayRequest?.of === kind) {
        held = network.delayRequest.ms;
        network.delayRequest = undefined;
      }
      if (kind !== undefined && network.loseReply === kind) {
        lost = true;
        network.loseReply = undefined;
      }
      if (kind === 'lease' && network.onRenewal) {
        world.clock.after(0, network.onRenewal);
        network.onRenewal = undefined;
      }
      if (network.cut || network.cutFromArbiter) return;
      const answer = (end: () => void): void => {
        world.clock.after(network.replyLatency(), () => {
          if (!network.cut && !lost) process.gate.pass(end, by);
        });
      };
      world.clock.after(held + network.latency(), () => {
        if (network.cut) return;
        if (!world.arbiterUp) return answer(() => reject(new Error('the arbiter refuses the connection')));
        world.arbiterGate.pass(() => {
          ask(world.arbiterFor(process.pod)).then(
            (value) => answer(() => resolve(value)),
            (error: unknown) => answer(() => reject(error)),
          );
        });
      });
    });
  const never = new AbortController().signal;
  const kindOf = (key: string): 'lease' | 'assignment' => (key === 'assignment' ? 'assignment' : 'lease');
  return {
    snapshot: ({ signal, known }) => call(signal, undefined, (arbiter) => arbiter.snapshot({ signal: never, known })),
    read: (key, signal) => call(signal, undefined, (arbiter) => arbiter.read(key, never)),
    swap: (key, value, expected, signal) =>
      call(signal, kindOf(key), (arbiter) => arbiter.swap(key, value, expected, never)),
    remove: (key, expected, signal) => call(signal, undefined, (arbiter) => arbiter.remove(key, expected, never)),
    watch: (wake) =>
      world.store.watch(() => {
        world.clock.after(process.network.latency(), () => {
          if (!process.network.cut && world.arbiterUp) process.gate.pass(wake);
        });
      }),
  };
}

/** A small seeded generator (mulberry32), in [0, 1). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
