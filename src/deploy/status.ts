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
  /** Fencing token of the present term. */
  readonly token: number | undefined;
  readonly state: 'running' | 'waiting' | 'faulty' | 'stopped';
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
}
