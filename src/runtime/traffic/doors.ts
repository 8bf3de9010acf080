import { readShape } from '../../artifacts/parameters.ts';
import type { InboundEndpointConfig } from '../../artifacts/kinds/types.ts';
import { artifactKey, isFaulty, type Artifact, type Project } from '../../artifacts/model.ts';
import type { Sender } from '../../engine/ports.ts';
import type { Problem } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { Environment } from '../../message/environment.ts';
import type { RequestHandler } from '../../transports/http/listener.ts';
import { listenerKinds, type Dispatch, type Door, type ListenerKind } from '../../transports/index.ts';
import { openHttp } from '../../transports/http/inbound.ts';
import { markInbound } from '../../transports/inbound-message.ts';
import { productKeystore } from '../../transports/http/keystore.ts';
import { located } from '../../transports/http/tls.ts';
import { readIdentity } from '../../transports/tls/keystore-file.ts';
import { commonParameters } from '../stateful/consumers.ts';
import { locate } from './locate.ts';
import { answerTo, requestHandler } from './requests.ts';
import type { Services } from './services.ts';
import type { Standings } from '../stateful/standings.ts';

export interface DoorSources {
  readonly project: Project;
  readonly services: Services;
  readonly senders: readonly Sender[];
  readonly environment: Environment;
  readonly standings: Standings;
  readonly log: Logger;
  /** Where the project lies: relative names of keystores begin there. */
  readonly paths: readonly string[];
  readonly host: string;
  /** True where a load balancer has the ports of the artifacts: they are opened on any that is free. */
  readonly anyPort: boolean;
  /** The product's own port for HTTPS; undefined: there is none. */
  readonly httpsPort: number | undefined;
  /** What the product's own ports do with requests. */
  readonly requests: RequestHandler;
}

/** The listening inbound endpoints of a replica. */
export interface Doors {
  /** The ports that artifacts name, and those really taken. */
  readonly ports: readonly { readonly port: number; readonly at: number }[];
  readonly count: number;
  sayGoodbye(): void;
  close(deadlineMs: number): Promise<void>;
}

/** What listens for it; undefined when it does not listen. */
export function listenerKindOf(artifact: Artifact): ListenerKind | undefined {
  if (artifact.kind !== 'inboundEndpoint' || !artifact.config) return undefined;
  const protocol = (artifact.config as InboundEndpointConfig).protocol?.toLowerCase() ?? '';
  return listenerKinds.find((kind) => kind.protocols.includes(protocol));
}

/** What is wrong with the parameters of a listening inbound endpoint, and its parameters when they can be used. */
export function readListener(
  artifact: Artifact,
  kind: ListenerKind,
): { readonly config: object | undefined; readonly problems: readonly Problem[] } {
  const { parameters } = artifact.config as InboundEndpointConfig;
  const what = `The inbound endpoint ${artifact.name} (${kind.name})`;
  return readShape(kind.parameters, parameters, {
    what,
    at: artifact.at,
    alsoKnown: commonParameters,
    check: (config) => kind.check?.(config, artifact.at) ?? [],
  });
}

/** Opens them all. One that cannot be opened is said, and the others are open all the same. */
export async function openDoors(sources: DoorSources): Promise<Doors> {
  const opened: { readonly port: number; readonly door: Door }[] = [];
  if (sources.httpsPort !== undefined) opened.push({ port: sources.httpsPort, door: await openSecurePort(sources) });
  for (const artifact of sources.project.artifacts as readonly Artifact<InboundEndpointConfig>[]) {
    const kind = listenerKindOf(artifact);
    if (!kind || isFaulty(artifact) || artifact.config!.suspended) continue;
    const { config } = readListener(artifact, kind);
    if (!config) continue;
    const port = kind.portOf(config);
    const standing = sources.standings.of(artifactKey(artifact), sources.log);
    try {
      const door = await open(artifact, kind, config, sources.anyPort ? 0 : port, sources);
      opened.push({ port, door });
      standing.running();
      sources.log.info(`inbound endpoint ${artifact.name} listens on port ${door.port} (${kind.name})`);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      standing.waiting(
        code === 'EADDRINUSE'
          ? `port ${port} is taken; another one is set by its parameters`
          : `port ${port} cannot be opened: ${message}`,
      );
    }
  }
  return {
    ports: opened.map(({ port, door }) => ({ port, at: door.port })),
    get count() {
      return opened.reduce((sum, { door }) => sum + door.count, 0);
    },
    sayGoodbye: () => opened.forEach(({ door }) => door.sayGoodbye()),
    async close(deadlineMs) {
      await Promise.all(opened.map(({ door }) => door.close(deadlineMs)));
    },
  };
}

function open(
  artifact: Artifact<InboundEndpointConfig>,
  kind: ListenerKind,
  config: object,
  port: number,
  sources: DoorSources,
): Promise<Door> {
  const { services, environment, log, host, paths } = sources;
  const { name, protocol = '', sequence = 'main', onError } = artifact.config!;
  const origin = `inboundEndpoint ${name}`;
  const intakeOf: Parameters<ListenerKind['open']>[1]['intakeOf'] = (key, handler) =>
    services.intake(origin, { sequence: key, onError: handler }, log);
  return kind.open(config, {
    name,
    protocol: protocol.toLowerCase(),
    at: artifact.at,
    port,
    host,
    environment,
    log: log.named(`inbound:${name}`),
    locate: (file) => locate(file, paths),
    requests: (dispatch) => takesRequests(name, dispatch, intakeOf(sequence, onError), sources),
    intake: intakeOf(sequence, onError),
    intakeOf,
  });
}

/**
 * Where a request of an HTTP inbound endpoint goes: to an API that is bound to it, by the pattern to any API or proxy,
 * else to the sequence. Source: MI InboundHttpServerWorker.
 */
function takesRequests(
  name: string,
  { pattern, toBoundApis }: Dispatch,
  intake: ReturnType<Services['intake']>,
  { services, senders }: DoorSources,
): RequestHandler {
  const bound = services.apis.filter(({ bindsTo = [] }) => bindsTo.includes(name));
  const free = services.apis.filter(({ bindsTo = [] }) => bindsTo.length === 0 || bindsTo.includes('default'));
  const apis = toBoundApis ? bound : [];
  const toServices = requestHandler(services, senders, [...apis, ...free]);
  const toBound = requestHandler(services, senders, apis);
  return async (message, client) => {
    const path = message.request!.target.replace(/\?.*$/s, '');
    markInbound(message, name);
    if (pattern?.test(path)) return toServices(message, client);
    if (apis.some(({ context }) => isBelow(path, context))) return toBound(message, client);
    message.axis2.set('REST_URL_POSTFIX', message.request!.target);
    const { fault } = await intake.take(message, {
      signal: client.signal,
      reply: (answer) => client.respond(answer),
    });
    if (!client.answered) await client.respond(answerTo(fault, message));
  };
}

function isBelow(path: string, context: string): boolean {
  const prefix = context.replace(/\/+$/, '').replace(/\{version\}.*$/, '');
  return path === prefix || path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);
}

/** Rejects with what is to be done when deployment.toml has no key that can be used. */
async function openSecurePort(sources: DoorSources): Promise<Door> {
  const { project, anyPort, httpsPort = 0, host, environment, log, requests, paths } = sources;
  const store = productKeystore(project.deployment);
  const tls = await readIdentity(located(store, (file) => locate(file, paths)));
  const port = anyPort ? 0 : httpsPort;
  return openHttp({ port, host, environment, log, requests, tls: { ...tls, minVersion: 'TLSv1.2' } });
}
