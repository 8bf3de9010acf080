import { usualLanes } from '../../artifacts/lanes.ts';
import { param, type ParametersFor } from '../../artifacts/parameters.ts';

/**
 * The parameters of MQTT by MI's names; those that begin with gantry. are ours.
 * Source: WSO2 MI reference, MQTT inbound endpoint and MQTT transport.
 */

/** Where the broker is, and how it is spoken to. */
export interface ServerConfig {
  readonly factory: string | undefined;
  readonly host: string;
  readonly port: number | undefined;
  /** Path of the WebSocket that it is spoken over; undefined: over TCP or TLS itself. */
  readonly webSocket: string | undefined;
  readonly version: '3.1.1' | '5';
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly clientId: string | undefined;
  readonly tls: boolean;
  readonly keystore: string | undefined;
  readonly keystorePassword: string | undefined;
  readonly keystoreType: string | undefined;
  readonly truststore: string | undefined;
  readonly truststorePassword: string | undefined;
  readonly truststoreType: string | undefined;
  readonly tlsVersion: string | undefined;
  /** Seconds. */
  readonly keepalive: number;
  readonly storeDirectory: string | undefined;
}

const fileSays = { doc: 'Accepted: the file itself says what it is.' };

export const serverParameters: ParametersFor<ServerConfig> = {
  factory: param.text('mqtt.connection.factory', {
    doc: 'Name of the connection factory in [transport.mqtt] of deployment.toml, which says what is not written here.',
  }),
  host: param.text('mqtt.server.host.name', { doc: 'Host of the broker.', default: 'localhost' }),
  port: param.integer('mqtt.server.port', {
    doc: 'Port of the broker; 1883, or 8883 with TLS; 80 or 443 with a WebSocket.',
    min: 1,
    max: 65_535,
  }),
  webSocket: param.text('gantry.mqtt.websocket', {
    doc: 'Path of a WebSocket that MQTT is spoken over: /mqtt. With mqtt.ssl.enable that is wss.',
  }),
  version: param.oneOf('gantry.mqtt.version', ['3.1.1', '5'], { doc: 'Of the protocol.', default: '3.1.1' }),
  user: param.text('mqtt.subscription.username', { doc: 'User.' }),
  password: param.text('mqtt.subscription.password', { doc: 'Password.', secret: true }),
  clientId: param.text('mqtt.client.id', {
    doc: "Name of the session; a broker lets one client use it at a time. Otherwise made of the artifact's name.",
  }),
  tls: param.boolean('mqtt.ssl.enable', { doc: 'Whether to use TLS.', default: false }),
  keystore: param.text('mqtt.ssl.keystore.location', { doc: 'Own certificate and key: JKS, PKCS12 or PEM.' }),
  keystorePassword: param.text('mqtt.ssl.keystore.password', { doc: 'Password of the keystore.', secret: true }),
  keystoreType: param.text('mqtt.ssl.keystore.type', fileSays),
  truststore: param.text('mqtt.ssl.truststore.location', { doc: 'Certificates that are trusted: JKS, PKCS12 or PEM.' }),
  truststorePassword: param.text('mqtt.ssl.truststore.password', { doc: 'Password of the truststore.', secret: true }),
  truststoreType: param.text('mqtt.ssl.truststore.type', fileSays),
  tlsVersion: param.text('mqtt.ssl.version', { doc: 'Lowest TLS version, such as TLSv1.2.' }),
  keepalive: param.integer('gantry.mqtt.keepalive', {
    doc: 'Seconds between signs of life: a dead connection is noticed when none came for twice as long.',
    default: 10,
    min: 1,
    max: 3_600,
  }),
  storeDirectory: param.text('mqtt.temporary.store.directory', {
    doc: 'Read and not used: what was not acknowledged is with the broker.',
  }),
};

/** What is subscribed to, and what becomes of it. */
export interface SubscriptionConfig {
  readonly topic: string;
  readonly qos: number;
  readonly clean: boolean;
  readonly group: string | undefined;
  readonly lanes: number;
  readonly contentType: string | undefined;
  readonly sequential: boolean;
  readonly inFlight: number;
  readonly reconnectInterval: number;
  readonly retryCount: number;
  readonly retryInterval: number;
  readonly deadLetterTopic: string | undefined;
  readonly willTopic: string | undefined;
  readonly willText: string | undefined;
  readonly willQos: number;
  readonly willRetain: boolean;
}

export const subscriptionParameters: ParametersFor<SubscriptionConfig> = {
  topic: param.text('mqtt.topic.name', { doc: 'The topic, or a filter with + and #.', required: true }),
  qos: param.integer('mqtt.subscription.qos', {
    doc: '0: at most once. 1: at least once. 2: effectively once, but for what is in hand when a replica is killed.',
    default: 1,
    min: 0,
    max: 2,
  }),
  clean: param.boolean('mqtt.session.clean', {
    doc: 'Whether the broker forgets the session with the connection, and loses what comes until the next one. Shared, there are then no lanes.',
    default: false,
  }),
  group: param.text('gantry.mqtt.group', {
    doc: "Name of the group when replicas share; the artifact's name otherwise.",
  }),
  lanes: param.integer('gantry.mqtt.lanes', {
    doc: 'In how many lanes replicas share; each is held by one of them. Not fewer than replicas; later more, but never fewer under the same group.',
    default: usualLanes,
    min: 1,
    max: 100,
  }),
  contentType: param.text(['content.type', 'mqtt.content.type'], {
    doc: 'Content type of the messages; otherwise what MQTT 5 says of each, else text/plain.',
  }),
  sequential: param.boolean('sequential', {
    doc: 'One message after the other. false: as many at once as may be in flight, in no order.',
    default: true,
  }),
  inFlight: param.integer('gantry.mqtt.max.inflight', {
    doc: 'Messages that a replica has taken from the broker and not acknowledged yet. Many brokers send only 20 ahead.',
    default: 100,
    min: 1,
    max: 65_535,
  }),
  reconnectInterval: param.integer('mqtt.reconnection.interval', {
    doc: 'Longest milliseconds between two attempts to reach the broker, at least 500; the first ones come sooner.',
    default: 10_000,
    min: 1,
  }),
  retryCount: param.integer('failure.retry.count', {
    doc: 'How often a message is tried until it is given up; -1: for ever. MI: once.',
    default: 1,
    min: -1,
  }),
  retryInterval: param.integer('failure.retry.interval', {
    doc: 'Milliseconds before the next try.',
    default: 1_000,
    min: 1,
  }),
  deadLetterTopic: param.text('gantry.mqtt.dlq.topic', {
    doc: 'Topic for messages that were given up. Otherwise they are logged.',
  }),
  willTopic: param.text('gantry.mqtt.will.topic', { doc: 'Where the broker says that this client was lost.' }),
  willText: param.text('gantry.mqtt.will.message', { doc: 'What it says then.', default: '' }),
  willQos: param.integer('gantry.mqtt.will.qos', { doc: 'And by which quality.', default: 1, min: 0, max: 2 }),
  willRetain: param.boolean('gantry.mqtt.will.retain', {
    doc: 'And whether it is kept for who comes later.',
    default: false,
  }),
};
