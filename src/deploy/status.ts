import type { MemberStatus, Placing } from '../coordination/index.ts';
import type { Problem } from '../errors.ts';
import type { ArtifactKind } from '../artifacts/model.ts';

/**
 * A running deployment as seen from outside, whatever runs it (local processes or Kubernetes).
 * `gantry ps --format json`, the live page and tests read this shape; it is documented in docs/reference/cli.md.
 */
export type Pattern = 'single' | 'replicated' | 'coordinated' | 'isolated';

export interface DeploymentStatus {
  readonly name: string;
  readonly pattern: Pattern;
  /** Why this pattern, one line. */
  readonly reason: string;
  /** Digest of the artifacts that are being served; several while a rolling update is under way. */
  readonly versions: readonly string[];
  readonly nodes: readonly NodeStatus[];
  readonly pods: readonly PodStatus[];
  readonly artifacts: readonly ArtifactStatus[];
  readonly addresses: {
    readonly http: string;
    readonly management: string;
    readonly health: string;
    readonly page: string;
  };
  readonly traffic: TrafficStatus;
}

export interface NodeStatus {
  readonly name: string;
  readonly state: 'ready' | 'down';
}

/**
 * - starting: the process runs, not ready yet
 * - ready: takes traffic
 * - draining: finishes what it has, takes nothing new
 * - frozen: stopped by SIGSTOP
 * - down: no process; `restartInMs` says when the next one comes
 */
export type PodState = 'starting' | 'ready' | 'draining' | 'frozen' | 'down';

export interface PodStatus {
  readonly name: string;
  readonly node: string;
  /** 'main' for the replicas of all artifacts, or the isolation group's name. */
  readonly group: string;
  readonly state: PodState;
  readonly pid: number | undefined;
  readonly restarts: number;
  /** Milliseconds since 1970 of the present process's start; undefined when down. */
  readonly startedAt: number | undefined;
  readonly restartInMs: number | undefined;
  readonly version: string;
  /** Milliseconds from process start to ready, as last measured; undefined: it has never been ready. */
  readonly startupMs: number | undefined;
  /** Bytes. */
  readonly memory: number | undefined;
  /** What this replica was asked to run and could not, in words. */
  readonly faults: readonly string[];
  /** Its part in holding stateful artifacts; undefined when there are none, or it has not joined yet. */
  readonly membership: MembershipStatus | undefined;
  /** By whose drain it takes nothing and gives away what it holds: its own, or its node's. */
  readonly drained: 'pod' | 'node' | undefined;
}

/** As the replica last said, each second while it runs. */
export interface MembershipStatus {
  /** joining, acting, suspended (its lease ran out and may be renewed yet), draining or stopped. */
  readonly state: MemberStatus['state'];
  /** Milliseconds for which its lease was still good when it said so. */
  readonly validForMs: number;
  /** Milliseconds since it said so. */
  readonly heardMsAgo: number;
  /** Milliseconds from sending a renewal to its answer: the last one, and the worst since the process started. */
  readonly renewMs: number;
  readonly worstRenewMs: number;
  readonly renewals: number;
  readonly failedRenewals: number;
  /** How often it had to start over under a new identity. */
  readonly rejoins: number;
  /** Live members it sees, itself included. */
  readonly members: number;
}

export interface ArtifactStatus {
  readonly kind: ArtifactKind;
  readonly name: string;
  readonly file: string;
  readonly stateful: boolean;
  /** Why it is stateful or stateless. */
  readonly reason: string;
  /** Isolation group, 'main' when not isolated. */
  readonly group: string;
  /** Pod that holds it now; only for stateful artifacts. */
  readonly holder: string | undefined;
  /** Of one that replicas share by lanes: how many of them each pod holds. */
  readonly lanes?: Readonly<Record<string, number>>;
  /** Fencing token of the present term. */
  readonly token: number | undefined;
  /** Since when the holder has it, milliseconds since 1970. */
  readonly since: number | undefined;
  /** How it came to its holder, and why: start, failover, handover, rebalance, drain or move. */
  readonly by: Placing | undefined;
  readonly placedBecause: string | undefined;
  /** How often it changed its holder since the deployment started. */
  readonly handovers: number;
  readonly state: 'running' | 'waiting' | 'faulty' | 'stopped';
  /** Why it may not work: someone switched it off, or it did so itself. Absent while it may. */
  readonly switchedOff?: string;
  /** Why its holder cannot work with it at present, and tries again: a broker that is away. */
  readonly waitsFor?: string;
  readonly problems: readonly Problem[];
}

export interface TrafficStatus {
  readonly requests: number;
  /** Answered with an error by the load balancer itself: no replica could take them, or the connection broke. */
  readonly failed: number;
  readonly inFlight: number;
  readonly perSecond: number;
  /** Of the failed: a replica was lost that may have processed them. */
  readonly lostInFlight?: number;
  /** Given to a second replica, because the first surely had not processed them. */
  readonly retried?: number;
  /** Waiting for a replica to become ready. */
  readonly waiting?: number;
}

/** One term of a stateful artifact: who held it from when to when, how it came and how it went. */
export interface HeldTerm {
  /** "task/nightly". */
  readonly artifact: string;
  readonly token: number;
  readonly pod: string;
  /** Milliseconds since 1970. */
  readonly from: number;
  /** Undefined while it lasts. */
  readonly to: number | undefined;
  /** How it came, and why; `by` is unknown when only a heartbeat told of it. */
  readonly by: Placing | undefined;
  readonly reason: string;
  /**
   * - released: stopped, then given away
   * - lost: the process ended, or its lease did
   * - replaced: another term has begun, and the holder has not said yet when this one ended
   */
  readonly end: 'released' | 'lost' | 'replaced' | undefined;
  readonly endReason: string | undefined;
  /** Milliseconds nobody held it before this term; undefined for the first one, and while it is not known. */
  readonly gapMs: number | undefined;
}

/** What happened, as it is shown on the terminal and the page. */
export interface DeploymentEvent {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly type:
    | 'pod-started'
    | 'pod-ready'
    | 'pod-lost'
    | 'pod-draining'
    | 'pod-stopped'
    | 'pod-frozen'
    | 'pod-thawed'
    | 'artifact-acquired'
    | 'artifact-released'
    | 'artifact-failed'
    | 'move-declined'
    | 'pod-joined'
    | 'pod-rejoined'
    | 'pod-suspended'
    | 'pod-resumed'
    | 'pod-revoked'
    | 'arbiter-unreachable'
    | 'arbiter-reachable'
    | 'roll-started'
    | 'roll-finished'
    | 'roll-failed'
    | 'warning';
  readonly pod?: string;
  readonly artifact?: string;
  /** The whole story, times included. */
  readonly text: string;
  /** For artifact-acquired after a failure: milliseconds since the holder was lost. For hand-overs: since release. */
  readonly tookMs?: number;
  /** Why, for what happens to artifacts and members. */
  readonly reason?: string;
  /** Of the term that began or ended. */
  readonly token?: number;
  /** For artifact-acquired: how it came to its holder. */
  readonly by?: Placing;
}
