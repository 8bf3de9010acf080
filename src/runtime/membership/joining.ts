import { wholeOf } from '../../artifacts/lanes.ts';
import { systemClock } from '../../clock.ts';
import type { Arbiter, OpenedArbiter } from '../../coordination/arbiter.ts';
import { MemoryArbiter } from '../../coordination/arbiters/memory.ts';
import { settledWithin } from '../../coordination/deadline.ts';
import type { CoordinationEvent, MemberStatus } from '../../coordination/events.ts';
import { connectArbiter, processChannel } from '../../coordination/channel/ipc.ts';
import { Member } from '../../coordination/member.ts';
import { openArbiter, openEventSink, type ArbiterContext, type EventSink } from '../../coordination/open-arbiter.ts';
import { foundAssignment } from '../../coordination/revoke-now.ts';
import { defaultTimings } from '../../coordination/timings.ts';
import type { RenewalThread } from '../../coordination/thread/renewal-thread.ts';
import type { Singleton } from '../../engine/ports.ts';
import type { Logger } from '../../log.ts';
import { openPeers, type PeerPlace } from './peering.ts';
import type { Switches } from '../stateful/switches.ts';

/** Who a replica is among the others. */
export interface ReplicaIdentity {
  readonly pod: string;
  readonly node: string;
  /** Of the Kubernetes pod, which then owns this replica's lease. */
  readonly podUid?: string | undefined;
  /** - ipc: the supervisor at the other end of this process's channel
   *  - none: this replica is alone and holds everything
   *  - any other: an address of openArbiter */
  readonly arbiter: string;
  /** What renews its lease: the main loop, or (undefined) a thread wherever the arbiter is outside this process. */
  readonly renew?: 'loop' | undefined;
  /** The pipe on which a supervisor serves its arbiter to that thread. */
  readonly leasePipe?: number | undefined;
  /** Where it exchanges promises with the others; its lease is then renewed by the main loop. Undefined: not at all. */
  readonly peers?: PeerPlace | undefined;
  /** Replicas that share an arbiter share their work when they have this name in common; undefined: the project's. */
  readonly deployment?: string | undefined;
  /** Keys of the stateful artifacts it may hold, and of those it may hold lanes of; undefined: all. */
  readonly holds: ReadonlySet<string> | undefined;
  readonly serves: 'all' | 'none';
  /** Digest of the artifacts it is to run; undefined: whatever it finds. */
  readonly artifacts?: string | undefined;
  /** How many replicas were started together; undefined: unknown. */
  readonly members: number | undefined;
}

export interface JoinOptions {
  readonly identity: ReplicaIdentity;
  readonly project: string;
  /** Everything stateful that one replica at a time holds. */
  readonly singletons: readonly Singleton[];
  /** Undefined: leases are renewed on this process's own loop. */
  readonly renewals: RenewalThread | undefined;
  /** Whether artifacts may work: what is said here goes to the others, and back. */
  readonly switches: Switches;
  readonly log: Logger;
  readonly onEvent: (event: CoordinationEvent) => void;
  readonly onRenewal: (accepted: boolean, latencyMs: number) => void;
}

/** This process's part in the deployment. */
export interface Joined {
  status(): MemberStatus;
  /** Hands over what it holds, and is done with the arbiter. */
  leave(deadlineMs: number): Promise<void>;
}

/** An arbiter that is away must not keep a replica from serving requests; one that answers does so much sooner. */
const joinPatienceMs = 1_000;

/**
 * Joins the others under the arbiter; resolves when it has its lease, or goes on trying when that takes long, and to
 * undefined when there is nothing to share.
 */
export async function joinDeployment(options: JoinOptions): Promise<Joined | undefined> {
  const { identity, singletons, renewals, switches, log, onEvent, onRenewal } = options;
  const { pod, node, holds } = identity;
  // A member that can hold nothing still counts for those that place work; without artifacts there is nothing to place.
  if (singletons.length === 0) {
    await renewals?.close();
    return undefined;
  }
  const { arbiter, events, close } = await arbiterOf(options);
  const link = await openPeers(identity, log);
  const expect = identity.arbiter === 'none' ? 1 : identity.members;
  const member = new Member({
    arbiter,
    pod,
    node,
    artifacts: singletons.filter(({ key }) => holds === undefined || holds.has(key) || holds.has(wholeOf(key))),
    log,
    keepLease: renewals?.keepLease,
    peers: link && { link, deployment: arbiterContext(identity, options.project).deployment },
    ...(expect === undefined ? {} : { expect }),
    ...(isElsewhere(identity.arbiter) && { timings: { claimSpacingMs: defaultTimings.renewMs } }),
    onEvent(event) {
      onEvent(event);
      events?.take(event);
    },
    onSwitches: (said) => switches.take(said),
    onRenewal,
  });
  switches.spreadBy((artifact, said) => member.say(artifact, { ...said, at: systemClock.wall(), by: pod }));
  const joined = await settledWithin(systemClock, joinPatienceMs, member.start());
  if (joined === 'late')
    log.warn(
      `ARBITER_AWAY it did not answer within ${joinPatienceMs} ms; requests are served, and stateful artifacts wait for it`,
    );
  return {
    status: () => member.status(),
    async leave(deadlineMs) {
      await member.stop({ deadlineMs });
      await renewals?.close();
      await close();
    },
  };
}

/** A write to an API server or a database costs others something: many schedules share the renewals there. */
function isElsewhere(address: string): boolean {
  return address !== 'none' && address !== 'ipc';
}

interface Reached {
  readonly arbiter: Arbiter;
  readonly events?: EventSink | undefined;
  close(): Promise<void>;
}

async function arbiterOf({ identity, project, log }: JoinOptions): Promise<Reached> {
  const { arbiter: address } = identity;
  const nothingToClose = async (): Promise<void> => {};
  if (address === 'none') return { arbiter: await ownArbiter(), close: nothingToClose };
  if (address === 'ipc') return { arbiter: connectArbiter(processChannel(process)), close: nothingToClose };
  const context = { ...arbiterContext(identity, project), log: log.named('Arbiter') };
  const arbiter: OpenedArbiter = await openArbiter(address, context);
  const events = await openEventSink(address, context);
  return {
    arbiter,
    events,
    async close() {
      await events?.[Symbol.asyncDispose]();
      await arbiter.close();
    },
  };
}

/** Who asks, for an arbiter that is opened by its address. */
export function arbiterContext(identity: ReplicaIdentity, project: string): Omit<ArbiterContext, 'log'> {
  const { pod, podUid } = identity;
  return {
    deployment: identity.deployment ?? deploymentName(project),
    ...(podUid === undefined ? {} : { pod: { name: pod, uid: podUid } }),
  };
}

/** A replica alone knows that nobody else holds anything. */
async function ownArbiter(): Promise<MemoryArbiter> {
  const arbiter = new MemoryArbiter();
  await foundAssignment(arbiter, Date.now(), AbortSignal.timeout(1_000));
  return arbiter;
}

/** What arbiters take as a name: [a-z0-9-]. */
export function deploymentName(project: string): string {
  const name = project.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return name.replaceAll(/^-+|-+$/g, '') || 'gantry';
}
