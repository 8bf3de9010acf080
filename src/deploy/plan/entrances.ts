/**
 * Where messages come into a project by themselves, in the words of its artifacts: ports that it opens, and queues that
 * every replica consumes from at once. Placeholders stand as they were written: what fills them is known where it runs.
 */
import type { InboundEndpointConfig, ProxyConfig } from '../../artifacts/kinds/types.ts';
import type { Artifact } from '../../artifacts/model.ts';
import { sharesItsWork } from '../../artifacts/stateful.ts';

/** The parameters that say where a queue is. It is printed and kept, so none of them is ever a password. */
export interface SharedQueue {
  readonly protocol: string;
  readonly settings: Readonly<Record<string, string>>;
}

const listening: ReadonlySet<string> = new Set(['http', 'https', 'ws', 'wss', 'httpws', 'httpswss']);

/** The port that a listening inbound endpoint opens; undefined where none does. */
export function portOf({ kind, config }: Artifact): string | undefined {
  if (kind !== 'inboundEndpoint' || config === undefined) return undefined;
  const { protocol, parameters, suspended } = config as InboundEndpointConfig;
  if (suspended || !listening.has(protocol?.toLowerCase() ?? '')) return undefined;
  return (parameters.get('inbound.http.port') ?? parameters.get('inbound.ws.port'))?.trim();
}

const places: Readonly<Record<string, readonly string[]>> = {
  kafka: ['bootstrap.servers', 'group.id', 'topic.name', 'security.protocol', 'sasl.mechanism', 'auto.offset.reset'],
  rabbitmq: [
    'rabbitmq.server.host.name',
    'rabbitmq.server.port',
    'rabbitmq.server.virtual.host',
    'rabbitmq.queue.name',
    'rabbitmq.connection.ssl.enabled',
  ],
  // Artemis shows the depth of a queue on its management console alone; its address is no parameter of JMS.
  jms: ['transport.jms.Destination', 'scale.management', 'scale.broker'],
};

/** Undefined for what one replica holds by a term: more replicas would not take more of it. */
export function sharedQueueOf(artifact: Artifact): SharedQueue | undefined {
  if (artifact.kind !== 'inboundEndpoint' && artifact.kind !== 'proxy') return undefined;
  const consumer = artifact as Artifact<InboundEndpointConfig | ProxyConfig>;
  if (!sharesItsWork(consumer)) return undefined;
  const protocol = protocolOf(consumer);
  const { parameters } = consumer.config!;
  const said = (places[protocol] ?? []).flatMap((name): [string, string][] => {
    const value = parameters.get(name)?.trim() ?? '';
    return value === '' ? [] : [[name, value]];
  });
  return { protocol, settings: Object.fromEntries(said) };
}

function protocolOf({ kind, config }: Artifact<InboundEndpointConfig | ProxyConfig>): string {
  if (kind === 'proxy') {
    const { transports } = config as ProxyConfig;
    return transports.find((word) => word in places) ?? transports.join(' ');
  }
  const { protocol, className } = config as InboundEndpointConfig;
  return protocol?.toLowerCase() ?? (/kafka/i.test(className ?? '') ? 'kafka' : 'its own class');
}
