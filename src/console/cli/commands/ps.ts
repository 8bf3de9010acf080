import { artifactKey } from '../../../artifacts/model.ts';
import type { ArtifactStatus, DeploymentStatus, PodStatus } from '../../../deploy/status.ts';
import type { ParsedLine } from '../options.ts';
import { formatOf, operands, withDeployment, type CommandPlace, type CommandResult } from './deployment.ts';

/** `gantry ps`: the running deployment as a table, or its DeploymentStatus as JSON. */
export async function runPs(line: ParsedLine, place: CommandPlace = {}): Promise<CommandResult> {
  operands(line, [], 'gantry ps [--port N] [--format text|json]');
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
      ['NODE', 'POD', 'GROUP', 'STATE', 'RESTARTS', 'PID', 'READY IN', 'MEMORY', 'VERSION'],
      status.nodes.flatMap((node) =>
        status.pods
          .filter((pod) => pod.node === node.name)
          .map((pod) => podRow(node.state === 'down' ? `${node.name} (down)` : node.name, pod)),
      ),
    ),
    '',
    ...table(['ARTIFACT', 'STATE', 'HELD BY', 'TOKEN', 'GROUP'], status.artifacts.map(artifactRow)),
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
    `${pod.state}${wait}`,
    String(pod.restarts),
    pod.pid === undefined ? '-' : String(pod.pid),
    pod.startupMs === undefined ? '-' : `${Math.round(pod.startupMs)} ms`,
    pod.memory === undefined ? '-' : `${Math.round(pod.memory / 2 ** 20)} MiB`,
    pod.version.slice(0, 8),
  ];
}

function artifactRow(artifact: ArtifactStatus): string[] {
  const holder = artifact.holder ?? (artifact.stateful ? 'nobody' : 'every replica');
  return [
    artifactKey(artifact),
    artifact.state,
    holder,
    artifact.token === undefined ? '-' : String(artifact.token),
    artifact.group,
  ];
}

function faultLines(status: DeploymentStatus): string[] {
  const lines = status.pods.flatMap((pod) => pod.faults.map((fault) => `${pod.name}: ${fault}`));
  return lines.length === 0 ? [] : ['', 'Faults', ...lines];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  return [head, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
