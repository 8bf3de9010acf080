/**
 * What a replica and whoever started it tell each other over Node's IPC channel (local deployment only).
 * A pod on Kubernetes has no such channel: there SIGTERM means drain, the health port tells the state,
 * and the arbiter is the API server.
 *
 *   parent  -> replica   { to: 'replica', ... }
 *   replica -> parent    { to: 'parent', ... }
 *   arbiter requests and answers travel on the same channel as { arbiter: ... }; see coordination/channel/ipc.ts
 *
 * Node's channel belongs to the main thread. The thread that renews the replica's lease has a pipe of its own
 * (GANTRY_LEASE_PIPE), with only the arbiter's messages on it, as lines of JSON.
 */
import type { CoordinationEventType, HeldStatus, MemberStatus, Placing } from '../../coordination/index.ts';
import type { Problem } from '../../errors.ts';

/** Stop taking, hand over stateful artifacts, finish, exit 0. Same as SIGTERM. */
export type ToReplica = { readonly to: 'replica'; readonly type: 'drain' };

export type ToParent =
  | {
      readonly to: 'parent';
      readonly type: 'ready';
      readonly httpPort: number;
      readonly healthPort: number;
      /** Ports of listening inbound endpoints: what they name, and where this replica has them. */
      readonly doors: readonly { readonly port: number; readonly at: number }[];
      readonly version: string;
      /** Milliseconds since the process started. */
      readonly startupMs: number;
      /** Artifacts that could not be deployed. */
      readonly problems: readonly Problem[];
    }
  | { readonly to: 'parent'; readonly type: 'failed'; readonly text: string }
  /** Every second while it runs. `member` is left out where there is nothing to coordinate. */
  | {
      readonly to: 'parent';
      readonly type: 'heartbeat';
      readonly memory: number;
      readonly member?: MemberStatus;
      readonly hindered: readonly Hindrance[];
    }
  /** It is a member under that boot id: whose lease ends when this process does. */
  | { readonly to: 'parent'; readonly type: 'joined'; readonly boot: string }
  /** A term began or ended; sent at once. */
  | {
      readonly to: 'parent';
      readonly type: 'term';
      readonly artifact: string;
      readonly token: number;
      readonly state: 'acquired' | 'released' | 'lost';
      /** Milliseconds since 1970: when it began, or had ended. */
      readonly at: number;
      readonly reason: string;
      /** For acquired: how it came here. */
      readonly by?: Placing;
    }
  /** Anything else that happened to it as a member; sent at once. */
  | {
      readonly to: 'parent';
      readonly type: 'member';
      readonly what: Exclude<CoordinationEventType, 'acquired' | 'released' | 'lost'>;
      /** Milliseconds since 1970. */
      readonly at: number;
      readonly reason: string;
      readonly artifact?: string;
      /** Boot id of the member it revoked. */
      readonly target?: string;
    }
  /** A scheduled run, for the run log. */
  | {
      readonly to: 'parent';
      readonly type: 'run';
      readonly artifact: string;
      readonly token: number;
      readonly dueAt: number;
      readonly startedAt: number;
    }
  | { readonly to: 'parent'; readonly type: 'log'; readonly level: string; readonly text: string };

/** An artifact that is sound and does not work on a replica. */
export interface Hindrance {
  /** "inboundEndpoint/orders". */
  readonly artifact: string;
  /** - waiting: for a server that is away; it tries again by itself
   *  - off: someone switched it off, or its artifact says that it starts so */
  readonly how: 'waiting' | 'off';
  readonly reason: string;
}

/** What a replica holds, as its heartbeat lists it. */
export type Holding = HeldStatus;

/** How a replica process is told what to be: environment variables, so that a pod spec can say the same. */
export const replicaEnvironment = {
  pod: 'GANTRY_POD',
  node: 'GANTRY_NODE',
  /** On Kubernetes: the pod then owns the replica's lease, which goes when the pod does. */
  podUid: 'GANTRY_POD_UID',
  /**
   * "ipc" (the supervisor), or an address: "kubernetes", "postgres://...", "sqlite:FILE" (coordination/open-arbiter.ts).
   * Unset: a replica alone, which holds everything itself.
   */
  arbiter: 'GANTRY_ARBITER',
  /** With "ipc": the number of the file descriptor where the supervisor serves its arbiter to the renewing thread. */
  leasePipe: 'GANTRY_LEASE_PIPE',
  /** "thread" (default): the lease is renewed by a thread of its own; "loop": by the main thread, for 7 to 15 MiB less. */
  renew: 'GANTRY_RENEW',
  /**
   * HOST:PORT to listen on for the other replicas, such as 0.0.0.0:9765: they promise each other to leave their leases
   * alone, and need the arbiter for changes only. Unset: they renew at the arbiter. All replicas alike.
   */
  peers: 'GANTRY_PEERS',
  /** The host at which the others reach that port, where it is another: on Kubernetes the pod's IP. */
  peerHost: 'GANTRY_PEER_HOST',
  /** Replicas that share an arbiter and have this in common share their work, [a-z0-9-]; unset: the project's name. */
  deployment: 'GANTRY_DEPLOYMENT',
  /** Comma-separated artifact keys this replica may hold; unset: all. Isolation mode. */
  holds: 'GANTRY_HOLDS',
  /** "all" (default) or "none": whether it serves stateless artifacts. */
  serves: 'GANTRY_SERVES',
  /** Digest of the artifacts it is to run: with others it never becomes ready. Unset or empty: whatever it finds. */
  artifacts: 'GANTRY_ARTIFACTS',
  /** Milliseconds that it goes on taking requests once it was told to go, until balancers have heard; unset: 0. */
  serveOn: 'GANTRY_SERVE_ON_MS',
  /** How many replicas were started together: once all have joined, nothing waits for more. Unset: unknown. */
  members: 'GANTRY_MEMBERS',
} as const;
