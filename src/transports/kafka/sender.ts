import { param, type ParametersFor } from '../../artifacts/parameters.ts';
import { systemClock, type Clock } from '../../clock.ts';
import type { Outgoing, Sender } from '../../engine/ports.ts';
import { Fault } from '../../errors.ts';
import { readAddress } from '../address-parameters.ts';
import { KeptOpen } from '../kept-open.ts';
import type { KafkaConnections } from './connections.ts';
import { Line, type LineOptions } from './line.ts';
import { recordOf } from './outgoing.ts';
import { serverParameters, type ServerConfig } from './parameters.ts';
import { checkServer, clientOptions, explain, isKafkaError, serverName } from './server.ts';

interface SenderConfig extends ServerConfig {
  readonly acks: 'all' | '-1' | '1' | '0';
  readonly idempotence: boolean;
  readonly key: string | undefined;
  readonly compression: LineOptions['compression'];
  readonly deliveryTimeout: number;
  readonly connection: string | undefined;
}

/** What stands after the question mark of kafka:/topic?; ours, by the names of Kafka's own producer. */
export const senderParameters: ParametersFor<SenderConfig> = {
  ...serverParameters,
  acks: param.oneOf('acks', ['all', '-1', '1', '0'], {
    doc: 'Who must have the message before it counts as sent: all replicas in sync, the leader (1), nobody (0).',
    default: 'all',
  }),
  idempotence: param.boolean('enable.idempotence', {
    doc: 'Whether a message that is sent again because its answer was lost is there once. With acks=all only.',
    default: true,
  }),
  key: param.text('key', { doc: 'Key of the messages; the axis2 property kafka.key wins.' }),
  compression: param.oneOf('compression.type', ['none', 'gzip', 'snappy', 'lz4', 'zstd'], {
    doc: 'How messages that go together are compressed.',
    default: 'none',
  }),
  deliveryTimeout: param.integer('delivery.timeout.ms', {
    doc: 'Milliseconds a message waits for a leader that takes it, once a broker was reached. Kafka: 120000.',
    default: 30_000,
    min: 1,
  }),
  connection: param.text('gantry.kafka.connection', {
    doc: 'A local entry with a kafkaTransport.init, which says the rest.',
  }),
};

/** Sends to kafka:/topic?bootstrap.servers=host:port and waits until the brokers have the message. */
export function createKafkaSender(connections: KafkaConnections = new Map(), clock: Clock = systemClock): Sender {
  const lines = new KeptOpen<Line>();
  return {
    schemes: ['kafka'],
    send: (outgoing) => send(outgoing, lines, connections, clock),
    close: () => lines.close(),
  };
}

async function send(
  { url, message, signal }: Outgoing,
  lines: KeptOpen<Line>,
  connections: KafkaConnections,
  clock: Clock,
): Promise<undefined> {
  const config = readAddress(senderParameters, url, (given) => withConnection(given, connections));
  const topic = decodeURIComponent(url.pathname.replace(/^\/+/, ''));
  if (topic === '')
    throw new Fault('SEND_FAILED', { text: 'The address names no topic: write kafka:/topic?bootstrap.servers=...' });
  const record = await recordOf(message, topic, config.key, signal);
  const line = await lines.get(url.search, () => openLine(config, url, clock));
  message.conversation.fence?.assert();
  const { partition, offset } = await line.send(record);
  // Not kafka.partition, which says where to: the next message would follow.
  message.axis2.set('kafka.stored.partition', partition);
  if (offset !== undefined) message.axis2.set('kafka.stored.offset', Number(offset));
  return undefined;
}

/** What the address says wins over the connection it names. */
function withConnection(
  given: ReadonlyMap<string, string>,
  connections: KafkaConnections,
): ReadonlyMap<string, string> {
  const name = given.get('gantry.kafka.connection');
  if (name === undefined) return given;
  const connection = connections.get(name);
  if (!connection)
    throw new Fault('SEND_FAILED', {
      text: `There is no Kafka connection ${name}: it is a local entry of that key with a kafkaTransport.init in it.`,
    });
  return new Map([...connection, ...given]);
}

/** What cannot work is told here, not for each message: keystores are read for that. */
async function openLine(config: SenderConfig, url: URL, clock: Clock): Promise<Line> {
  const [problem] = checkServer(config, { file: url.href, line: 1, column: 1 });
  if (problem) throw new Fault('SEND_FAILED', { text: `${problem.text} ${problem.hint}` });
  const kafka = await import('@platformatic/kafka');
  const acks = config.acks === 'all' ? -1 : Number(config.acks);
  const options = { ...(await clientOptions(config, 'gantry')), retries: true, retryDelay: 200 };
  return new Line(new kafka.Producer(options), {
    acks,
    idempotent: acks === -1 && config.idempotence,
    compression: config.compression,
    deliveryTimeout: config.deliveryTimeout,
    clock,
    // The same key is in the same partition as with Kafka's own clients.
    partitionOf: (key, count) => kafka.compatibilityPartitioner({ topic: '' }, key) % count,
    faultOf: (error) => faultOf(error, config),
    noPartition: (topic, partition, count) =>
      new Fault('SEND_FAILED', {
        text: `${serverName(config)}: topic ${topic} has ${count} partitions; there is no ${partition} (kafka.partition).`,
      }),
  });
}

function faultOf(error: unknown, config: SenderConfig): Fault {
  const text = `${serverName(config)}: ${explain(error, config)}`;
  const refused = isKafkaError(error, 'MESSAGE_TOO_LARGE', 'TOPIC_AUTHORIZATION_FAILED', 'UNKNOWN_TOPIC_OR_PARTITION');
  if (refused) return new Fault('SEND_FAILED', { text, cause: error });
  return new Fault('CONNECTION_FAILED', { text, cause: error, retry: 'again' });
}
