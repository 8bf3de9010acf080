import { param, type ParametersFor } from '../../artifacts/parameters.ts';
import type { TlsOptions } from 'node:tls';
import { defineListener, type Door, type ListenerKind, type ListenerParts } from '../listener-kind.ts';
import { startHttpListener, type RequestHandler } from './listener.ts';
import { checkTls, tlsOptions, tlsParameters, type TlsConfig } from './tls.ts';

/** Source: MI InboundHttpConstants. */
export interface HttpInboundConfig {
  readonly port: number;
  readonly pattern: RegExp | undefined;
  readonly dispatchesToApis: boolean;
  readonly coreWorkers: string | undefined;
  readonly maxWorkers: string | undefined;
  readonly keepAlive: string | undefined;
  readonly queueLength: string | undefined;
  readonly threadGroup: string | undefined;
  readonly threadId: string | undefined;
}

const threads = { doc: 'Accepted: there are no threads to count.' };

export const httpParameters: ParametersFor<HttpInboundConfig> = {
  port: param.integer('inbound.http.port', { doc: 'The port to listen on.', required: true, min: 0, max: 65_535 }),
  pattern: param.regex('dispatch.filter.pattern', {
    doc: 'Paths that go to the API or proxy that takes them; all others go to the sequence. Without it, all do.',
  }),
  dispatchesToApis: param.boolean('api.dispatching.enabled', {
    doc: 'APIs whose binds-to names this inbound endpoint are asked before the sequence.',
    default: true,
  }),
  coreWorkers: param.text('inbound.worker.pool.size.core', threads),
  maxWorkers: param.text('inbound.worker.pool.size.max', threads),
  keepAlive: param.text('inbound.worker.thread.keep.alive.sec', threads),
  queueLength: param.text('inbound.worker.pool.queue.length', threads),
  threadGroup: param.text('inbound.thread.group.id', threads),
  threadId: param.text('inbound.thread.id', threads),
};

export const http: ListenerKind<ParametersFor<HttpInboundConfig>> = defineListener({
  name: 'http',
  summary: 'Takes HTTP requests on a port of its own.',
  protocols: ['http'],
  parameters: httpParameters,
  portOf: ({ port }) => port,
  open: (config, parts) => openHttp(openingOf(config, parts)),
});

interface HttpsConfig extends HttpInboundConfig, TlsConfig {
  readonly sslProtocol: string | undefined;
  readonly revocation: string | undefined;
}

export const https: ListenerKind<ParametersFor<HttpsConfig>> = defineListener({
  name: 'https',
  summary: 'Takes HTTPS requests on a port of its own.',
  protocols: ['https'],
  parameters: {
    ...httpParameters,
    ...tlsParameters,
    sslProtocol: param.text('SSLProtocol', { doc: 'Accepted: HttpsProtocols decides.' }),
    revocation: param.text('CertificateRevocationVerifier', { doc: 'Read and not used: revocation is not checked.' }),
  },
  portOf: ({ port }) => port,
  check: checkTls,
  open: async (config, parts) => openHttp({ ...openingOf(config, parts), tls: await tlsOptions(config, parts.locate) }),
});

export interface HttpOpening extends Pick<ListenerParts, 'port' | 'host' | 'environment' | 'log'> {
  readonly requests: RequestHandler;
  /** Undefined: plain HTTP. */
  readonly tls?: TlsOptions;
}

function openingOf({ pattern, dispatchesToApis }: HttpInboundConfig, parts: ListenerParts): HttpOpening {
  return { ...parts, requests: parts.requests({ pattern, toBoundApis: dispatchesToApis }) };
}

export async function openHttp({ requests, ...opening }: HttpOpening): Promise<Door> {
  const listener = await startHttpListener({ ...opening, handler: requests });
  return {
    port: listener.port,
    get count() {
      return listener.stats.requests;
    },
    sayGoodbye: () => listener.sayGoodbye(),
    close: (deadlineMs) => listener.close(deadlineMs),
  };
}
