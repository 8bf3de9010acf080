/**
 * Connection factories of deployment.toml, which artifacts name instead of saying where a broker is:
 *
 *   [[transport.rabbitmq.listener]]
 *   name = "AMQPConnectionFactory"
 *   parameters.hostname = "broker"
 *
 * MQTT has one, written in one table:
 *
 *   [transport.mqtt]
 *   listener.connection_factory = "mqttConFactory"
 *   listener.hostname = "broker"
 *
 * Source: MI's configuration catalogue, "RabbitMQ listener/sender", "JMS listener/sender", "MQTT transport".
 */
export type Deployment = Readonly<Record<string, unknown>>;

/** What MI's short names stand for. A full name may be written too, in quotes. */
const shortNames = {
  rabbitmq: {
    hostname: 'rabbitmq.server.host.name',
    port: 'rabbitmq.server.port',
    username: 'rabbitmq.server.user.name',
    password: 'rabbitmq.server.password',
    virtual_host: 'rabbitmq.server.virtual.host',
    retry_interval: 'rabbitmq.connection.retry.interval',
    retry_count: 'rabbitmq.connection.retry.count',
    heartbeat: 'rabbitmq.factory.heartbeat',
    connection_timeout: 'rabbitmq.factory.connection.timeout',
    ssl_enable: 'rabbitmq.connection.ssl.enabled',
    ssl_version: 'rabbitmq.connection.ssl.version',
    keystore_location: 'rabbitmq.connection.ssl.keystore.location',
    keystore_type: 'rabbitmq.connection.ssl.keystore.type',
    keystore_password: 'rabbitmq.connection.ssl.keystore.password',
    truststore_location: 'rabbitmq.connection.ssl.truststore.location',
    truststore_type: 'rabbitmq.connection.ssl.truststore.type',
    truststore_password: 'rabbitmq.connection.ssl.truststore.password',
  },
  jms: {
    initial_naming_factory: 'java.naming.factory.initial',
    provider_url: 'java.naming.provider.url',
    connection_factory_name: 'transport.jms.ConnectionFactoryJNDIName',
    connection_factory_type: 'transport.jms.ConnectionFactoryType',
    jms_spec_version: 'transport.jms.JMSSpecVersion',
    username: 'transport.jms.UserName',
    password: 'transport.jms.Password',
    destination: 'transport.jms.Destination',
    destination_type: 'transport.jms.DestinationType',
    client_id: 'transport.jms.DurableSubscriberClientID',
    subscription_durable: 'transport.jms.SubscriptionDurable',
    session_transacted: 'transport.jms.SessionTransacted',
    session_acknowledgement: 'transport.jms.SessionAcknowledgement',
    cache_level: 'transport.jms.CacheLevel',
    receive_timeout: 'transport.jms.ReceiveTimeout',
    concurrent_consumers: 'transport.jms.ConcurrentConsumers',
    reply_destination: 'transport.jms.ReplyDestination',
    reply_destination_type: 'transport.jms.ReplyDestinationType',
  },
  mqtt: {
    hostname: 'mqtt.server.host.name',
    server_port: 'mqtt.server.port',
    client_id: 'mqtt.client.id',
    topic_name: 'mqtt.topic.name',
    subscription_qos: 'mqtt.subscription.qos',
    session_clean: 'mqtt.session.clean',
    enable_ssl: 'mqtt.ssl.enable',
    subscription_username: 'mqtt.subscription.username',
    subscription_password: 'mqtt.subscription.password',
    temporary_store_directory: 'mqtt.temporary.store.directory',
    connect_type: 'mqtt.content.type',
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;

const namedBy = {
  rabbitmq: 'rabbitmq.connection.factory',
  jms: 'transport.jms.ConnectionFactory',
  mqtt: 'mqtt.connection.factory',
} as const;

/** The parameters with those of the factory they name; what is given wins. The very same when they name none of them. */
export function withFactory(
  protocol: keyof typeof namedBy,
  direction: 'listener' | 'sender',
  given: ReadonlyMap<string, string>,
  deployment: Deployment,
): ReadonlyMap<string, string> {
  const name = given.get(namedBy[protocol])?.trim();
  if (name === undefined || name === '') return given;
  const transport = tableOf(tableOf(deployment['transport'])[protocol]);
  const factory = [transport[direction]]
    .flat()
    .map(tableOf)
    .find((one) => (one['name'] ?? one['connection_factory']) === name);
  if (!factory) return given;
  const short: Readonly<Record<string, string>> = shortNames[protocol];
  const beside = Object.entries(flat(factory)).filter(([key, value]) => Object.hasOwn(short, key) && value !== '');
  const inside = [factory['parameter'], factory['parameters']].flatMap((table) => Object.entries(flat(tableOf(table))));
  const parameters = [...beside, ...inside];
  return new Map([...parameters.map(([key, value]) => [short[key] ?? key, value] as const), ...given]);
}

/** parameters.a.b = 1 arrives as tables within tables. */
function flat(table: Deployment, prefix = ''): Readonly<Record<string, string>> {
  const out: Record<string, string> = {};
  for (const [key, value] of Object.entries(table)) {
    if (typeof value === 'object' && value !== null) Object.assign(out, flat(tableOf(value), `${prefix}${key}.`));
    else out[prefix + key] = String(value);
  }
  return out;
}

function tableOf(value: unknown): Deployment {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Deployment) : {};
}
