import type { ArtifactKind } from '../../artifacts/model.ts';
import type { Placement } from '../../artifacts/placement.ts';
import type { Problem } from '../../errors.ts';
import type { Pattern } from '../status.ts';
import type { PodRequest } from './capacity.ts';

/**
 * What a deployment will look like, decided before anything runs. `gantry plan --format json` prints this shape
 * (docs/reference/plan.md); the local deployment and the Kubernetes manifests are made from it.
 */
export interface Plan {
  /** The project's name. */
  readonly name: string;
  /** False when `problems` holds an error: then there are no pods, so that nobody starts them by mistake. */
  readonly ok: boolean;
  readonly pattern: Pattern;
  /** Why this pattern, one line. */
  readonly reason: string;
  /** The whole argument, one step per line. */
  readonly because: readonly string[];
  /** Replicas of POD 1. */
  readonly replicas: number;
  readonly nodes: readonly PlannedNode[];
  readonly pods: readonly PlannedPod[];
  readonly artifacts: readonly PlannedArtifact[];
  readonly problems: readonly Problem[];
  readonly availability: readonly AvailabilityRow[];
  readonly cost: readonly CostRow[];
  readonly sizing: Sizing | undefined;
  readonly start: StartTimes;
}

export interface PlanOptions {
  readonly pattern?: Pattern | 'auto' | undefined;
  /** Replicas of POD 1; by default as many as sizing asks for, else one per node and at least two. */
  readonly replicas?: number | undefined;
  /** Worker nodes; by default as many as sizing asks for, else one per replica and at most three. */
  readonly nodes?: number | undefined;
  /** Group name -> artifacts, each "name" or "kind/name". A group runs in one pod. */
  readonly isolate?: Readonly<Record<string, IsolateRequest>> | undefined;
  /** Requests per second at the peak. */
  readonly rps?: number | undefined;
  /** Of a usual request; 1 when nobody says. */
  readonly payloadKiB?: number | undefined;
  readonly rpsPerReplica?: number | undefined;
  /** What may be lost while the expected requests are still served; a number: so many worker nodes. */
  readonly survive?: 'pod' | 'node' | 'zone' | number | undefined;
  /** Where the worker nodes are; 3 when nobody says. */
  readonly zones?: number | undefined;
  /** Size of a worker node. */
  readonly nodeCpuMillis?: number | undefined;
  readonly nodeMemoryMi?: number | undefined;
  readonly measured?: Measured | undefined;
}

export type IsolateRequest =
  readonly string[] | { readonly artifacts: readonly string[]; readonly replicas?: number | undefined };

export interface Measured {
  /** Process start to the first instruction of deployment, milliseconds. */
  readonly startupMs: number;
  /** Reading and deploying the artifacts, milliseconds. */
  readonly deployMs: number;
  /** Requests per second one replica serves. */
  readonly rpsPerReplica?: number | undefined;
}

/** What the availability table reckons with. */
export interface StartTimes {
  readonly startupMs: number;
  readonly deployMs: number;
  /** - measured: handed in
   *  - assumed: nobody measured; the goal for a replica */
  readonly source: 'measured' | 'assumed';
}

export interface PlannedNode {
  readonly name: string;
  /** Names of the pods on it; none: it waits for the pods of a lost node. */
  readonly pods: readonly string[];
}

export interface PlannedPod {
  /** pod-1, pod-2, ...: unique. */
  readonly name: string;
  /** As the pattern pages count: the replicas of all artifacts are POD 1, each isolated group is one more. */
  readonly title: string;
  readonly node: string;
  /** 'main', or the isolation group's name. */
  readonly group: string;
  /** Whether it takes requests: an isolated pod runs its stateful artifacts and nothing else. */
  readonly serves: 'all' | 'none';
  /** Keys of the stateless artifacts it serves. */
  readonly stateless: readonly string[];
  /** Keys of the stateful artifacts it may hold. */
  readonly mayHold: readonly string[];
  /** Keys of the stateless artifacts that it holds lanes of, each lane by a term. Left out where there are none. */
  readonly shares?: readonly string[];
  /** Keys of those it runs at first. At run time the replicas agree on the holders, never more than one each. */
  readonly runs: readonly string[];
}

export interface PlannedArtifact {
  /** "task/nightly". */
  readonly key: string;
  readonly kind: ArtifactKind;
  readonly name: string;
  readonly file: string;
  readonly stateful: boolean;
  /** Why it is stateful or stateless. */
  readonly reason: string;
  /** 'main', or the isolation group's name. */
  readonly group: string;
  /** True when it has errors and will not be deployed; then no pod lists it. */
  readonly faulty: boolean;
  /** What it asks of its holder: weight, pins, group, apart. Left out when it asks nothing. */
  readonly placement?: Placement;
}

/** One pattern and one half of the work: what a client or a stateful artifact sees of a failure. */
export interface AvailabilityRow {
  readonly pattern: Pattern;
  readonly chosen: boolean;
  readonly what: 'traffic' | 'stateful';
  /** Set when the pattern is refused for this project; then there are no figures. */
  readonly refused: string | undefined;
  readonly podFailure: Outage | undefined;
  readonly nodeFailure: Outage | undefined;
  readonly rollingUpdate: Outage | undefined;
}

export interface Outage {
  /** Upper estimate of the time without service; null: until someone repairs the node. */
  readonly seconds: number | null;
  /** The sum, in words and figures. */
  readonly how: string;
}

export interface CostRow {
  readonly pattern: Pattern;
  readonly chosen: boolean;
  readonly pods: number;
  readonly nodes: number;
  /** Thousandths of a CPU, summed over the pods' requests. */
  readonly cpuMillis: number;
  /** MiB, summed over the pods' requests. */
  readonly memoryMi: number;
}

export interface Sizing {
  readonly replicas: number;
  readonly nodes: number;
  /** What each replica of POD 1 asks of its node. */
  readonly pod: PodRequest;
  /** The arithmetic, one step per line. */
  readonly steps: readonly string[];
}
