import { param, type ParametersFor } from '../../artifacts/parameters.ts';

/**
 * The parameters of the RabbitMQ transport, by MI's names and with its defaults unless the text says otherwise.
 * Source: wso2-axis2-transports RabbitMQConstants, RabbitMQUtils; wso2-synapse, RabbitMQ inbound endpoint.
 */

/** Where the broker is. */
export interface ServerConfig {
  readonly factory: string | undefined;
  readonly hosts: readonly string[];
  readonly ports: readonly string[];
  readonly user: string;
  readonly password: string;
  readonly vhost: string;
  /** Seconds. */
  readonly heartbeat: number;
  /** Milliseconds. */
  readonly connectTimeout: number;
  readonly tls: boolean;
  readonly keystore: string | undefined;
  readonly keystorePassword: string | undefined;
  readonly keystoreType?: string | undefined;
  readonly truststore: string | undefined;
  readonly truststorePassword?: string | undefined;
  readonly truststoreType?: string | undefined;
  readonly tlsVersion: string | undefined;
}

const fileSays = { doc: 'Accepted: the file itself says what it is.' };

export const serverParameters: ParametersFor<ServerConfig> = {
  factory: param.text('rabbitmq.connection.factory', {
    doc: 'Name of a connection factory of deployment.toml ([[transport.rabbitmq.listener]] or sender), or only a name.',
  }),
  hosts: param.list('rabbitmq.server.host.name', { doc: 'Hosts, in the order they are tried; localhost.' }),
  ports: param.list('rabbitmq.server.port', { doc: 'Port of each host; 5672, or 5671 with TLS.' }),
  user: param.text('rabbitmq.server.user.name', { doc: 'User.', default: 'guest' }),
  password: param.text('rabbitmq.server.password', { doc: 'Password.', default: 'guest', secret: true }),
  vhost: param.text('rabbitmq.server.virtual.host', { doc: 'Virtual host.', default: '/' }),
  heartbeat: param.integer(['rabbitmq.factory.heartbeat', 'rabbitmq.connection.factory.heartbeat'], {
    doc: 'Seconds between heartbeats: a dead connection is noticed after two. MI: 60.',
    default: 10,
    min: 1,
  }),
  connectTimeout: param.integer(['rabbitmq.factory.connection.timeout', 'rabbitmq.connection.factory.timeout'], {
    doc: 'Milliseconds for connecting. MI: 60000.',
    default: 10_000,
    min: 1,
  }),
  tls: param.boolean('rabbitmq.connection.ssl.enabled', { doc: 'Whether to use TLS.', default: false }),
  keystore: param.text('rabbitmq.connection.ssl.keystore.location', {
    doc: 'Own certificate and key: JKS, PKCS12 or PEM.',
  }),
  keystorePassword: param.text('rabbitmq.connection.ssl.keystore.password', {
    doc: 'Password of the keystore.',
    secret: true,
  }),
  truststore: param.text('rabbitmq.connection.ssl.truststore.location', {
    doc: 'Certificates that are trusted: JKS, PKCS12 or PEM.',
  }),
  truststorePassword: param.text('rabbitmq.connection.ssl.truststore.password', {
    doc: 'Password of the truststore.',
    secret: true,
  }),
  truststoreType: param.text('rabbitmq.connection.ssl.truststore.type', fileSays),
  keystoreType: param.text('rabbitmq.connection.ssl.keystore.type', fileSays),
  tlsVersion: param.text('rabbitmq.connection.ssl.version', { doc: 'Lowest TLS version, such as TLSv1.2.' }),
};

/** Queue, exchange and the binding between them. */
export interface TopologyConfig {
  readonly queue: string | undefined;
  readonly queueDeclare: boolean;
  readonly queueDurable: boolean;
  readonly queueExclusive: boolean;
  readonly queueAutoDelete: boolean;
  readonly queueArguments: ReadonlyMap<string, string>;
  readonly exchange: string | undefined;
  readonly exchangeType: string;
  readonly exchangeDeclare: boolean;
  readonly exchangeDurable: boolean;
  readonly exchangeAutoDelete: boolean;
  readonly exchangeArguments: ReadonlyMap<string, string>;
  readonly routingKey: string | undefined;
}

export const topologyParameters: ParametersFor<TopologyConfig> = {
  queue: param.text('rabbitmq.queue.name', { doc: 'The queue.' }),
  queueDeclare: param.boolean('rabbitmq.queue.autodeclare', {
    doc: 'Whether to make the queue when it is not there. One that is there is taken as it is.',
    default: true,
  }),
  queueDurable: param.boolean('rabbitmq.queue.durable', { doc: 'The queue survives the broker.', default: true }),
  queueExclusive: param.boolean('rabbitmq.queue.exclusive', {
    doc: 'The queue is for one connection and goes with it.',
    default: false,
  }),
  queueAutoDelete: param.boolean('rabbitmq.queue.auto.delete', {
    doc: 'The queue goes with its last consumer.',
    default: false,
  }),
  queueArguments: param.family('rabbitmq.queue.optional.', {
    doc: 'Arguments of the queue: rabbitmq.queue.optional.x-queue-type = quorum.',
  }),
  exchange: param.text('rabbitmq.exchange.name', { doc: 'An exchange that the queue is bound to.' }),
  exchangeType: param.text('rabbitmq.exchange.type', { doc: 'direct, fanout, topic, headers.', default: 'direct' }),
  exchangeDeclare: param.boolean('rabbitmq.exchange.autodeclare', {
    doc: 'Whether to make the exchange when it is not there.',
    default: true,
  }),
  exchangeDurable: param.boolean('rabbitmq.exchange.durable', {
    doc: 'The exchange survives the broker.',
    default: true,
  }),
  exchangeAutoDelete: param.boolean('rabbitmq.exchange.auto.delete', {
    doc: 'The exchange goes with its last binding.',
    default: false,
  }),
  exchangeArguments: param.family('rabbitmq.exchange.optional.', { doc: 'Arguments of the exchange.' }),
  routingKey: param.text('rabbitmq.queue.routing.key', {
    doc: 'Key of the binding, and of what is sent; the name of the queue when it is not given.',
  }),
};
