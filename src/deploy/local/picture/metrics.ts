import type { DeploymentStatus } from '../../status.ts';
import { askReplica } from '../pods/ask-replica.ts';
import type { Pod } from '../pods/pod.ts';

/**
 * One Prometheus text out of many: each replica's samples with the label pod added, every family's HELP and TYPE
 * once and its samples together, as the format demands (prometheus.io, exposition formats, version 0.0.4).
 */
interface Family {
  readonly head: string[];
  readonly samples: string[];
}

export async function collectMetrics(status: DeploymentStatus, pods: readonly Pod[]): Promise<string> {
  const texts = await Promise.all(
    pods.map(async (pod) => {
      const text = await askReplica(pod, '/metric-service/metrics');
      return { pod: pod.plan.pod, text: text ?? '' };
    }),
  );
  return ownMetrics(status) + mergeMetrics(texts);
}

export function mergeMetrics(texts: readonly { readonly pod: string; readonly text: string }[]): string {
  const families = new Map<string, Family>();
  for (const { pod, text } of texts) {
    let current: string | undefined;
    for (const line of text.split('\n')) {
      if (line === '') continue;
      if (line.startsWith('#')) {
        const [, kind, name] = line.split(' ', 3);
        if (name === undefined || (kind !== 'HELP' && kind !== 'TYPE')) continue;
        current = name;
        const family = familyOf(families, name);
        if (!family.head.some((known) => known.startsWith(`# ${kind} `))) family.head.push(line);
      } else {
        const name = /^[^{\s]+/.exec(line)?.[0] ?? line;
        const own = current !== undefined && name.startsWith(current) ? current : name;
        familyOf(families, own).samples.push(withPod(line, pod));
      }
    }
  }
  let out = '';
  for (const { head, samples } of families.values()) {
    if (samples.length > 0) out += `${[...head, ...samples].join('\n')}\n`;
  }
  return out;
}

function familyOf(families: Map<string, Family>, name: string): Family {
  let family = families.get(name);
  if (family === undefined) families.set(name, (family = { head: [], samples: [] }));
  return family;
}

function withPod(line: string, pod: string): string {
  const brace = line.indexOf('{');
  const space = line.indexOf(' ');
  const label = `pod="${pod.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  if (brace < 0 || (space >= 0 && space < brace)) return `${line.slice(0, space)}{${label}}${line.slice(space)}`;
  if (/[{,]pod="/.test(line)) return line;
  const rest = line.slice(brace + 1);
  return `${line.slice(0, brace)}{${label}${rest.startsWith('}') ? '' : ','}${rest}`;
}

/** What only the supervisor knows. */
function ownMetrics({ traffic, pods }: DeploymentStatus): string {
  const lines: string[] = [];
  const metric = (name: string, type: string, help: string, samples: readonly (readonly [string, number])[]): void => {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    for (const [labels, value] of samples) lines.push(`${name}${labels} ${value}`);
  };
  metric('gantry_balancer_requests_total', 'counter', 'Requests that came to the traffic port.', [
    ['', traffic.requests],
  ]);
  metric('gantry_balancer_failed_total', 'counter', 'Requests the balancer answered with an error itself.', [
    ['', traffic.failed],
  ]);
  metric('gantry_balancer_lost_total', 'counter', 'Requests in flight on a replica that was lost.', [
    ['', traffic.lostInFlight ?? 0],
  ]);
  metric('gantry_balancer_retried_total', 'counter', 'Requests given to a second replica.', [
    ['', traffic.retried ?? 0],
  ]);
  metric('gantry_balancer_in_flight', 'gauge', 'Requests being answered now.', [['', traffic.inFlight]]);
  const of = (pod: (typeof pods)[number]): string => `{pod="${pod.name}",node="${pod.node}"}`;
  metric(
    'gantry_pod_ready',
    'gauge',
    '1 while the pod takes requests.',
    pods.map((pod) => [of(pod), pod.state === 'ready' ? 1 : 0]),
  );
  metric(
    'gantry_pod_restarts_total',
    'counter',
    'Restarts after the pod was lost.',
    pods.map((pod) => [of(pod), pod.restarts]),
  );
  return `${lines.join('\n')}\n`;
}
