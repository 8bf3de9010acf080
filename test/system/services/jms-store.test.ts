/** ARTEMIS_AMQP_URL and ACTIVEMQ_AMQP_URL name brokers that make queues when they are first used. */
import { openAsWritten } from '../../../src/stores/fixtures.ts';
import { brokerQueues } from '../../../src/transports/index.ts';
import { storeConformance } from '../../conformance/store.ts';

for (const [name, variable] of [
  ['Artemis', 'ARTEMIS_AMQP_URL'],
  ['ActiveMQ Classic', 'ACTIVEMQ_AMQP_URL'],
] as const) {
  const server = process.env[variable];
  const absent = server === undefined && `${variable} names no server`;
  storeConformance(`JMS, ${name}`, { absent, isShared: true, refusesStaleHolders: false, removesAny: false }, () => {
    const { host, username, password } = new URL(server!);
    const parameters = {
      'java.naming.factory.initial': 'org.apache.activemq.jndi.ActiveMQInitialContextFactory',
      'java.naming.provider.url': `tcp://${host}`,
      'store.jms.destination': `gantry-store-${process.pid}`,
      'store.jms.username': username,
      'store.jms.password': password,
      'store.jms.JMSSpecVersion': '1.1',
    };
    return {
      open: () =>
        openAsWritten('org.apache.synapse.message.store.impl.jms.JmsStore', parameters, { queues: brokerQueues }),
      close: () => {},
    };
  });
}
