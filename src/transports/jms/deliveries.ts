import type { Delivery as AmqpDelivery, Message as AmqpMessage, Sender } from 'rhea';
import type { Term } from '../../engine/ports.ts';
import { Fault } from '../../errors.ts';
import type { Message } from '../../message/message.ts';
import type { ConsumerParts } from '../inbound-kind.ts';
import type { Doubtful } from '../doubtful.ts';
import { scalarText } from './body.ts';
import { contentTypeRules } from './content-type.ts';
import { addressOf, destinationOf, type Destination } from './destination.ts';
import { messageOf, type Incoming } from './incoming.ts';
import { write } from './outgoing.ts';
import type { Provider } from './provider.ts';
import { openSender, settledSend, type JmsConnection } from './server.ts';
import type { JmsConfig } from './spec.ts';
import { verdictOn, type Verdict } from './verdict.ts';

/** What the broker pushed. */
export interface JmsItem {
  readonly message: AmqpMessage;
  readonly delivery: AmqpDelivery;
}

export interface DeliveryParts {
  readonly config: JmsConfig;
  readonly parts: ConsumerParts;
  readonly provider: Provider;
  readonly destination: Destination;
  readonly term: Term;
  readonly connection: JmsConnection;
  readonly doubtful: Doubtful;
}

/** A failed message that came again at once would come again at once, for ever. Source: ActiveMQ RedeliveryPolicy. */
const usualDelayMs = 1_000;

/** Takes deliveries through the flow, and tells the broker what became of each. */
export class Deliveries {
  readonly #o: DeliveryParts;
  readonly #incoming: Incoming;
  readonly #failure = Promise.withResolvers<never>();
  #replies: Promise<Sender> | undefined;
  #failedInARow = 0;
  /** Settles when messages are taken again. */
  #suspension: Promise<void> | undefined;
  readonly #over = new AbortController();

  constructor(parts: DeliveryParts) {
    this.#o = parts;
    const { contentType, contentTypeProperty } = parts.config;
    const { name, environment } = parts.parts;
    this.#incoming = {
      name,
      environment,
      contentType: contentTypeRules(contentType),
      contentTypeProperty,
      destination: parts.destination.name,
    };
    this.#failure.promise.catch(() => {});
  }

  /** Rejects when the broker could not be told. */
  get failed(): Promise<never> {
    return this.#failure.promise;
  }

  /** The connection has ended: nothing is waited for any more. */
  end(): void {
    this.#over.abort();
  }

  async handle({ message: received, delivery }: JmsItem, lost: AbortSignal): Promise<void> {
    const { term, parts, config, provider, connection } = this.#o;
    try {
      while (this.#suspension) await this.#suspension;
      // The broker gives it to the next one.
      if (lost.aborted || term.signal.aborted) return;
      if (!term.valid()) return this.#leave();
      const { doubtful } = this.#o;
      const [id, content] = [idOf(received), contentOf(received)];
      if (doubtful.isDone(id, content)) return delivery.accept();
      const { outcome, fault } = await parts.intake.take(messageOf(received, this.#incoming, term), {
        signal: lost,
        reply: (answer) => this.#reply(received, answer),
      });
      // Nobody hears any more, or it was in doubt whether the term holds: the broker gives it to the next consumer.
      if (lost.aborted || !term.valid() || fault?.code === 'TERM_LOST') return this.#leave();
      const failures = received.delivery_count ?? 0;
      const redeliveries = config.redeliveries ?? provider.redeliveries;
      const verdict = verdictOn(outcome, failures, { redeliveries, isClassic: connection.isClassic });
      if (verdict === 'accept') this.#failedInARow = 0;
      else await this.#giveBack(verdict, failures, fault?.code);
      if (lost.aborted || !term.valid()) return this.#leave();
      settle(delivery, verdict);
      if (verdict === 'accept') doubtful.acknowledged(id, content);
    } catch (error) {
      this.#failure.reject(error);
    }
  }

  /**
   * A lease that is renewed too late is not valid for a moment, and the term goes on. What was in hand then may not be
   * settled any more; only with the end of the connection does the broker give it again.
   */
  #leave(): void {
    this.#failure.reject(new Error('the lease was renewed too late'));
  }

  async #giveBack(verdict: Verdict, failures: number, code: string | undefined): Promise<void> {
    const { config, provider, parts, term, destination } = this.#o;
    const why = `A message of ${destination.kind} ${destination.name} failed${code === undefined ? '' : ` (${code})`}`;
    if (verdict === 'reject')
      parts.log.error(`${why} after ${failures} redeliveries and goes to the broker's dead-letter queue`);
    else parts.log.warn(`${why} and comes again`);
    this.#failedInARow++;
    if (config.retriesBeforeSuspension > 0 && this.#failedInARow >= config.retriesBeforeSuspension) {
      this.#failedInARow = 0;
      this.#suspension = this.#suspend();
    }
    if (verdict === 'reject') return;
    const delayMs = config.redeliveryDelay ?? provider.redeliveryDelayMs ?? usualDelayMs;
    await parts.clock.sleep(delayMs, term.signal).catch(() => {});
  }

  async #suspend(): Promise<void> {
    const { parts, config, term } = this.#o;
    const { retriesBeforeSuspension: failures, suspension } = config;
    parts.standing.waiting(`${failures} messages in a row failed: none is taken for ${suspension} ms`);
    const ended = AbortSignal.any([term.signal, this.#over.signal]);
    await parts.clock.sleep(suspension, ended).catch(() => {});
    this.#suspension = undefined;
    if (!ended.aborted) parts.standing.running();
  }

  /** To JMSReplyTo, else to the destination that is configured; correlated as JMS does. */
  async #reply(request: AmqpMessage, answer: Message): Promise<void> {
    const { config, connection } = this.#o;
    const { replyDestination, replyDestinationType } = config;
    const configured =
      replyDestination === undefined
        ? undefined
        : addressOf(destinationOf(replyDestination, replyDestinationType, config), connection.topicPrefix);
    const to = request.reply_to ?? configured;
    if (to === undefined) return;
    const written = await write(answer, config);
    const correlation = request.correlation_id ?? request.message_id;
    this.#replies ??= openSender(connection, { target: {} });
    await settledSend(await this.#replies, connection, {
      ...written,
      to,
      ...(correlation === undefined ? {} : { correlation_id: correlation }),
    }).catch((error: unknown) => {
      throw new Fault('SEND_FAILED', { text: `The answer could not be sent to ${to}.`, cause: error });
    });
  }
}

function settle(delivery: AmqpDelivery, verdict: Verdict): void {
  switch (verdict) {
    case 'accept':
      return delivery.accept();
    case 'fail':
      return delivery.modified({ delivery_failed: true, undeliverable_here: false });
    case 'release':
      return delivery.release({ delivery_failed: false });
    case 'reject':
      return delivery.reject({ condition: 'gantry:failed', description: 'it failed as often as it may' });
  }
}

function idOf({ message_id: id }: AmqpMessage): string | undefined {
  return id === undefined || id === null ? undefined : scalarText(id);
}

function contentOf({ body }: AmqpMessage): Uint8Array | string {
  const { content } = (typeof body === 'object' && body !== null ? body : {}) as { readonly content?: unknown };
  return Buffer.isBuffer(content) ? content : scalarText(body);
}
