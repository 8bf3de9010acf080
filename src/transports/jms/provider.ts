import type { JndiConfig } from './parameters.ts';

/** One place where a broker may speak AMQP 1.0. */
export interface Place {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

export interface Provider {
  /** In the order they are tried. */
  readonly places: readonly Place[];
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** From jms.redeliveryPolicy.* of the URL, which ActiveMQ Classic leaves to its clients. */
  readonly redeliveries: number | undefined;
  readonly redeliveryDelayMs: number | undefined;
}

export interface Refusal {
  readonly text: string;
  readonly hint: string;
}

/** JNDI factories of brokers whose protocol is their own, or kept behind Java. */
const unreachable: readonly (readonly [RegExp, string])[] = [
  [/ibm|RefFSContextFactory|fscontext/i, 'IBM MQ'],
  [/tibco|tibjms/i, 'Tibco EMS'],
  [/weblogic/i, 'WebLogic JMS'],
  [/oracle/i, 'Oracle AQ'],
  [/jboss|wildfly|jnp/i, 'JBoss remoting'],
  [/hornetq/i, 'HornetQ'],
];

const amqpPort = 5_672;
const amqpsPort = 5_671;

/**
 * JMS is an interface of Java, not a protocol: what JNDI says is turned into an address that speaks AMQP 1.0.
 * tcp:// and ssl:// are ports of ActiveMQ. Artemis answers AMQP on all its ports by default; Classic on 5672 only, so
 * that is tried on the same host afterwards.
 */
export function providerOf(
  config: Pick<
    JndiConfig,
    'initialFactory' | 'providerUrl' | 'amqpUrl' | 'factoryName' | 'connectionFactories' | 'user' | 'password'
  >,
): Provider | Refusal {
  const { initialFactory = '', amqpUrl } = config;
  const written = amqpUrl ?? config.connectionFactories.get(config.factoryName) ?? config.providerUrl;
  if (amqpUrl === undefined) {
    const foreign = unreachable.find(([pattern]) => pattern.test(initialFactory));
    if (foreign)
      return {
        text: `${foreign[1]} (java.naming.factory.initial ${initialFactory}) has no AMQP 1.0 here: Gantry cannot reach it without Java.`,
        hint: 'Where the broker has an AMQP 1.0 port, name it: gantry.jms.amqp.url = amqp://broker:5672.',
      };
  }
  if (written === undefined)
    return {
      text: 'Nothing says where the broker is.',
      hint: 'Give java.naming.provider.url (tcp://broker:61616) or gantry.jms.amqp.url (amqp://broker:5672).',
    };
  const urls = splitUrls(written);
  if (urls.length === 0)
    return {
      text: `"${withoutPassword(written)}" is not the address of a broker.`,
      hint: 'A jndi.properties file is not read: write its connectionfactory.* line as a parameter, or give gantry.jms.amqp.url.',
    };
  const query = new URLSearchParams(written.split('?').slice(1).join('&'));
  const number = (name: string): number | undefined =>
    /^-?\d+$/.test(query.get(name) ?? '') ? Number(query.get(name)) : undefined;
  const named = urls.find(({ username }) => username !== '');
  return {
    places: urls.flatMap(placesOf),
    user: config.user ?? (named && decodeURIComponent(named.username)),
    password: config.password ?? (named && decodeURIComponent(named.password)),
    redeliveries: number('jms.redeliveryPolicy.maximumRedeliveries'),
    redeliveryDelayMs: number('jms.redeliveryPolicy.initialRedeliveryDelay'),
  };
}

export function isRefusal(provider: Provider | Refusal): provider is Refusal {
  return 'hint' in provider;
}

/** "amqp://broker:61616", for people. */
export function providerName({ places }: Provider): string {
  return places.map(placeName).join(',');
}

export function placeName({ host, port, tls }: Place): string {
  return `${tls ? 'amqps' : 'amqp'}://${host}:${port}`;
}

/** failover:(a,b)?x=y, fanout:, and Andes' brokerlist='...' hold several addresses. */
function splitUrls(written: string): readonly URL[] {
  const brokerList = /brokerlist='([^']*)'/.exec(written)?.[1];
  const credentials = /^(?:amqp):\/\/([^@/]+)@/.exec(written)?.[1];
  const bare = (brokerList ?? written).replace(/^(?:failover|fanout|discovery|amqpfailover):(?:\/\/)?/, '');
  const inside = /^\(([^)]*)\)/.exec(bare)?.[1] ?? bare;
  return inside
    .split(/[,;]/)
    .map((one) => one.trim())
    .filter((one) => /^(tcp|ssl|nio|nio\+ssl|amqp|amqps|amqp\+ssl|amqp\+nio):\/\/[^/]/.test(one) && URL.canParse(one))
    .map((one) => {
      const url = new URL(one);
      if (brokerList !== undefined && credentials !== undefined)
        [url.username, url.password] = credentials.split(':') as [string, string];
      return url;
    });
}

function placesOf(url: URL): readonly Place[] {
  const tls = /ssl|amqps/.test(url.protocol);
  const usual = tls ? amqpsPort : amqpPort;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const given = { host, port: Number(url.port) || usual, tls };
  const isAmqp = url.protocol.startsWith('amqp');
  return isAmqp || given.port === usual ? [given] : [given, { host, port: usual, tls }];
}

function withoutPassword(text: string): string {
  return text.replace(/:[^:@/]+@/g, ':***@');
}
