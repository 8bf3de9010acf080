import { words } from './kinds/fields.ts';
import type {
  InboundEndpointConfig,
  MessageProcessorConfig,
  MessageStoreConfig,
  ProxyConfig,
  TaskConfig,
} from './kinds/types.ts';
import { usualLanes } from './lanes.ts';
import type { Artifact } from './model.ts';

export interface Classification {
  /** True when only one replica at a time may run it. */
  readonly stateful: boolean;
  /** Why, as a sentence for people. */
  readonly reason: string;
}

const stateless = (reason: string): Classification => ({ stateful: false, reason });
const stateful = (reason: string): Classification => ({ stateful: true, reason });

/**
 * Whether an artifact may run on every replica at once, and why; `among`: all artifacts of its project. Pure.
 * Source: the list of stateful artifacts on WSO2's page on deployment patterns: scheduled tasks, message processors,
 * File, JMS and Kafka polling and MQTT and RabbitMQ event-based inbound endpoints.
 */
export function classify(artifact: Pick<Artifact, 'kind' | 'config'>, among: readonly Artifact[]): Classification {
  switch (artifact.kind) {
    case 'task':
      return classifyTask(artifact.config as TaskConfig | undefined);
    case 'messageProcessor':
      return followsItsStore(artifact, among)
        ? stateless('Its store is in memory, so every replica runs it over its own store.')
        : stateful('A message processor takes messages out of its store one by one, in order.');
    case 'inboundEndpoint':
      return classifyInbound(artifact.config as InboundEndpointConfig | undefined);
    case 'proxy':
      return classifyProxy(artifact.config as ProxyConfig | undefined);
    case 'api':
      return stateless('An API answers requests wherever they arrive.');
    case 'messageStore':
      return stateless('A message store only keeps messages; what takes them out is its processor.');
    default:
      return stateless('It holds configuration and does nothing by itself.');
  }
}

/** In memory, when no class is given too. Source: Synapse InMemoryStore, and the older name artifacts still carry. */
export function isInMemory(store: Pick<MessageStoreConfig, 'className'>): boolean {
  return store.className === undefined || /\.(memory\.)?InMemory(Message)?Store$/.test(store.className);
}

/**
 * True for a message processor whose store is in memory: the messages of one replica are unknown to the others, so
 * every replica runs the processor over its own. See docs/decisions/0005-memory-stores-are-per-replica.md.
 */
export function followsItsStore(
  { kind, config }: Pick<Artifact, 'kind' | 'config'>,
  among: readonly Artifact[],
): boolean {
  if (kind !== 'messageProcessor' || !config) return false;
  const { messageStore } = config as MessageProcessorConfig;
  const store = among.find((other) => other.kind === 'messageStore' && other.name === messageStore);
  return store?.config !== undefined && isInMemory(store.config as MessageStoreConfig);
}

function classifyTask(config: TaskConfig | undefined): Classification {
  const pinned = config?.pinnedServers ?? [];
  if (pinned.length > 0) {
    return stateful(`A scheduled task runs by the clock; this one is pinned to ${pinned.join(', ')}.`);
  }
  return stateful('A scheduled task runs by the clock: on two replicas it would run twice.');
}

/** How an inbound endpoint gets its messages decides: whoever polls or subscribes takes them from the others. */
const INBOUNDS: Readonly<Record<string, readonly [how: 'listens' | 'takes', reason: string]>> = {
  http: ['listens', 'It listens for HTTP requests.'],
  https: ['listens', 'It listens for HTTPS requests.'],
  ws: ['listens', 'It listens for WebSocket connections.'],
  wss: ['listens', 'It listens for WebSocket connections.'],
  httpws: ['listens', 'It listens for HTTP and WebSocket connections.'],
  httpswss: ['listens', 'It listens for HTTPS and WebSocket connections.'],
  hl7: ['listens', 'It listens for HL7 connections.'],
  grpc: ['listens', 'It listens for gRPC calls.'],
  cxf_ws_rm: ['listens', 'It listens for WS-ReliableMessaging requests.'],
  file: ['takes', 'It polls a folder: two replicas would take the same file.'],
  jms: ['takes', 'It polls a JMS destination.'],
  kafka: ['takes', 'It polls Kafka topics.'],
  mail: ['takes', 'It polls a mailbox: two replicas would take the same mail.'],
  mqtt: ['takes', 'It subscribes to an MQTT topic: two replicas would each get every message.'],
  rabbitmq: ['takes', 'It consumes a RabbitMQ queue.'],
};

function classifyInbound(config: InboundEndpointConfig | undefined): Classification {
  if (!config) return stateful('It could not be read, so it counts as one that must not run twice.');
  const [how, reason] = howInbound(config);
  if (how === 'listens') return stateless(reason);
  const shared = sharedBy(config.parameters);
  if (shared !== undefined) return stateless(`${reason} ${shared} lets every replica do it.`);
  return stateful(reason);
}

/**
 * What lets every replica consume, each by the protocol's own means; undefined: one at a time does. MI reads `coordination` and does not act on it;
 * Gantry does what its documentation promises. `scale` is ours and says the same in a plain word.
 */
function sharedBy(parameters: ReadonlyMap<string, string>): string | undefined {
  const says = (name: string, word: string): boolean => parameters.get(name)?.trim().toLowerCase() === word;
  if (says('coordination', 'false')) return 'coordination=false';
  return says('scale', 'shared') ? 'scale=shared' : undefined;
}

/** True for an inbound endpoint or proxy that takes messages on every replica at once. */
export function sharesItsWork({ config }: Pick<Artifact<InboundEndpointConfig | ProxyConfig>, 'config'>): boolean {
  return config !== undefined && sharedBy(config.parameters) !== undefined;
}

/**
 * In how many lanes the replicas share its work, each held by one of them; undefined for all that is not shared so. MQTT is,
 * where the broker keeps what it has set aside for a lane. What exactly has lanes, transports/mqtt/spec.ts says.
 */
export function laneCount(artifact: Pick<Artifact, 'kind' | 'config'>): number | undefined {
  const { kind, config } = artifact as Artifact<InboundEndpointConfig | ProxyConfig>;
  if (config === undefined || (kind !== 'inboundEndpoint' && kind !== 'proxy')) return undefined;
  const isMqtt =
    kind === 'proxy'
      ? (config as ProxyConfig).transports.includes('mqtt')
      : (config as InboundEndpointConfig).protocol?.toLowerCase() === 'mqtt';
  if (!isMqtt || !sharesItsWork({ config })) return undefined;
  return Number(config.parameters.get('gantry.mqtt.lanes')) || usualLanes;
}

function howInbound(config: InboundEndpointConfig): readonly [how: 'listens' | 'takes', reason: string] {
  const known = config.protocol === undefined ? undefined : INBOUNDS[config.protocol.toLowerCase()];
  if (known) return known;
  const behavior = config.parameters.get('inbound.behavior')?.trim().toLowerCase();
  if (behavior === 'listening') return ['listens', 'Its class listens for requests.'];
  if (/kafka/i.test(config.className ?? '')) return INBOUNDS['kafka']!;
  if (behavior === 'eventbased') return ['takes', 'Its class waits for events.'];
  if (behavior === 'polling') return ['takes', 'Its class polls.'];
  return ['takes', 'What its class does is not known, so it counts as one that must not run twice.'];
}

const TAKING_TRANSPORTS: Readonly<Record<string, string>> = {
  vfs: 'polls a folder',
  jms: 'consumes a JMS destination',
  rabbitmq: 'consumes a RabbitMQ queue',
  mqtt: 'subscribes to an MQTT topic',
  mailto: 'polls a mailbox',
};

function classifyProxy(config: ProxyConfig | undefined): Classification {
  const taking = words(config?.transports.join(' ')).filter((t) => t in TAKING_TRANSPORTS);
  if (taking.length === 0) return stateless('A proxy service answers requests wherever they arrive.');
  const what = taking.map((t) => `${TAKING_TRANSPORTS[t]} (transport ${t})`).join(' and ');
  const shared = sharedBy(config!.parameters);
  if (shared !== undefined) return stateless(`The proxy service ${what}. ${shared} lets every replica do it.`);
  return stateful(`The proxy service ${what}.`);
}
