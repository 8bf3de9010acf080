import { createServer, type Server } from 'node:http';
import { listen, type Listening } from '../listening.ts';
import type { RunRecord } from './stateful/run-log.ts';

/**
 * - starting: until the artifacts are deployed
 * - ready: takes requests
 * - unexpected: its artifacts are not those it was started for; it never becomes ready
 * - draining: was told to stop
 */
export type ReplicaState = 'starting' | 'ready' | 'unexpected' | 'draining';

/** What the probes ask a replica. */
export interface HealthSource {
  readonly state: ReplicaState;
  readonly version: string;
  /** Digest of the artifacts that are served. */
  readonly digest: string;
  /** Names of artifacts or applications that could not be deployed. */
  readonly faulty: readonly string[];
  /** Sentences for people: why it is not ready, what waits for what. */
  readonly reasons: readonly string[];
  metrics(): string;
  /** The last runs of tasks here, newest first. */
  runs(): readonly RunRecord[];
  /** Artifacts that may not work, and why. */
  switchedOff(): readonly { readonly artifact: string; readonly reason: string }[];
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/**
 * Health of one replica. `/healthz` and `/liveness` answer as MI does (`ReadinessResource`, `LivenessResource`);
 * `/startup`, `/ready` and `/live` say why. Liveness never depends on anything outside the process: restarting a
 * replica does not bring a broker back.
 */
export async function startHealthServer(port: number, host: string, source: HealthSource): Promise<Listening> {
  const server: Server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const answer = answerTo(path, source);
    response.writeHead(answer.status, {
      'content-type': answer.type,
      'content-length': Buffer.byteLength(answer.body),
      'cache-control': 'no-store',
    });
    response.end(request.method === 'HEAD' ? undefined : answer.body);
  });
  return listen(server, port, host);
}

export function answerTo(path: string, source: HealthSource): Answer {
  switch (path) {
    case '/healthz':
      return healthz(source);
    case '/liveness':
      return json(200, '{"server" : "started"}');
    case '/live':
      return json(200, JSON.stringify({ status: 'live' }));
    case '/startup':
      return probe(source.state !== 'starting', 'started', 'starting', source);
    case '/ready':
      return probe(source.state === 'ready', 'ready', source.state, source);
    case '/metrics':
    case '/metric-service/metrics':
      return { status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body: source.metrics() };
    case '/runs':
      return json(200, JSON.stringify({ runs: source.runs(), switchedOff: source.switchedOff() }));
    default:
      return json(
        404,
        JSON.stringify({
          error: 'not found',
          paths: ['/healthz', '/liveness', '/startup', '/ready', '/live', '/metrics', '/runs'],
        }),
      );
  }
}

/** The spaces are MI's: monitors match on this text. */
function healthz(source: HealthSource): Answer {
  const head = `{"version":${JSON.stringify(source.version)},"update_level":"-","status" : `;
  if (source.faulty.length > 0) {
    const names = JSON.stringify(source.faulty);
    return json(500, `${head}"not ready, faulty CAPPs detected", "Faulty CAPPs" : ${names}}`);
  }
  if (source.state !== 'ready') return json(503, `${head}"not ready, ${source.state}"}`);
  return json(200, `${head}"ready"}`);
}

function probe(ok: boolean, good: string, bad: string, source: HealthSource): Answer {
  const body = { status: ok ? good : bad, digest: source.digest, faulty: source.faulty, reasons: source.reasons };
  return json(ok ? 200 : 503, JSON.stringify(body));
}

function json(status: number, body: string): Answer {
  return { status, type: 'application/json', body };
}
