import { createServer } from 'node:http';
import { listen, type Listening } from '../../../listening.ts';

/** What is counted while an operator runs. */
export interface OperatorCounts {
  leader: boolean;
  reconciled: Record<'settled' | 'changed' | 'stopped' | 'failed', number>;
  /** Requests that changed something in the cluster, by verb. */
  writes: Record<string, number>;
}

export function noCounts(): OperatorCounts {
  return { leader: false, reconciled: { settled: 0, changed: 0, stopped: 0, failed: 0 }, writes: {} };
}

/**
 * /live and /ready as the kubelet asks, /metrics as Prometheus does. Ready is who can take over: one that does not lead
 * is ready as well. Live does not depend on the API server: a restart would not bring it back.
 */
export function startOperatorHealth(port: number, counts: OperatorCounts): Promise<Listening> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0];
    if (path === '/metrics') {
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(metricsText(counts));
      return;
    }
    const known = path === '/live' || path === '/ready';
    const body = known ? { status: path.slice(1), leader: counts.leader } : { paths: ['/live', '/ready', '/metrics'] };
    response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  return listen(server, port, undefined);
}

export function metricsText({ leader, reconciled, writes }: OperatorCounts): string {
  const lines = (name: string, type: string, help: string, values: readonly string[]): string[] => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...values.map((value) => name + value),
  ];
  return [
    ...lines('gantry_operator_leader', 'gauge', '1 in the one that acts.', [` ${leader ? 1 : 0}`]),
    ...lines(
      'gantry_operator_reconciled_total',
      'counter',
      'Looks at an Integration, by what came of it.',
      Object.entries(reconciled).map(([outcome, n]) => `{outcome="${outcome}"} ${n}`),
    ),
    ...lines(
      'gantry_operator_writes_total',
      'counter',
      'Requests that changed something in the cluster, its own lease aside.',
      Object.entries(writes).map(([verb, n]) => `{verb="${verb}"} ${n}`),
    ),
    ...lines('process_resident_memory_bytes', 'gauge', 'Resident memory.', [` ${process.memoryUsage.rss()}`]),
    '',
  ].join('\n');
}
