/**
 * A deployment as its arbiter knows it: for deployments whose processes are not this machine's. Times in the records come
 * from the clocks of many machines, so nothing here is "so many seconds ago"; whether a member is alive is found out by
 * looking twice.
 */
import { systemClock, type Clock } from '../clock.ts';
import { newestRun } from '../coordination/decide/claim.ts';
import { isDrained } from '../coordination/decide/candidates.ts';
import { podOf } from '../coordination/decide/names.ts';
import type { Arbiter, Assignment, MemberRecord, Placing, Snapshot } from '../coordination/index.ts';
import { DeploymentError } from './local/deployment-error.ts';
import { answerWithinMs } from './orders.ts';

export interface ArbitratedStatus {
  readonly deployment: string;
  /** How long it was looked at for the members' signs of life, milliseconds. */
  readonly lookedForMs: number;
  readonly members: readonly ArbitratedMember[];
  readonly artifacts: readonly ArbitratedArtifact[];
  /** "pod/pod-1", "node/node-2". */
  readonly drained: readonly string[];
  /** Asked for, and not done yet. */
  readonly moves: readonly { readonly artifact: string; readonly pod: string }[];
}

export interface ArbitratedMember {
  readonly pod: string;
  readonly node: string;
  readonly boot: string;
  /**
   * - active, draining: and it renewed its lease while it was looked at
   * - promised: it did not, and need not: other members have promised not to revoke it, and know whether it lives
   * - silent: it did not; when it stays so for `leaseMs`, it is revoked
   * - revoked: its lease was ended, for `reason`; it holds nothing
   */
  readonly state: 'active' | 'draining' | 'promised' | 'silent' | 'revoked';
  readonly drained: boolean;
  readonly leaseMs: number;
  readonly holds: number;
  /** Milliseconds since 1970, by that member's own clock. */
  readonly joinedAt: number;
  readonly reason: string | undefined;
}

export interface ArbitratedArtifact {
  readonly artifact: string;
  readonly holder: string | undefined;
  readonly token: number;
  readonly by: Placing;
  readonly reason: string;
  /** Milliseconds since 1970, by the clock of the member that wrote it. */
  readonly since: number;
  /** Scheduled time of the newest run that was claimed, milliseconds since 1970. */
  readonly lastRun: number | undefined;
  readonly runs: number;
  /** Why it may not work; undefined while it may. */
  readonly switchedOff: string | undefined;
}

/** Longer than two renewals with the default timings. */
const lookForMs = 800;

/** Rejects with DeploymentError when the arbiter does not answer or knows no such deployment. */
export async function lookAtDeployment(
  arbiter: Arbiter,
  deployment: string,
  clock: Clock = systemClock,
): Promise<ArbitratedStatus> {
  const first = await snapshotOf(arbiter);
  await clock.sleep(lookForMs);
  const second = await snapshotOf(arbiter);
  const assignment = second.assignment;
  if (assignment === undefined || assignment === 'same')
    throw new DeploymentError('NOT_FOUND', `The arbiter knows no deployment "${deployment}".`);
  const before = first.members.map(({ value }) => value);
  const now = second.members.map(({ value }) => value);
  return describeArbitrated(deployment, assignment.value, before, now);
}

/** Pure: what two looks at the members, one after the other, say. */
export function describeArbitrated(
  deployment: string,
  assignment: Assignment,
  before: readonly MemberRecord[],
  now: readonly MemberRecord[],
): ArbitratedStatus {
  const { artifacts, drained = {}, moves = {}, switches = {} } = assignment;
  const beats = new Map(before.map(({ boot, beat }) => [boot, beat]));
  const holders = Object.values(artifacts).map(({ holder }) => holder);
  const members = now.map((member): ArbitratedMember => {
    const { pod, node, boot, leaseMs, joinedAt, reason, beat, state, trust } = member;
    const isSilent = state !== 'revoked' && beats.get(boot) === beat;
    return {
      pod,
      node,
      boot,
      state: !isSilent ? state : trust ? 'promised' : 'silent',
      drained: isDrained(member, { drained }),
      leaseMs,
      holds: holders.filter((holder) => holder === boot).length,
      joinedAt,
      reason,
    };
  });
  return {
    deployment,
    lookedForMs: lookForMs,
    members: members.toSorted((a, b) => (a.pod < b.pod ? -1 : a.pod > b.pod ? 1 : a.joinedAt - b.joinedAt)),
    artifacts: Object.entries(artifacts).map(([artifact, entry]) => {
      const { holder, token, by, reason, at } = entry;
      const record = now.find(({ boot }) => boot === holder);
      const { lastFire, runs } = newestRun(entry, record?.fires?.[artifact]);
      const pod = holder === null ? undefined : podOf(holder);
      const said = switches[artifact];
      const switchedOff = said?.on === false ? said.reason : undefined;
      return { artifact, holder: pod, token, by, reason, since: at, lastRun: lastFire, runs, switchedOff };
    }),
    drained: Object.keys(drained),
    moves: Object.entries(moves).map(([artifact, pod]) => ({ artifact, pod })),
  };
}

async function snapshotOf(arbiter: Arbiter): Promise<Snapshot> {
  return arbiter.snapshot({ signal: AbortSignal.timeout(answerWithinMs) }).catch((error: unknown) => {
    const text = error instanceof Error ? error.message : String(error);
    throw new DeploymentError('NOT_POSSIBLE', `The arbiter does not answer: ${text}.`);
  });
}
