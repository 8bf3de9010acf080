import { param, type ParametersFor } from '../../artifacts/parameters.ts';

/**
 * The parameters of the JMS transport, by MI's names and with its defaults unless the text says otherwise.
 * Source: wso2-axis2-transports JMSConstants; wso2-synapse, JMS inbound endpoint.
 */

/** Where the broker is, as JNDI says it. */
export interface JndiConfig {
  readonly initialFactory: string | undefined;
  readonly providerUrl: string | undefined;
  readonly factoryName: string;
  /** Ours: wins over everything that JNDI says. */
  readonly amqpUrl: string | undefined;
  readonly connectionFactories: ReadonlyMap<string, string>;
  /** JNDI names of queues and topics, and what the broker calls them. */
  readonly queues: ReadonlyMap<string, string>;
  readonly topics: ReadonlyMap<string, string>;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly trusted: string | undefined;
  readonly trustedPassword: string | undefined;
  readonly certificate: string | undefined;
  readonly certificatePassword: string | undefined;
  /** Of a certificate in PEM. */
  readonly key: string | undefined;
}

export const jndiParameters: ParametersFor<JndiConfig> = {
  initialFactory: param.text('java.naming.factory.initial', {
    doc: 'The JNDI factory. It says whose broker it is: ActiveMQ, Artemis, Qpid. IBM MQ, Tibco and WebLogic cannot be reached.',
  }),
  providerUrl: param.text('java.naming.provider.url', {
    doc: 'tcp://host:61616, failover:(...), ssl://, amqp://, amqps://; a jndi.properties file is not read.',
  }),
  factoryName: param.text('transport.jms.ConnectionFactoryJNDIName', {
    doc: 'Which of the connectionfactory.* parameters holds, where there are some.',
    default: 'QueueConnectionFactory',
  }),
  amqpUrl: param.text('gantry.jms.amqp.url', {
    doc: 'Address of the AMQP 1.0 port, where the provider URL names another one: amqp://broker:5672.',
  }),
  connectionFactories: param.family('connectionfactory.', {
    doc: 'Connection factories of Qpid and Andes by JNDI name, with the URL of the broker.',
  }),
  queues: param.family('queue.', { doc: 'Queues by JNDI name: queue.Orders = shop.orders.' }),
  topics: param.family('topic.', { doc: 'Topics by JNDI name.' }),
  user: param.text('transport.jms.UserName', { doc: 'User.' }),
  password: param.text('transport.jms.Password', { doc: 'Password.', secret: true }),
  trusted: param.text('gantry.jms.tls.ca', { doc: 'Certificates that are trusted: JKS, PKCS12 or PEM.' }),
  trustedPassword: param.text('gantry.jms.tls.ca.password', { doc: 'Password of that file.', secret: true }),
  certificate: param.text('gantry.jms.tls.cert', { doc: 'Own certificate and key: JKS, PKCS12 or PEM.' }),
  certificatePassword: param.text('gantry.jms.tls.password', { doc: 'Password of that file.', secret: true }),
  key: param.text('gantry.jms.tls.key', { doc: 'Key of a certificate in PEM, where it is a file of its own.' }),
};
