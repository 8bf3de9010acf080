import type { Problem } from '../../../errors.ts';
import type { MemberStatus } from '../../../coordination/index.ts';
import type { Hindrance, ToParent } from '../protocol.ts';
import type { MembershipStatus, PodState } from '../../status.ts';
import { memberEvent } from './member-events.ts';
import type { PodHouse } from './house.ts';
import type { PodPlan, Release } from '../release.ts';
import { ReplicaProcess, type Ended } from './replica-process.ts';

export interface ReplicaTold {
  ready(): void;
  failed(text: string): void;
  ended(ended: Ended): void;
}

/** A replica of a pod while its process lives: what it has said of itself, and its place in the rotation. */
export class Replica {
  readonly process: ReplicaProcess;
  /** Its name at the balancer: "pod-1/4711". */
  readonly target: string;
  readonly startedAt: number;
  /** 'ready', or in words why it never became so. */
  readonly settled: Promise<string>;
  /** Only the first call counts. */
  settle: (outcome: string) => void = () => {};
  version: string | undefined;
  problems: readonly Problem[] = [];
  startupMs: number | undefined;
  memory: number | undefined;
  /** What it last said of its membership, and when by the monotonic clock. */
  #member: { readonly status: MemberStatus; readonly heardAt: number } | undefined;
  /** By the monotonic clock. */
  readyAt: number | undefined;
  /** Artifacts that did not work there a second ago at most. */
  hindered: readonly Hindrance[] = [];
  /** Where it answers questions of health and metrics: "http://127.0.0.1:40123". */
  health: string | undefined;
  /** Stopped by us. */
  frozen = false;
  /** Said nothing for too long. */
  quiet = false;
  /** When it was crashed on purpose: how long the pod stays down; undefined leaves it to the back-off. */
  downForMs: number | undefined;
  #leaving = false;
  readonly #plan: PodPlan;
  readonly #house: PodHouse;
  readonly #told: ReplicaTold;

  constructor(plan: PodPlan, release: Release, house: PodHouse, told: ReplicaTold) {
    this.#plan = plan;
    this.#house = house;
    this.#told = told;
    this.startedAt = house.clock.wall();
    this.settled = new Promise((resolve) => {
      this.settle = resolve;
    });
    this.process = new ReplicaProcess(plan, release, house.servedArbiter, {
      message: (message) => this.#message(message),
      sign: () => this.#sign(),
      output: (line, stream) => house.output(plan.pod, line, stream),
      ended: (ended) => {
        this.settle(`ended before it was ready: ${ended.text}`);
        told.ended(ended);
      },
    });
    this.target = `${plan.pod}/${this.process.pid}`;
  }

  get state(): PodState {
    if (this.frozen || this.quiet) return 'frozen';
    if (this.#leaving) return 'draining';
    return this.readyAt === undefined ? 'starting' : 'ready';
  }

  get membership(): MembershipStatus | undefined {
    if (!this.#member) return undefined;
    const { status, heardAt } = this.#member;
    const { state, validForMs, counts, members } = status;
    return {
      state,
      validForMs,
      heardMsAgo: Math.round(this.#house.clock.monotonic() - heardAt),
      renewMs: Math.round(counts.renewLatencyMs),
      worstRenewMs: Math.round(counts.worstRenewLatencyMs),
      renewals: counts.renewals,
      failedRenewals: counts.failedRenewals,
      rejoins: counts.rejoins,
      members: members.length,
    };
  }

  /** It gets no more requests, and if it is stopped it must run again to finish what it has. */
  leave(): void {
    this.#leaving = true;
    if (!this.frozen) return;
    this.frozen = false;
    this.process.signal('SIGCONT');
  }

  #sign(): void {
    // What a replica said before we stopped it may be read after; only we can undo that.
    if (!this.frozen) this.#house.balancer.sign(this.target);
  }

  #message(message: ToParent): void {
    const { holders, balancer, clock, events } = this.#house;
    const { pod, serves } = this.#plan;
    const { pid } = this.process;
    switch (message.type) {
      case 'ready':
        if (this.readyAt !== undefined) return;
        this.readyAt = clock.monotonic();
        this.version = message.version;
        this.problems = message.problems;
        this.startupMs = message.startupMs;
        this.health = `http://127.0.0.1:${message.healthPort}`;
        if (!this.#leaving) {
          const origin = `http://127.0.0.1:${message.httpPort}`;
          balancer.add({ name: this.target, origin, health: `${this.health}/liveness`, serves: serves === 'all' });
          if (serves === 'all') this.#house.doors.add(this.target, message.doors);
        }
        this.#told.ready();
        this.settle('ready');
        break;
      case 'failed':
        this.#told.failed(message.text);
        this.settle(message.text);
        break;
      case 'heartbeat':
        this.memory = message.memory;
        this.hindered = message.hindered;
        if (!message.member) break;
        this.#member = { status: message.member, heardAt: clock.monotonic() };
        holders.reconcile(pod, pid, message.member.holding);
        break;
      case 'term':
        if (message.state === 'acquired') holders.acquired(message, pod, pid);
        else holders.ended(message, pid, message.state);
        break;
      case 'member': {
        const event = memberEvent(message, pod);
        if (event) events.tell(event);
        break;
      }
      case 'run':
        this.#house.ran(pod, message);
        break;
      case 'log':
        this.#house.output(pod, message.text, 'stdout');
        break;
      default:
    }
  }
}
