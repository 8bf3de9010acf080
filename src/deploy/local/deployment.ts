import type { Clock } from '../../clock.ts';
import type { Arbiter } from '../../coordination/arbiter.ts';
import type { Logger } from '../../log.ts';
import type { ToParent } from './protocol.ts';
import type { DrainResult, MoveResult, RunResult, SwitchResult, UndrainResult } from '../orders.ts';
import type { TaskRun } from './picture/task-runs.ts';
import type { DeploymentEvent, DeploymentStatus, HeldTerm, Pattern } from '../status.ts';
import type { PodPlan, Release } from './release.ts';

/** What a rolling update did. */
export interface RollResult {
  /** Digests. */
  readonly from: string;
  readonly to: string;
  readonly pods: readonly string[];
  readonly tookMs: number;
}

export interface LocalDeploymentOptions {
  readonly name: string;
  readonly pattern: Pattern;
  /** Why this pattern, one line. */
  readonly reason: string;
  readonly pods: readonly PodPlan[];
  readonly release: Release;
  /** Reads other (or the same) artifacts for a rolling update. Without it `roll` restarts the present release. */
  readonly load?: (paths: readonly string[]) => Promise<Release>;
  /** 0 takes any free port. `admin` and `page` are served by others and only shown. */
  readonly ports: { readonly http: number; readonly health: number; readonly admin?: number; readonly page?: number };
  readonly host?: string;
  /** Decides who holds what. Undefined: nothing stateful is coordinated. */
  readonly arbiter?: Arbiter;
  /** - channel (default): the replicas reach the arbiter through this process
   *  - address: they reach it by themselves, as their release's environment says */
  readonly arbiterReachedBy?: 'channel' | 'address';
  readonly clock?: Clock;
  readonly log?: Logger;
  /** A line a replica wrote to its stdout or stderr. */
  readonly output?: (pod: string, line: string, stream: 'stdout' | 'stderr') => void;
  /** A scheduled run of a replica, for the run log. */
  readonly onRun?: (pod: string, run: Extract<ToParent, { type: 'run' }>) => void;
  /** Milliseconds a replaced or stopped replica may take to finish what it has. */
  readonly drainMs?: number;
  /** Milliseconds a request waits for a replica to become ready before it is answered 503. */
  readonly patienceMs?: number;
  /** What /healthz gives as version. */
  readonly productVersion?: string;
  /** Answers commands (`gantry ps`, ...) on a socket in this folder; undefined: the user's runtime folder; null: none. */
  readonly controlFolder?: string | null;
}

/** What people order of a deployment or ask it for, be they in its process or at its control socket. */
export interface DeploymentOrders {
  /** Has a stateful artifact ("task/nightly", or its bare name) handed to a pod; resolves when the pod holds it. */
  move(artifact: string, pod: string): Promise<MoveResult>;
  /** From now on that pod or node holds nothing that another can; resolves when it is so. */
  drain(target: string): Promise<DrainResult>;
  undrain(target: string): Promise<UndrainResult>;
  /** Whether an artifact may work from now on; remembered when the deployment is started again. */
  switch(artifact: string, on: boolean, reason: string): Promise<SwitchResult>;
  /** One run of a task now, out of turn; resolves when its holder has taken it. */
  trigger(task: string): Promise<RunResult>;
  /** The last runs of tasks on the replicas that live, newest first. */
  runs(): Promise<readonly TaskRun[]>;
  /** Rolling update, pod by pod. Rejects with DeploymentError ROLL_FAILED; the old replicas then run on. */
  roll(paths?: readonly string[]): Promise<RollResult>;
}

/** A deployment on this machine: replicas as child processes behind one traffic port. */
export interface LocalDeployment extends DeploymentOrders, AsyncDisposable {
  /** The ports really taken. */
  readonly ports: { readonly http: number; readonly health: number };
  status(): DeploymentStatus;
  /** The newest events, oldest first. */
  readonly recent: readonly DeploymentEvent[];
  subscribe(listener: (event: DeploymentEvent) => void): () => void;
  /** Resolves when every pod has become ready or has failed for the first time. */
  settled(): Promise<void>;
  /** SIGKILL to a pod, or to every pod of a node; answers the pods hit. Throws DeploymentError. */
  crash(target: string, options?: { readonly downForMs?: number }): readonly string[];
  freeze(target: string): readonly string[];
  thaw(target: string): readonly string[];
  /** Terms of stateful artifacts that began, ended or became clearer after that revision; 0 for all that are kept. */
  terms(after: number): { readonly revision: number; readonly terms: readonly HeldTerm[] };
  /** Stops taking, finishes what is in hand, ends the replicas; by force at the deadline. */
  stop(deadlineMs?: number): Promise<void>;
  /** Resolves when the deployment has stopped, whoever asked for it; the control socket takes it too. */
  readonly stopped: Promise<void>;
  /** Ends the replicas at once. */
  kill(): void;
}
