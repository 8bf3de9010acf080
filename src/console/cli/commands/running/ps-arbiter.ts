import type { ArbitratedArtifact, ArbitratedMember, ArbitratedStatus } from '../../../../deploy/arbitrated.ts';
import { table } from '../table.ts';

/** `gantry ps --arbiter`: members and artifacts as the arbiter knows them. */
export function formatArbitrated(status: ArbitratedStatus): string {
  const { deployment, members, artifacts, moves, lookedForMs } = status;
  const live = members.filter(({ state }) => state !== 'revoked');
  const held = artifacts.filter(({ holder }) => holder !== undefined).length;
  return [
    `${deployment}: ${live.length} members, ${held} of ${artifacts.length} artifacts held. ` +
      `Looked at for ${lookedForMs} ms; times are by the clocks of the members.`,
    '',
    ...table(['NODE', 'POD', 'STATE', 'HOLDS', 'LEASE', 'JOINED', 'WHY'], members.map(memberRow)),
    '',
    ...table(['ARTIFACT', 'HELD BY', 'TOKEN', 'SINCE', 'BY', 'RUNS', 'LAST RUN', 'WHY'], artifacts.map(artifactRow)),
    ...moves.map(({ artifact, pod }) => `${artifact} is asked to move to ${pod}`),
    '',
  ].join('\n');
}

function memberRow({ node, pod, state, drained, holds, leaseMs, joinedAt, reason }: ArbitratedMember): string[] {
  return [
    node,
    pod,
    drained ? `${state}, drained` : state,
    String(holds),
    `${leaseMs} ms`,
    timeText(joinedAt),
    reason ?? '',
  ];
}

function artifactRow(one: ArbitratedArtifact): string[] {
  const { artifact, holder = 'nobody', token, since, by, runs, lastRun, reason, switchedOff } = one;
  const last = lastRun === undefined ? '-' : timeText(lastRun);
  const why = switchedOff === undefined ? reason : `off: ${switchedOff}`;
  return [artifact, holder, String(token), timeText(since), by, String(runs), last, why];
}

/** 2026-01-05 09:30:02 UTC, because the members may be in other zones. */
function timeText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}
