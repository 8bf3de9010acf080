import {
  askDrain,
  askMove,
  defaultTimings,
  endDrain,
  type Arbiter,
  type MemberOptions,
  type Term,
  type Timings,
} from '../../src/coordination/index.ts';
import { memberKey } from '../../src/coordination/records.ts';
import { Checker } from './checker.ts';
import { seeded, World, type Process } from './world.ts';

export interface SimulationOptions {
  readonly seed: number;
  readonly faults: number;
  readonly pods?: number;
  readonly artifacts?: number;
  /** Longest time that most messages travel. */
  readonly latencyMs?: number;
  /** What a mutant does otherwise. */
  readonly timings?: Partial<Timings>;
  readonly rules?: MemberOptions['rules'];
  readonly arbiter?: (arbiter: Arbiter) => Arbiter;
  readonly fence?: boolean;
  /** The members exchange promises; some pairs do not hear each other for a while. */
  readonly peers?: boolean;
  /** Threads renew the leases, and main loops stand still at random. */
  readonly threads?: boolean;
  /** What third parties delete now and then. Of both, too much would be forgotten: see what is not promised. */
  readonly deletes?: 'leases' | 'assignments';
}

/** Clocks run up to that much too fast or too slow. */
const rateError = 0.1;
const scheduleMs = 200;
/** A holder and all who promised it something may end at once: then only the longest outage is evidence. */
const promised = { calmMs: 300, outageMs: 3_000 };

/**
 * Real members at work, and an adversary who crashes, freezes, cuts, slows and loses at random; after the last fault
 * everything heals and comes to rest. The same seed does the same.
 */
export async function simulate(options: SimulationOptions): Promise<Checker> {
  const random = seeded(options.seed);
  const upTo = (most: number): number => random() * most;
  const pick = <T>(list: readonly T[]): T => list[Math.floor(upTo(list.length))]!;
  const timings = {
    ...defaultTimings,
    settleMs: 500,
    stopLimitMs: 1_000,
    ...(options.peers && promised),
    stallMs: 1_500,
    ...options.timings,
  };
  const checker = new Checker({ leaseMs: timings.leaseMs, rateError, fence: options.fence ?? true });
  const world = new World({
    random,
    latency: () => 0.5 + (random() < 0.05 ? upTo(170) : upTo(options.latencyMs ?? 15)),
    onEvent: () => checker.look(),
    arbiter: (arbiter, writer) => checker.around(options.arbiter?.(arbiter) ?? arbiter, writer),
  });
  checker.watch(world);
  const { clock } = world;
  const artifacts = Array.from({ length: options.artifacts ?? 5 }, (_, i) => `task/${i}`);
  const pods = Array.from({ length: options.pods ?? 3 }, (_, i) => `pod-${i + 1}`);

  const start = (pod: string): Process => {
    const process: Process = world.start({
      pod,
      artifacts: artifacts.map((key) => ({ key, run: (term: Term) => work(process, term) })),
      rate: pick([1 - rateError, 1 + rateError, 1 - rateError + upTo(2 * rateError)]),
      timings,
      ...(options.rules && { rules: options.rules }),
      peers: options.peers ?? false,
      threads: options.threads ?? false,
    });
    return process;
  };

  /** Pods to be frozen at their next effect, and for how long. */
  const traps = new Map<string, number>();

  /** Effects and due runs for as long as the term lasts. Any wait may be a pause in the wrong place. */
  const work = async (process: Process, term: Term): Promise<void> => {
    let lastDue = 0;
    while (!term.signal.aborted) {
      await process.clock.sleep(20 + upTo(40), term.signal).catch(() => {});
      checker.look();
      if (!term.valid()) continue;
      const pause = traps.get(process.pod);
      if (pause !== undefined) {
        traps.delete(process.pod);
        freeze(process, pause);
      }
      await process.clock.sleep(upTo(10));
      checker.effect(term, process.pod);
      const dueAt = Math.floor(process.clock.wall() / scheduleMs) * scheduleMs;
      if (dueAt > lastDue && (await term.claim(dueAt))) checker.ran(term, dueAt, process.pod);
      lastDue = dueAt;
    }
  };

  const never = new AbortController().signal;
  const later = (ms: number, what: () => void): void => void clock.after(ms, what);
  const revive = (pod: string): void =>
    later(100 + upTo(1_000), () => {
      if (world.processes.get(pod)!.gate.state === 'dead') start(pod);
    });
  /** Weight and what happens. Most weight has what comes close to the edge of the timings. */
  const faults: readonly (readonly [weight: number, fault: (process: Process) => void])[] = [
    [2, (process) => crash(process)],
    [1, (process) => freeze(process, upTo(900))],
    [1, (process) => freeze(process, 800 + upTo(2_000))],
    // Stopped between the check of the term and the effect: only the token can help.
    [3, (process) => void traps.set(process.pod, 1_100 + upTo(1_200))],
    [1, (process) => cut(process, upTo(900))],
    [options.peers ? 4 : 0, (process) => part(process.pod, pick(pods), upTo(2_500))],
    // Now all depends on those who still hear it.
    [options.peers ? 4 : 0, (process) => partAndCutFromArbiter(process, pick(pods), 1_000 + upTo(2_000))],
    // Back when others are just about to revoke it.
    [3, (process) => cut(process, timings.leaseMs * (0.8 + upTo(0.5)))],
    [1, (process) => cut(process, 1_500 + upTo(1_000))],
    // Frozen while an answer is on its way, and alone when it wakes.
    [
      2,
      (process) => {
        const ms = 200 + upTo(650);
        process.network.onRenewal = (): void => {
          freeze(process, ms);
          later(ms - 1, () => cut(process, 1_500));
        };
      },
    ],
    [
      1,
      (process) => {
        process.network.replyLatency = () => 200 + upTo(145);
        later(upTo(3_000), () => (process.network.replyLatency = process.network.latency));
      },
    ],
    [1, ({ network }) => (network.loseReply = pick(['lease', 'assignment']))],
    [1, ({ network }) => (network.delayRequest = { of: pick(['lease', 'assignment']), ms: upTo(1_500) })],
    [2, (process) => stop(process)],
    // Some shorter than stallMs, some longer.
    [options.threads ? 6 : 0, (process) => stall(process, 800 + upTo(1_500))],
    [1, () => void askMove(world.store, pick(artifacts), pick(pods), never)],
    [1, () => void drain(pick(pods), upTo(5_000))],
    [1, () => void remove(options.deletes ?? 'leases')],
    [1, () => hang(upTo(1_500))],
    [
      1,
      () => {
        world.arbiterUp = false;
        later(upTo(2_500), () => (world.arbiterUp = true));
      },
    ],
  ];
  const drain = async (pod: string, ms: number): Promise<void> => {
    const answer = await askDrain(world.store, `pod/${pod}`, { at: 0, by: 'the adversary' }, never);
    if (answer.outcome === 'asked') later(ms, () => void endDrain(world.store, `pod/${pod}`, never));
  };
  /** As kubectl does: whatever its version is. */
  const remove = async (what: 'leases' | 'assignments'): Promise<void> => {
    const { assignment, members } = await world.store.snapshot({ signal: never });
    if (what === 'leases' && members.length > 0) {
      const { value, version } = pick(members);
      await world.store.remove(memberKey(value.boot), version, never);
    } else if (what === 'assignments' && assignment && assignment !== 'same')
      await world.store.remove('assignment', assignment.version, never);
  };
  const drawFault = (): ((process: Process) => void) => {
    let left = upTo(faults.reduce((sum, [weight]) => sum + weight, 0));
    return faults.find(([weight]) => (left -= weight) < 0)![1];
  };
  const crash = (process: Process): void => {
    if (process.gate.state === 'dead') return;
    world.crash(process.pod);
    if (random() < 0.4) void world.exited(process.pod);
    revive(process.pod);
  };
  const stop = (process: Process): void => {
    if (process.gate.state !== 'open') return;
    void process.member.stop({ deadlineMs: 500 + upTo(1_000) }).then(() => {
      process.gate.kill();
      return revive(process.pod);
    });
  };
  const hang = (ms: number): void => {
    if (world.arbiterGate.state !== 'open') return;
    world.arbiterGate.state = 'frozen';
    later(ms, () => world.arbiterGate.open());
  };
  const freeze = (process: Process, ms: number): void => {
    if (process.gate.state !== 'open') return;
    process.gate.state = 'frozen';
    later(ms, () => process.gate.state === 'frozen' && process.gate.open());
  };
  const part = (one: string, other: string, ms: number): void => {
    world.peers.part(one, other);
    later(ms, () => world.peers.meet(one, other));
  };
  const partAndCutFromArbiter = (process: Process, other: string, ms: number): void => {
    part(process.pod, other, ms);
    process.network.cutFromArbiter = true;
    later(ms, () => (process.network.cutFromArbiter = false));
  };
  const stall = (process: Process, ms: number): void => {
    if (process.gate.state !== 'open') return;
    process.gate.state = 'stalled';
    later(ms, () => process.gate.state === 'stalled' && process.gate.open());
  };
  const cut = (process: Process, ms: number): void => {
    process.network.cut = true;
    later(ms, () => (process.network.cut = false));
  };

  await world.found();
  for (const pod of pods) start(pod);
  await clock.advance(1_000);
  for (let i = 0; i < options.faults; i++) {
    drawFault()(world.processes.get(pick(pods))!);
    await clock.advance(random() < 0.3 ? upTo(100) : 300 + upTo(2_500));
  }
  // Longest of what is still under way, then what the members need to find each other again and to even out.
  await clock.advance(3_500 + 2 * timings.leaseMs);
  await clock.advance(2 * timings.settleMs + 1_000);
  checker.look();
  checker.rest(artifacts);
  for (const pod of pods) world.crash(pod);
  return checker;
}
