import type { MessageToProduce, Producer } from '@platformatic/kafka';
import { param, type ParametersFor } from '../../artifacts/parameters.ts';
import type { Outgoing, Sender } from '../../engine/ports.ts';
import { Fault } from '../../errors.ts';
import { readAddress } from '../address-parameters.ts';
import { KeptOpen, type Breakable } from '../kept-open.ts';
import { recordOf } from './outgoing.ts';
import { serverParameters, type ServerConfig } from './parameters.ts';
import { checkServer, clientOptions, explain, isKafkaError, serverName } from './server.ts';

interface SenderConfig extends ServerConfig {
  readonly acks: 'all' | '-1' | '1' | '0';
  readonly idempotence: boolean;
  readonly key: string | undefined;
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
};

/** Sends to kafka:/topic?bootstrap.servers=host:port and waits until the brokers have the message. */
export function createKafkaSender(): Sender {
  const lines = new KeptOpen<Line>();
  return {
    schemes: ['kafka'],
    send: (outgoing) => send(outgoing, lines),
    close: () => lines.close(),
  };
}

async function send({ url, message, signal }: Outgoing, lines: KeptOpen<Line>): Promise<undefined> {
  const config = readAddress(senderParameters, url);
  const topic = decodeURIComponent(url.pathname.replace(/^\/+/, ''));
  const [problem] = checkServer(config, { file: url.href, line: 1, column: 1 });
  if (problem) throw new Fault('SEND_FAILED', { text: `${problem.text} ${problem.hint}` });
  if (topic === '')
    throw new Fault('SEND_FAILED', { text: 'The address names no topic: write kafka:/topic?bootstrap.servers=...' });
  const record = await recordOf(message, topic, config.key, signal);
  const line = await lines.get(url.search, () => openLine(config));
  message.conversation.fence?.assert();
  await line.send(record);
  return undefined;
}

/** A producer, with what waits for its turn. */
class Line implements Breakable {
  readonly #producer: Producer;
  readonly #config: SenderConfig;
  readonly #broken = Promise.withResolvers<never>();
  #waiting: { readonly record: MessageToProduce; readonly sent: PromiseWithResolvers<void> }[] = [];
  #sending = false;

  constructor(producer: Producer, config: SenderConfig) {
    this.#producer = producer;
    this.#config = config;
    this.#broken.promise.catch(() => {});
    producer.on('error', () => {});
  }

  get broken(): Promise<never> {
    return this.#broken.promise;
  }

  /** What comes while a request is under way goes with the next one, all together. */
  send(record: MessageToProduce): Promise<void> {
    const sent = Promise.withResolvers<void>();
    this.#waiting.push({ record, sent });
    if (!this.#sending) void this.#sendAll();
    return sent.promise;
  }

  async #sendAll(): Promise<void> {
    this.#sending = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        const acks = this.#config.acks === 'all' ? -1 : Number(this.#config.acks);
        await this.#producer.send({
          messages: batch.map(({ record }) => record),
          acks,
          ...(acks === -1 && this.#config.idempotence ? { idempotent: true } : {}),
        });
        for (const { sent } of batch) sent.resolve();
      } catch (error) {
        const fault = faultOf(error, this.#config);
        for (const { sent } of batch) sent.reject(fault);
        // A new producer begins with a clean slate: one that is idempotent cannot go on after a gap.
        this.#broken.reject(fault);
        await this.close();
      }
    }
    this.#sending = false;
  }

  async close(): Promise<void> {
    await this.#producer.close(true).catch(() => {});
  }
}

async function openLine(config: SenderConfig): Promise<Line> {
  const kafka = await import('@platformatic/kafka');
  const options = { ...(await clientOptions(config, 'gantry')), retryDelay: 200 };
  return new Line(new kafka.Producer(options), config);
}

function faultOf(error: unknown, config: SenderConfig): Fault {
  const text = `${serverName(config)}: ${explain(error)}`;
  const refused = isKafkaError(error, 'MESSAGE_TOO_LARGE', 'TOPIC_AUTHORIZATION_FAILED', 'UNKNOWN_TOPIC_OR_PARTITION');
  if (refused) return new Fault('SEND_FAILED', { text, cause: error });
  return new Fault('CONNECTION_FAILED', { text, cause: error, retry: 'again' });
}
