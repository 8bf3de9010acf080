import type { ArtifactStatus } from '../status.ts';

/** How to start one replica. It listens on ports of its own choice and reports them (protocol.ts). */
export interface ReplicaCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** Added to the supervisor's own environment. */
  readonly env?: Readonly<Record<string, string>>;
}

export type ReleasedArtifact = Pick<
  ArtifactStatus,
  'kind' | 'name' | 'file' | 'stateful' | 'reason' | 'group' | 'problems'
>;

/** One version of the user's artifacts, and what runs it. A rolling update goes from one release to the next. */
export interface Release {
  /** Digest over the artifacts; a replica reports the digest of what it really loaded. */
  readonly version: string;
  readonly replica: ReplicaCommand;
  readonly artifacts: readonly ReleasedArtifact[];
  /** By pod: what it may hold of this release. A pod that is not named holds what its plan says. */
  readonly holds?: Readonly<Record<string, readonly string[]>>;
}

/** One replica to run. */
export interface PodPlan {
  /** "pod-1"; unique. */
  readonly pod: string;
  /** The simulated worker node it is on: "node-1". */
  readonly node: string;
  /** 'main', or the isolation group's name. */
  readonly group: string;
  /** Keys of the stateful artifacts it may hold ("task/nightly"); undefined: all. */
  readonly holds?: readonly string[];
  /** 'none': it gets no request from the balancer. */
  readonly serves: 'all' | 'none';
}
