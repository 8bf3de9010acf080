import { artifactKey } from '../../../../artifacts/model.ts';
import { lookAtDeployment } from '../../../../deploy/arbitrated.ts';
import type { ArtifactStatus, DeploymentStatus, PodStatus } from '../../../../deploy/status.ts';
import type { ParsedLine } from '../../options.ts';
import { withArbiter } from './arbiter.ts';
import { formatOf, operands, withDeployment, type CommandPlace, type CommandResult } from './deployment.ts';
import { formatArbitrated } from './ps-arbiter.ts';
import { table } from '../table.ts';

/**
 * `gantry ps`: the running deployment as a table, or its DeploymentStatus as JSON; with --arbiter what any arbiter knows
 * of a deployment, or its ArbitratedStatus as JSON.
 */
export async function runPs(line: ParsedLine, place: CommandPlace = {}): Promise<CommandResult> {
  operands(line, [], 'gantry ps [--port N | --arbiter ADDRESS --deployment NAME] [--format text|json]');
  const elsewhere = await withArbiter(line, async (arbiter, deployment) => {
    const status = await lookAtDeployment(arbiter, deployment);
    return formatOf(line) === 'json' ? `${JSON.stringify(status)}\n` : formatArbitrated(status);
  });
  if (elsewhere) return elsewhere;
  return withDeployment(line, place, async (client) => {
    const status = await client.status();
    return formatOf(line) === 'json' ? `${JSON.stringify(status)}\n` : formatStatus(status);
  });
}

/** The same tables `gantry run` begins with. */
export function formatStatus(status: DeploymentStatus): string {
  const { traffic, addresses } = status;
  const named = Object.entries(addresses).filter(([, address]) => address !== '');
  const lost = traffic.failed === 0 ? '' : ` (${traffic.lostInFlight ?? 0} in flight on a lost replica)`;
  return [
    `${status.name}: ${status.pattern}. ${status.reason}`,
    named.map(([name, address]) => `${name} ${address}`).join('   '),
    `${Math.round(traffic.perSecond)} requests/s, ${traffic.requests} in all, ${traffic.failed} failed${lost}, ${traffic.inFlight} in flight`,
    '',
    ...table(
      ['NODE', 'POD', 'GROUP', 'STATE', 'RESTARTS', 'PID', 'READY IN', 'MEMORY', 'VERSION', 'LEASE', 'RENEW'],
      status.nodes.flatMap((node) =>
        status.pods
          .filter((pod) => pod.node === node.name)
          .map((pod) => podRow(node.state === 'down' ? `${node.name} (down)` : node.name, pod)),
      ),
    ),
    '',
    ...table(
      ['ARTIFACT', 'STATE', 'HELD BY', 'TOKEN', 'GROUP', 'SINCE', 'BY', 'HAND-OVERS', 'WHY'],
      status.artifacts.map(artifactRow),
    ),
    ...reasonLines(status),
    ...faultLines(status),
    '',
  ].join('\n');
}

function podRow(node: string, pod: PodStatus): string[] {
  const wait = pod.restartInMs === undefined ? '' : ` (again in ${(pod.restartInMs / 1000).toFixed(1)} s)`;
  return [
    node,
    pod.name,
    pod.group,
    `${pod.state}${wait}${pod.drained === undefined ? '' : ', drained'}`,
    String(pod.restarts),
    pod.pid === undefined ? '-' : String(pod.pid),
    pod.startupMs === undefined ? '-' : `${Math.round(pod.startupMs)} ms`,
    pod.memory === undefined ? '-' : `${Math.round(pod.memory / 2 ** 20)} MiB`,
    pod.version.slice(0, 8),
    ...leaseCells(pod),
  ];
}

/** How long its lease is still good, and how long the last and the worst renewal took. */
function leaseCells({ membership }: PodStatus): string[] {
  if (membership === undefined) return ['-', '-'];
  const { state, validForMs, heardMsAgo, renewMs, worstRenewMs } = membership;
  // Said once a second: what is older comes from a replica that says nothing any more.
  const heard = heardMsAgo > 2_000 ? `, heard ${Math.round(heardMsAgo / 1_000)} s ago` : '';
  return [`${state === 'acting' ? `${validForMs} ms` : state}${heard}`, `${renewMs} ms, worst ${worstRenewMs}`];
}

function artifactRow(artifact: ArtifactStatus): string[] {
  const holder = artifact.holder ?? lanesText(artifact) ?? (artifact.stateful ? 'nobody' : 'every replica');
  return [
    artifactKey(artifact),
    artifact.switchedOff === undefined ? artifact.state : 'off',
    holder,
    artifact.token === undefined ? '-' : String(artifact.token),
    artifact.group,
    ...(artifact.stateful ? termCells(artifact) : []),
  ];
}

/** "12 lanes: 4 pod-1, 4 pod-2, 4 pod-3" */
function lanesText({ lanes }: ArtifactStatus): string | undefined {
  if (lanes === undefined) return undefined;
  const all = Object.values(lanes).reduce((sum, held) => sum + held, 0);
  const each = Object.entries(lanes).map(([pod, held]) => `${held} ${pod}`);
  return `${all} ${all === 1 ? 'lane' : 'lanes'}: ${each.join(', ')}`;
}

/** Reasons can be long: they stand below the table. */
function reasonLines({ artifacts }: DeploymentStatus): string[] {
  const lines = artifacts.flatMap((artifact) => {
    const { switchedOff, waitsFor } = artifact;
    if (switchedOff !== undefined) return [`${artifactKey(artifact)} is off: ${switchedOff}`];
    return waitsFor === undefined ? [] : [`${artifactKey(artifact)} waits: ${waitsFor}`];
  });
  return lines.length === 0 ? [] : ['', ...lines];
}

function termCells({ since, by, handovers, placedBecause }: ArtifactStatus): string[] {
  const at = since === undefined ? '-' : new Date(since).toTimeString().slice(0, 8);
  return [at, by ?? '-', String(handovers), placedBecause ?? ''];
}

function faultLines(status: DeploymentStatus): string[] {
  const lines = status.pods.flatMap((pod) => pod.faults.map((fault) => `${pod.name}: ${fault}`));
  return lines.length === 0 ? [] : ['', 'Faults', ...lines];
}
