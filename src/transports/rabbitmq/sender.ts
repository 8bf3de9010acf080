import type { ConsumeMessage } from 'amqplib';
import { param, type ParametersFor } from '../../artifacts/parameters.ts';
import { systemClock, type Clock } from '../../clock.ts';
import type { Outgoing, Sender } from '../../engine/ports.ts';
import { Fault } from '../../errors.ts';
import type { Message } from '../../message/message.ts';
import { readAddress } from '../address-parameters.ts';
import { withFactory, type Deployment } from '../connection-factories.ts';
import { KeptOpen } from '../kept-open.ts';
import { ReplyWait } from '../reply-wait.ts';
import { isTrue } from '../http/headers.ts';
import { messageOf } from './incoming.ts';
import { write } from './outgoing.ts';
import { serverParameters, topologyParameters, type ServerConfig, type TopologyConfig } from './parameters.ts';
import { openPublisher, type Publisher } from './publisher.ts';
import { connectRabbit, explain, serverName, type RabbitConnection } from './server.ts';
import { prepareTopology } from './topology.ts';

interface SenderConfig extends ServerConfig, TopologyConfig {
  readonly deliveryMode: number;
  readonly mandatory: boolean | undefined;
  readonly messageType: string | undefined;
  readonly replyTo: string | undefined;
  /** Milliseconds. */
  readonly replyTimeout: number;
  readonly confirmTimeout: number;
  readonly confirms: boolean;
}

/** What stands after the question mark of rabbitmq:/?. Source: RabbitMQSender, RabbitMQMessageSender. */
export const senderParameters: ParametersFor<SenderConfig> = {
  ...serverParameters,
  ...topologyParameters,
  deliveryMode: param.integer('rabbitmq.queue.delivery.mode', {
    doc: '2: the message survives the broker. 1: it need not.',
    default: 2,
    min: 1,
    max: 2,
  }),
  mandatory: param.boolean('gantry.rabbitmq.mandatory', {
    doc: 'Whether a message that no queue takes is a fault; so by default when a queue is named.',
  }),
  messageType: param.text('rabbitmq.message.type', { doc: 'The property "type" of the message.' }),
  replyTo: param.text('rabbitmq.replyto.name', {
    doc: 'Queue that answers come to; amq.rabbitmq.reply-to needs none. With it the answer is waited for, unless OUT_ONLY.',
  }),
  replyTimeout: param.integer('rabbitmq.wait.reply.timeout', {
    doc: 'Milliseconds to wait for the answer; the axis2 property RABBITMQ_WAIT_REPLY wins.',
    default: 30_000,
    min: 1,
  }),
  confirmTimeout: param.integer('rabbitmq.publisher.confirms.wait.timeout', {
    doc: "Milliseconds to wait for the broker's confirm; the axis2 property RABBITMQ_WAIT_CONFIRMS wins.",
    default: 30_000,
    min: 1,
  }),
  confirms: param.boolean('rabbitmq.publisher.confirms.enabled', {
    doc: 'Read and not used: the confirm of the broker is always waited for.',
    default: true,
  }),
};

/** A connection for sending, with what was prepared on it. */
interface Line {
  readonly connection: RabbitConnection;
  readonly publisher: Publisher;
  readonly broken: Promise<never>;
  readonly prepared: Map<string, Promise<void>>;
  readonly replies: Map<string, Promise<ReplyWait<ConsumeMessage>>>;
  close(): Promise<void>;
}

/** Sends to rabbitmq:/?... and waits until the broker has the message; for an answer when a reply queue is named. */
export function createRabbitmqSender(deployment: Deployment = {}, clock: Clock = systemClock): Sender {
  const lines = new KeptOpen<Line>();
  return {
    schemes: ['rabbitmq'],
    send: (outgoing) => send(outgoing, lines, deployment, clock),
    close: () => lines.close(),
  };
}

async function send(
  outgoing: Outgoing,
  lines: KeptOpen<Line>,
  deployment: Deployment,
  clock: Clock,
): Promise<Message | undefined> {
  const { url, message, signal } = outgoing;
  const config = readAddress(senderParameters, url, (given) => withFactory('rabbitmq', 'sender', given, deployment));
  const said = (name: string): string | undefined => {
    const value = message.axis2.get(name) ?? message.headers.get(name);
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  };
  const exchange = config.exchange ?? '';
  const routingKey = config.routingKey ?? said('rabbitmq.queue.routing.key') ?? config.queue ?? '';
  const { content, options } = await write(message, signal);
  const line = await lines
    .get(lineKey(config), () => openLine(config))
    .catch((error: unknown) => {
      throw new Fault('CONNECTION_FAILED', {
        text: `${serverName(config)}: ${explain(error)}`,
        cause: error,
        retry: 'again',
      });
    });
  await prepared(line, config);
  const replyTo = config.replyTo ?? said('RABBITMQ_REPLY_TO');
  const waits = replyTo !== undefined && !isTrue(message.properties.get('OUT_ONLY'));
  const publishing = {
    ...options,
    persistent: config.deliveryMode === 2,
    mandatory: config.mandatory ?? config.queue !== undefined,
    ...(config.messageType === undefined ? {} : { type: config.messageType }),
    ...(replyTo === undefined ? {} : { replyTo, correlationId: options.correlationId ?? crypto.randomUUID() }),
  };
  message.conversation.fence?.assert();
  const confirmMs = Number(said('RABBITMQ_WAIT_CONFIRMS')) || config.confirmTimeout;
  const publish = (): Promise<void> =>
    within(clock, confirmMs, line.publisher.publish(exchange, routingKey, content, publishing), config);
  if (!waits) {
    await publish();
    return undefined;
  }
  const replies = await repliesAt(line, replyTo);
  const timeoutMs = Number(said('RABBITMQ_WAIT_REPLY')) || config.replyTimeout;
  const coming = replies.forReply(publishing.correlationId!, { clock, timeoutMs, signal, place: `queue ${replyTo}` });
  // Looked at below; a publish that fails first must not leave it alone.
  coming.catch(() => {});
  await publish();
  const answer = messageOf(await Promise.race([coming, line.broken]), {
    name: 'reply',
    environment: message.environment,
  });
  return message.reply(answer.body, answer.headers);
}

async function openLine(config: SenderConfig): Promise<Line> {
  const connection = await connectRabbit(config, 'sender');
  const publisher = await openPublisher(connection);
  const broken = publisher.broken.catch((error: unknown) => {
    // A channel that ended takes its connection along: the next message finds both anew.
    void connection.close();
    throw new Fault('CONNECTION_CLOSED', {
      text: `${serverName(config)}: ${explain(error)}`,
      cause: error,
      retry: 'again',
    });
  });
  broken.catch(() => {});
  return {
    connection,
    publisher,
    broken,
    prepared: new Map(),
    replies: new Map(),
    close: () => connection.close(),
  };
}

/** Queue, exchange and binding are looked at once per connection. */
function prepared(line: Line, config: TopologyConfig): Promise<void> {
  const key = JSON.stringify([config.queue, config.exchange, config.routingKey]);
  const known = line.prepared.get(key);
  if (known) return known;
  const preparing = prepareTopology(line.connection, config).catch((error: unknown) => {
    line.prepared.delete(key);
    throw new Fault('SEND_FAILED', { text: explain(error) ?? String(error), cause: error });
  });
  line.prepared.set(key, preparing);
  return preparing;
}

/** One consumer per reply queue. What another replica waits for is given back to the queue. */
function repliesAt({ publisher, replies }: Line, queue: string): Promise<ReplyWait<ConsumeMessage>> {
  const known = replies.get(queue);
  if (known) return known;
  const direct = queue === 'amq.rabbitmq.reply-to';
  const { channel } = publisher;
  const opening = (async () => {
    const waiting = new ReplyWait<ConsumeMessage>();
    await channel.consume(
      queue,
      (item) => {
        if (!item) return;
        const mine = waiting.arrived(String(item.properties.correlationId), item);
        if (direct) return;
        if (mine) channel.ack(item);
        else channel.reject(item, true);
      },
      { noAck: direct },
    );
    return waiting;
  })();
  replies.set(queue, opening);
  return opening;
}

async function within(clock: Clock, ms: number, work: Promise<void>, config: ServerConfig): Promise<void> {
  const late = Promise.withResolvers<never>();
  const cancel = clock.after(ms, () =>
    late.reject(
      new Fault('CONNECTION_TIMEOUT', {
        text: `${serverName(config)} did not confirm the message within ${ms} ms.`,
        retry: 'again',
      }),
    ),
  );
  try {
    await Promise.race([work, late.promise]);
  } catch (error) {
    if (Fault.is(error)) throw error;
    throw new Fault('CONNECTION_CLOSED', {
      text: `${serverName(config)}: ${explain(error)}`,
      cause: error,
      retry: 'again',
    });
  } finally {
    cancel();
  }
}

function lineKey({ hosts, ports, vhost, user, password, tls }: SenderConfig): string {
  return JSON.stringify([hosts, ports, vhost, user, password, tls]);
}
