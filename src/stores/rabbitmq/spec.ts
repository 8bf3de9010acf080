import { param } from '../../artifacts/parameters.ts';
import { defineStore, type StoreKind } from '../store-kind.ts';
import { queueStore } from '../queue-store.ts';

const fileSays = { doc: 'Accepted: the file itself says what it is.' };

export const rabbitmq: StoreKind = defineStore({
  name: 'rabbitmq',
  summary: 'Keeps messages in a queue of a RabbitMQ broker.',
  notes:
    'A message is stored when the broker has confirmed it. The body stays readable for other clients of the queue; MI ' +
    'cannot read it, nor Gantry what MI stored: that is a Java object. To browse a message hides it from others for a moment, and marks it as redelivered.',
  // Source: Synapse RabbitMQStore, and the older name that artifacts still carry.
  classes: [
    'org.apache.synapse.message.store.impl.rabbitmq.RabbitMQStore',
    'org.apache.synapse.message.store.impl.rabbitmq.RabbitmqStore',
    'org.apache.synapse.message.store.rabbitmq.RabbitMQStore',
  ],
  durability: 'durable',
  parameters: {
    hosts: param.list('store.rabbitmq.host.name', { doc: 'Hosts, in the order they are tried; localhost.' }),
    ports: param.list('store.rabbitmq.host.port', { doc: 'Port of each host; 5672, or 5671 with TLS.' }),
    queue: param.text('store.rabbitmq.queue.name', { doc: "The queue; the store's name when it is not given." }),
    exchange: param.text('store.rabbitmq.exchange.name', {
      doc: 'Exchange that messages are put to; the queue is bound to it.',
    }),
    routingKey: param.text('store.rabbitmq.route.key', {
      doc: 'Routing key; the name of the queue when it is not given.',
    }),
    user: param.text('store.rabbitmq.username', { doc: 'User.', default: 'guest' }),
    password: param.text('store.rabbitmq.password', { doc: 'Password.', default: 'guest', secret: true }),
    vhost: param.text('store.rabbitmq.virtual.host', { doc: 'Virtual host.', default: '/' }),
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
    keystoreType: param.text('rabbitmq.connection.ssl.keystore.type', fileSays),
    truststoreType: param.text('rabbitmq.connection.ssl.truststore.type', fileSays),
    tlsVersion: param.text('rabbitmq.connection.ssl.version', { doc: 'Lowest TLS version, such as TLSv1.2.' }),
    retryInterval: param.integer('rabbitmq.connection.retry.interval', {
      doc: 'Read and not used: who stores or takes a message tries again at its own pace.',
      default: 30_000,
    }),
    retryCount: param.integer('rabbitmq.connection.retry.count', { doc: 'Read and not used.', default: 3 }),
  },
  open(config, { name, queues }) {
    return queueStore(name, queues.rabbitmq({ ...config, name: config.queue ?? name }));
  },
});
