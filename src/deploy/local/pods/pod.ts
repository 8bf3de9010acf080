import type { PodStatus } from '../../status.ts';
import { failuresAfter, restartDelayMs } from './backoff.ts';
import { DeploymentError } from '../deployment-error.ts';
import type { Events } from '../picture/events.ts';
import type { PodHouse } from './house.ts';
import type { PodPlan, Release } from '../release.ts';
import { Replica } from './replica.ts';
import type { Ended } from './replica-process.ts';

/** How long a replica may take to start before it is ended; MI's own chart allows 125 s. */
const startLimitMs = 60_000;

/**
 * One pod of the plan: a name and a place that outlive the processes that fill it. It keeps one replica running,
 * restarts it with back-off, and exchanges it for another one in a rolling update.
 */
export class Pod {
  readonly plan: PodPlan;
  readonly #house: PodHouse;
  #release: Release;
  /** Fills the pod now. */
  #replica: Replica | undefined;
  /** Starts beside it during a rolling update. */
  #incoming: Replica | undefined;
  /** Has been replaced and finishes what it has. */
  readonly #leaving: Set<Replica> = new Set();
  #restarts = 0;
  #failures = 0;
  #cancelRestart: (() => void) | undefined;
  #restartAt: number | undefined;
  #stopping = false;
  #lastFault: string | undefined;
  #startupMs: number | undefined;

  constructor(plan: PodPlan, release: Release, house: PodHouse) {
    this.plan = plan;
    this.#release = release;
    this.#house = house;
  }

  get replica(): Replica | undefined {
    return this.#replica;
  }

  /** Every process that is alive for this pod. */
  get replicas(): readonly Replica[] {
    return [this.#replica, this.#incoming, ...this.#leaving].filter((replica) => replica !== undefined);
  }

  start(): void {
    this.#cancelRestart?.();
    this.#cancelRestart = this.#restartAt = undefined;
    this.#replica = this.#spawn(this.#release);
  }

  crash(downForMs?: number): void {
    const replica = this.#need();
    replica.downForMs = downForMs;
    replica.process.signal('SIGKILL');
  }

  freeze(): void {
    const replica = this.#need();
    if (replica.frozen) return;
    replica.process.signal('SIGSTOP');
    replica.frozen = true;
    this.#house.balancer.quiet(replica.target, true);
    this.#tell('pod-frozen', 'is frozen (SIGSTOP)');
  }

  thaw(): void {
    const replica = this.#need();
    if (!replica.frozen) return;
    replica.frozen = false;
    replica.process.signal('SIGCONT');
    this.#house.balancer.quiet(replica.target, false);
    this.#tell('pod-thawed', 'runs again (SIGCONT)');
  }

  /** Exchanges its replica for one of that release. Rejects with ROLL_FAILED and keeps the old one. */
  async roll(release: Release, drainMs: number): Promise<void> {
    if (this.#incoming !== undefined)
      throw new DeploymentError('NOT_POSSIBLE', `${this.plan.pod} is being rolled already.`);
    const { pod } = this.plan;
    const known = new Set(this.#replica?.problems.map(sameProblem));
    const incoming = this.#spawn(release);
    this.#incoming = incoming;
    const failure = await this.#whyNot(incoming, release, known);
    this.#incoming = undefined;
    if (failure !== undefined || this.#stopping) {
      this.#leaving.add(incoming);
      await this.#dismiss(incoming, 0);
      if (this.#replica === undefined && this.#restartAt === undefined && !this.#stopping) this.#restart(0);
      throw new DeploymentError('ROLL_FAILED', `${pod}: ${failure ?? 'the deployment stops'}`);
    }
    const old = this.#replica;
    this.#cancelRestart?.();
    this.#cancelRestart = this.#restartAt = undefined;
    this.#release = release;
    this.#replica = incoming;
    this.#failures = 0;
    if (old === undefined) return;
    this.#leaving.add(old);
    this.#tell('pod-draining', `pid ${old.process.pid} finishes what it has`);
    await this.#dismiss(old, drainMs);
  }

  /** Finishes what is in hand and ends its processes, by force at the deadline. */
  async stop(drainMs: number): Promise<void> {
    this.#stopping = true;
    this.#cancelRestart?.();
    this.#cancelRestart = this.#restartAt = undefined;
    const { replicas } = this;
    this.#replica = undefined;
    for (const replica of replicas) this.#leaving.add(replica);
    await Promise.all(replicas.map((replica) => this.#dismiss(replica, drainMs)));
  }

  status(): PodStatus {
    const replica = this.#replica;
    const wait =
      this.#restartAt === undefined ? undefined : Math.max(0, this.#restartAt - this.#house.clock.monotonic());
    const faults =
      replica?.problems.filter((one) => one.level === 'error').map((one) => `${one.code} ${one.text}`) ?? [];
    if (replica?.state !== 'ready' && this.#lastFault !== undefined) faults.push(this.#lastFault);
    return {
      name: this.plan.pod,
      node: this.plan.node,
      group: this.plan.group,
      state: replica?.state ?? (this.#stopping && this.#leaving.size > 0 ? 'draining' : 'down'),
      pid: replica?.process.pid,
      restarts: this.#restarts,
      startedAt: replica?.startedAt,
      restartInMs: wait === undefined ? undefined : Math.round(wait),
      version: replica?.version ?? this.#release.version,
      startupMs: replica?.startupMs ?? this.#startupMs,
      memory: replica?.memory,
      faults,
      membership: replica?.membership,
      drained: this.#house.drained(this.plan),
    };
  }

  #spawn(release: Release): Replica {
    const { plan } = this;
    const house = this.#house;
    const replica: Replica = new Replica(plan, release, house, {
      ready: () => {
        this.#lastFault = undefined;
        this.#startupMs = replica.startupMs;
        this.#tell('pod-ready', `is ready after ${Math.round(replica.startupMs ?? 0)} ms (pid ${replica.process.pid})`);
        if (replica.version !== replica.process.release.version) {
          this.#tell('warning', 'loaded other artifacts than were planned: the files have changed since');
        }
      },
      failed: (text) => {
        this.#lastFault = text;
        this.#tell('warning', `cannot start: ${text}`);
      },
      ended: (ended) => this.#ended(replica, ended),
    });
    this.#tell('pod-started', `starts on ${plan.node} (pid ${replica.process.pid})`);
    house.processes();
    const cancel = house.clock.after(startLimitMs, () => {
      replica.settle(`was not ready within ${startLimitMs / 1000} s`);
      replica.process.signal('SIGKILL');
    });
    void replica.settled.then(cancel);
    return replica;
  }

  #ended(replica: Replica, ended: Ended): void {
    const house = this.#house;
    house.balancer.lost(replica.target);
    house.revoke(replica.process.boots, ended);
    house.processes();
    if (this.#leaving.delete(replica)) {
      this.#tell('pod-stopped', `pid ${replica.process.pid} has ended (${ended.text})`);
    } else if (replica === this.#replica) {
      this.#replica = undefined;
      const readyFor = replica.readyAt === undefined ? undefined : house.clock.monotonic() - replica.readyAt;
      this.#failures = failuresAfter(this.#failures, readyFor);
      const wait = replica.downForMs ?? restartDelayMs(this.#failures);
      if (replica.readyAt === undefined) this.#lastFault ??= `ended before it was ready: ${ended.text}`;
      const again =
        this.#incoming === undefined
          ? `restart ${wait === 0 ? 'at once' : `in ${wait / 1000} s`}`
          : 'its successor starts';
      this.#tell('pod-lost', `was lost (pid ${replica.process.pid}, ${ended.text}); ${again}`);
      if (this.#incoming === undefined) this.#restart(wait);
    }
    house.holders.processEnded(replica.process.pid, `its process has ended (${ended.text})`);
  }

  #restart(waitMs: number): void {
    const again = (): void => {
      this.#restarts++;
      this.start();
    };
    if (waitMs === 0) {
      again();
      return;
    }
    this.#restartAt = this.#house.clock.monotonic() + waitMs;
    this.#cancelRestart = this.#house.clock.after(waitMs, again);
  }

  /** Undefined when the new replica may take over. */
  async #whyNot(replica: Replica, release: Release, known: ReadonlySet<string>): Promise<string | undefined> {
    const outcome = await replica.settled;
    if (outcome !== 'ready') return outcome;
    if (replica.version !== release.version)
      return 'loaded other artifacts than were asked for; they changed meanwhile';
    const fresh = replica.problems.filter((one) => one.level === 'error' && !known.has(sameProblem(one)));
    return fresh.length === 0 ? undefined : fresh.map((one) => `${one.code} ${one.text}`).join('; ');
  }

  /** Out of the rotation, in-flight finished, stateful artifacts handed over by the replica itself, then its end. */
  async #dismiss(replica: Replica, drainMs: number): Promise<void> {
    const { balancer, clock } = this.#house;
    replica.leave();
    if (drainMs === 0) {
      replica.process.signal('SIGKILL');
    } else {
      const deadline = clock.monotonic() + drainMs;
      await balancer.drain(replica.target, drainMs);
      replica.process.send({ to: 'replica', type: 'drain' });
      const cancel = clock.after(Math.max(0, deadline - clock.monotonic()), () => replica.process.signal('SIGKILL'));
      await replica.process.exit;
      cancel();
    }
    await replica.process.exit;
  }

  #need(): Replica {
    if (this.#replica === undefined) {
      throw new DeploymentError('NOT_POSSIBLE', `${this.plan.pod} is down; it has no process.`);
    }
    return this.#replica;
  }

  #tell(type: Parameters<Events['tell']>[0]['type'], text: string): void {
    this.#house.events.tell({ type, pod: this.plan.pod, text: `${this.plan.pod} ${text}` });
  }
}

function sameProblem(problem: {
  readonly code: string;
  readonly text: string;
  readonly at: { readonly file: string };
}): string {
  return `${problem.code} ${problem.at.file} ${problem.text}`;
}
