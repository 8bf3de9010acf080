import { createServer, type ServerResponse } from 'node:http';
import { listen, type Listening } from '../../../listening.ts';
import type { DeploymentStatus } from '../../status.ts';
import { collectMetrics } from './metrics.ts';
import type { Pod } from '../pods/pod.ts';

/**
 * The health port of the whole deployment.
 *
 *   /healthz    as MI answers it: 200 {"version","update_level","status": "ready"}, 500 with "Faulty CAPPs" otherwise
 *   /liveness   as MI answers it: 200 {"server": "started"}
 *   /startup    200 when every pod has been ready, /ready 200 when requests are taken, /live 200;
 *               each with {"status", "reasons": [...]}, 503 otherwise
 *   /metric-service/metrics, /metrics    Prometheus text of all replicas, label pod added
 */
export interface HealthOptions {
  readonly port: number;
  readonly host: string;
  readonly version?: string;
  readonly status: () => DeploymentStatus;
  readonly pods: () => readonly Pod[];
}

export interface Health {
  readonly ok: boolean;
  readonly reasons: readonly string[];
}

/** Requests are taken: someone is ready who serves. Faulty artifacts do not count here, the sound ones run. */
export function decideReady(status: DeploymentStatus): Health {
  const ready = status.pods.filter((pod) => pod.state === 'ready');
  const others = status.pods.filter((pod) => pod.state !== 'ready').map((pod) => `${pod.name} is ${pod.state}`);
  return { ok: ready.length > 0, reasons: [`${ready.length} of ${status.pods.length} pods are ready`, ...others] };
}

/** The start is over: every pod has been ready at least once. A later crash does not make it begin again. */
export function decideStartup(status: DeploymentStatus): Health {
  const pending = status.pods.filter((pod) => pod.startupMs === undefined);
  const reasons = pending.map(
    (pod) => `${pod.name} is ${pod.state}${pod.faults.length > 0 ? `: ${pod.faults.join('; ')}` : ''}`,
  );
  return { ok: pending.length === 0, reasons };
}

/** Names of what was to be deployed and could not be. */
export function faultyArtifacts(status: DeploymentStatus): string[] {
  const faulty = status.artifacts
    .filter((artifact) => artifact.state === 'faulty')
    .map(({ name, file }) => name || file);
  const faults = status.pods.flatMap((pod) => pod.faults);
  return [...new Set([...faulty, ...(faulty.length > 0 ? [] : faults)])];
}

/** Throws what node:net throws when the port is taken. */
export async function startHealthServer(options: HealthOptions): Promise<Listening> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0];
    const status = options.status();
    switch (path) {
      case '/healthz':
        return healthz(options.version ?? '', status, response);
      case '/liveness':
        return send(response, 200, { server: 'started' });
      case '/live':
        return send(response, 200, { status: 'live', reasons: [] });
      case '/startup':
        return report(response, 'started', 'starting', decideStartup(status));
      case '/ready':
        return report(response, 'ready', 'not ready', decideReady(status));
      case '/metrics':
      case '/metric-service/metrics':
        void metrics(status, options.pods(), response);
        return undefined;
      default:
        return send(response, 404, { status: 'not found' });
    }
  });
  return listen(server, options.port, options.host);
}

async function metrics(status: DeploymentStatus, pods: readonly Pod[], response: ServerResponse): Promise<void> {
  const text = await collectMetrics(status, pods);
  response.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' });
  response.end(text);
}

function healthz(version: string, status: DeploymentStatus, response: ServerResponse): void {
  const common = { version, update_level: '0' };
  const faulty = faultyArtifacts(status);
  if (faulty.length > 0) {
    send(response, 500, { ...common, status: 'not ready, faulty CAPPs detected', 'Faulty CAPPs': faulty });
  } else if (decideReady(status).ok) {
    send(response, 200, { ...common, status: 'ready' });
  } else {
    send(response, 500, { ...common, status: 'not ready' });
  }
}

function report(response: ServerResponse, yes: string, no: string, health: Health): void {
  send(response, health.ok ? 200 : 503, { status: health.ok ? yes : no, reasons: health.reasons });
}

function send(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(`${JSON.stringify(value)}\n`);
}
