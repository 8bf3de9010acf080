import type { Channel, ConsumeMessage } from 'amqplib';
import type { Singleton, Term } from '../../engine/ports.ts';
import type { Message } from '../../message/message.ts';
import type { ConsumerParts } from '../inbound-kind.ts';
import { Doubtful } from '../doubtful.ts';
import { InHand } from '../in-hand.ts';
import { keepConnected } from '../reconnecting.ts';
import { messageOf, type Incoming } from './incoming.ts';
import { write } from './outgoing.ts';
import { openPublisher, type Publisher } from './publisher.ts';
import { connectRabbit, explain, openChannel, serverName, type RabbitConnection } from './server.ts';
import type { RabbitmqConfig } from './spec.ts';
import { Throttle } from './throttle.ts';
import { prepareTopology } from './topology.ts';
import { deathsOf, verdictOn } from './verdict.ts';

/** What is sent ahead when the parameter asks for all that waits. */
const usualPrefetch = 100;
/** Until another replica's exclusive consumer is gone. */
const askAgainMs = 250;

/** Consumes a queue until the term ends, and finds the broker again whenever it is away. */
export function consumeRabbitmq(config: RabbitmqConfig, parts: ConsumerParts): Singleton['run'] {
  return (term) => {
    const doubtful = new Doubtful();
    const { throttleMode: mode, throttleUnit: unit, throttleCount: count } = config;
    const throttle = config.throttled ? new Throttle({ mode, unit, count }) : undefined;
    const session = (established: () => void, signal: AbortSignal): Promise<void> => {
      doubtful.reconnected();
      return consumeOnce({ config, parts, term, doubtful, throttle }, established, signal);
    };
    return keepConnected(session, {
      signal: term.signal,
      clock: parts.clock,
      standing: parts.standing,
      log: parts.log,
      server: serverName(config),
      firstMs: Math.min(config.recoveryInterval, config.retryInterval),
      longestMs: config.retryInterval,
      explain,
    });
  };
}

interface Consuming {
  readonly config: RabbitmqConfig;
  readonly parts: ConsumerParts;
  readonly term: Term;
  readonly doubtful: Doubtful;
  readonly throttle: Throttle | undefined;
}

async function consumeOnce(consuming: Consuming, established: () => void, signal: AbortSignal): Promise<void> {
  const { config, parts, term } = consuming;
  const connection = await connectRabbit(config, parts.name);
  // A term that ended while the connection was made has nothing to lose.
  const ended = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  try {
    await prepareTopology(connection, config);
    const consumer = await beginConsuming(consuming, connection, ended);
    if (!consumer) return;
    established();
    try {
      await Promise.race([ended, consumer.broken]);
    } catch (error) {
      consumer.inHand.abandon(error as Error);
      throw error;
    }
    if (!term.valid()) return connection.destroy();
    await Promise.race([consumer.stop(), consumer.broken]).catch(() => {});
  } finally {
    if (term.valid()) await connection.close();
    else connection.destroy();
  }
}

interface Consumer {
  readonly inHand: InHand<ConsumeMessage>;
  readonly broken: Promise<never>;
  /** Takes nothing more and finishes what is in hand; the broker gets the rest back with the end of the connection. */
  stop(): Promise<void>;
}

/**
 * Alone on the queue, unless replicas share it: the broker refuses an exclusive consumer while another is there, which
 * keeps a holder that does not know yet that its term is lost apart from the next one. Undefined when the term ends first.
 */
async function beginConsuming(
  consuming: Consuming,
  connection: RabbitConnection,
  ended: Promise<void>,
): Promise<Consumer | undefined> {
  const { config, parts, term } = consuming;
  let isOver = false;
  void ended.then(() => (isOver = true));
  let exclusive = !parts.shared;
  for (;;) {
    const { channel, broken } = await openChannel(connection, 'plain');
    const delivery = new Delivery(consuming, connection, channel);
    const inHand = new InHand<ConsumeMessage>(widthOf(config), term, (item, lost) => delivery.handle(item, lost));
    const cancelled = Promise.withResolvers<never>();
    cancelled.promise.catch(() => {});
    await channel.prefetch(prefetchOf(config));
    try {
      const { consumerTag } = await channel.consume(
        config.queue,
        (item) => {
          if (item) inHand.add(item);
          else cancelled.reject(new Error(`the queue ${config.queue} was deleted, or moved to another node`));
        },
        { exclusive, ...(config.consumerTag === undefined ? {} : { consumerTag: config.consumerTag }) },
      );
      return {
        inHand,
        broken: Promise.race([broken, cancelled.promise, delivery.failed]),
        async stop() {
          await channel.cancel(consumerTag);
          await inHand.drain();
        },
      };
    } catch (error) {
      if (!/ACCESS_REFUSED/.test((error as Error).message) || parts.shared) throw error;
      // A queue with x-single-active-consumer keeps consumers apart by itself, and takes no exclusive one.
      if (/single active/i.test((error as Error).message)) {
        exclusive = false;
        continue;
      }
      parts.standing.waiting(
        `${serverName(config)}: another consumer holds the queue ${config.queue}; it is asked for again until that is gone`,
      );
      await Promise.race([ended, parts.clock.sleep(askAgainMs)]);
      if (isOver) return undefined;
    }
  }
}

/** The broker ends a channel that holds a message for half an hour: what has to wait for its turn waits there. */
function prefetchOf({ prefetch, throttled }: RabbitmqConfig): number {
  return prefetch || (throttled ? 1 : usualPrefetch);
}

function widthOf(config: RabbitmqConfig): number {
  return config.sequential ? config.consumers : Math.max(config.consumers, prefetchOf(config));
}

/** Takes deliveries through the flow, and tells the broker what became of each. */
class Delivery {
  readonly #config: RabbitmqConfig;
  readonly #parts: ConsumerParts;
  readonly #term: Term;
  readonly #doubtful: Doubtful;
  readonly #throttle: Throttle | undefined;
  readonly #connection: RabbitConnection;
  readonly #channel: Channel;
  readonly #incoming: Incoming;
  readonly #failure = Promise.withResolvers<never>();
  #publisher: Promise<Publisher> | undefined;

  constructor({ config, parts, term, doubtful, throttle }: Consuming, connection: RabbitConnection, channel: Channel) {
    this.#config = config;
    this.#parts = parts;
    this.#term = term;
    this.#doubtful = doubtful;
    this.#throttle = throttle;
    this.#connection = connection;
    this.#channel = channel;
    this.#incoming = { name: parts.name, environment: parts.environment, contentType: config.contentType };
    this.#failure.promise.catch(() => {});
  }

  /** Rejects when the broker could not be told. */
  get failed(): Promise<never> {
    return this.#failure.promise;
  }

  async handle(item: ConsumeMessage, lost: AbortSignal): Promise<void> {
    try {
      if (!this.#term.valid()) return this.#leave();
      if (this.#doubtful.isDone(idOf(item), item.content)) return this.#acknowledge(item);
      if (!(await this.#itsTurn(lost))) return;
      if (this.#config.autoAck) this.#channel.ack(item);
      const message = messageOf(item, this.#incoming, this.#term);
      const { outcome, fault } = await this.#parts.intake.take(message, {
        signal: lost,
        reply: (answer) => this.#reply(item, answer),
      });
      if (this.#config.autoAck) return;
      // Nobody hears any more, or it was in doubt whether the term holds: the broker gives it to the next consumer.
      if (lost.aborted || !this.#term.valid() || fault?.code === 'TERM_LOST') return this.#leave();
      const deaths = deathsOf(item.properties.headers);
      await this.#settle(item, verdictOn(outcome, deaths, this.#config), deaths, fault?.code);
    } catch (error) {
      this.#failure.reject(error);
    }
  }

  /** False when the consumer ends before: the broker gives the message to the next one. */
  async #itsTurn(lost: AbortSignal): Promise<boolean> {
    if (!this.#throttle) return true;
    const ended = AbortSignal.any([lost, this.#term.signal]);
    for (;;) {
      if (ended.aborted) return false;
      const waitMs = this.#throttle.take(this.#parts.clock.monotonic());
      if (waitMs === 0) return true;
      await this.#parts.clock.sleep(waitMs, ended).catch(() => {});
    }
  }

  /**
   * A lease that is renewed too late is not valid for a moment, and the term goes on. What was in hand then may not be
   * acknowledged any more; only with the end of the connection does the broker give it again.
   */
  #leave(): void {
    this.#failure.reject(new Error('the lease was renewed too late'));
  }

  #acknowledge(item: ConsumeMessage): void {
    this.#channel.ack(item);
    this.#doubtful.acknowledged(idOf(item), item.content);
  }

  async #settle(
    item: ConsumeMessage,
    verdict: ReturnType<typeof verdictOn>,
    deaths: number,
    code: string | undefined,
  ): Promise<void> {
    const { queue, requeueDelay, errorExchange, errorRoutingKey } = this.#config;
    const why = `A message of queue ${queue} failed${code === undefined ? '' : ` (${code})`}`;
    switch (verdict) {
      case 'ack':
        return this.#acknowledge(item);
      case 'reject':
        this.#parts.log.warn(`${why} and is rejected: it goes to the queue's dead-letter exchange, if it has one`);
        return this.#channel.reject(item, false);
      case 'requeue':
        // A message that fails at once would otherwise come again at once, for ever.
        await this.#parts.clock.sleep(requeueDelay, this.#term.signal).catch(() => {});
        if (!this.#term.valid()) return this.#leave();
        return this.#channel.reject(item, true);
      case 'bury': {
        const publisher = await this.#openPublisher();
        const { headers, ...properties } = item.properties;
        const options = { ...properties, headers: headers ?? {}, persistent: true };
        await publisher.publish(errorExchange ?? '', errorRoutingKey ?? '', item.content, options);
        this.#parts.log.error(
          `${why} after ${deaths} dead-letterings and is now at ${errorExchange ?? 'queue'} ${errorRoutingKey ?? ''}`,
        );
        if (!this.#term.valid()) return this.#leave();
        return this.#acknowledge(item);
      }
      case 'discard':
        this.#parts.log.error(`${why} after ${deaths} dead-letterings and is discarded: no error queue is given`);
        return this.#acknowledge(item);
    }
  }

  async #reply({ properties }: ConsumeMessage, answer: Message): Promise<void> {
    const to = (properties.replyTo as string | undefined) ?? this.#config.replyTo;
    if (to === undefined) return;
    const publisher = await this.#openPublisher();
    const { content, options } = await write(answer);
    const correlationId = (properties.correlationId ?? properties.messageId) as string | undefined;
    await publisher.publish('', to, content, {
      ...options,
      ...(correlationId === undefined ? {} : { correlationId }),
    });
  }

  #openPublisher(): Promise<Publisher> {
    return (this.#publisher ??= openPublisher(this.#connection));
  }
}

function idOf({ properties }: ConsumeMessage): string | undefined {
  return properties.messageId as string | undefined;
}
