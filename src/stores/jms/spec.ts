import { param } from '../../artifacts/parameters.ts';
import { isBadPlace } from '../../engine/broker-queue.ts';
import { defineStore, type StoreKind } from '../store-kind.ts';
import { queueStore } from '../queue-store.ts';

export const jms: StoreKind = defineStore({
  name: 'jms',
  summary: 'Keeps messages in a queue of a JMS broker, by AMQP 1.0.',
  notes:
    'A message is stored when the broker has settled it. The body stays readable for other clients of the queue; MI ' +
    'cannot read it, nor Gantry what MI stored: that is a Java object. AMQP has no way to count: count looks at all.',
  // Source: Synapse JmsStore, and the older names that artifacts still carry.
  classes: [
    'org.apache.synapse.message.store.impl.jms.JmsStore',
    'org.wso2.carbon.message.store.persistence.jms.JMSMessageStore',
    'org.apache.synapse.message.store.impl.jms.JMSStore',
  ],
  durability: 'durable',
  parameters: {
    initialFactory: param.text('java.naming.factory.initial', {
      doc: 'The JNDI factory. It says whose broker it is: ActiveMQ, Artemis, Qpid. IBM MQ and Tibco cannot be reached.',
    }),
    providerUrl: param.text('java.naming.provider.url', {
      doc: 'tcp://host:61616, failover:(...), ssl://, amqp://, amqps://.',
    }),
    factoryName: param.text('store.jms.connection.factory', {
      doc: 'Which of the connectionfactory.* parameters holds, where there are some.',
      default: 'QueueConnectionFactory',
    }),
    amqpUrl: param.text('gantry.jms.amqp.url', {
      doc: 'Address of the AMQP 1.0 port, where the provider URL names another one.',
    }),
    connectionFactories: param.family('connectionfactory.', { doc: 'Connection factories by JNDI name.' }),
    queues: param.family('queue.', { doc: 'Queues by JNDI name.' }),
    queue: param.text('store.jms.destination', { doc: "The queue; the store's name when it is not given." }),
    user: param.text('store.jms.username', { doc: 'User.' }),
    password: param.text('store.jms.password', { doc: 'Password.', secret: true }),
    trusted: param.text('gantry.jms.tls.ca', { doc: 'Certificates that are trusted: JKS, PKCS12 or PEM.' }),
    trustedPassword: param.text('gantry.jms.tls.ca.password', { doc: 'Password of that file.', secret: true }),
    certificate: param.text('gantry.jms.tls.cert', { doc: 'Own certificate and key: JKS, PKCS12 or PEM.' }),
    certificatePassword: param.text('gantry.jms.tls.password', { doc: 'Password of that file.', secret: true }),
    key: param.text('gantry.jms.tls.key', { doc: 'Key of a certificate in PEM, where it is a file of its own.' }),
    specVersion: param.text(['store.jms.JMSSpecVersion', 'store.jms.jms.spec.version'], {
      doc: 'Read and not used.',
      default: '1.1',
    }),
    cacheConnection: param.boolean('store.jms.cache.connection', {
      doc: 'Read and not used: the connection is always kept.',
      default: false,
    }),
    receiveTimeout: param.integer('store.jms.ConsumerReceiveTimeOut', { doc: 'Read and not used.', default: 6_000 }),
  },
  check(config, { name, at, queues }) {
    const queue = queues.jms({ ...config, name: config.queue ?? name });
    return isBadPlace(queue) ? [{ code: 'UNSUPPORTED_STORE', level: 'error', at, ...queue }] : [];
  },
  open(config, { name, queues }) {
    const queue = queues.jms({ ...config, name: config.queue ?? name });
    if (isBadPlace(queue)) throw new Error(queue.text);
    return queueStore(name, queue);
  },
});
