import type { Delivery as AmqpDelivery, EventContext, Message as AmqpMessage, Receiver, ReceiverOptions } from 'rhea';
import type { Singleton, Term } from '../../engine/ports.ts';
import { Doubtful } from '../doubtful.ts';
import { InHand } from '../in-hand.ts';
import type { ConsumerParts } from '../inbound-kind.ts';
import { keepConnected } from '../reconnecting.ts';
import { Deliveries, type JmsItem } from './deliveries.ts';
import { addressOf, destinationOf, type Destination } from './destination.ts';
import { isRefusal, providerName, providerOf, type Provider } from './provider.ts';
import { connectJms, openReceiver, type JmsConnection } from './server.ts';
import type { JmsConfig } from './spec.ts';

/** Consumes a queue or topic until the term ends, and finds the broker again whenever it is away. */
export function consumeJms(config: JmsConfig, parts: ConsumerParts): Singleton['run'] {
  const provider = providerOf(config);
  if (isRefusal(provider)) throw new Error(provider.text);
  const type = config.destinationType ?? config.factoryType;
  const destination = destinationOf(config.destination ?? parts.name, type, config);
  return (term) => {
    const doubtful = new Doubtful();
    const session = (established: () => void, signal: AbortSignal): Promise<void> => {
      doubtful.reconnected();
      return consumeOnce({ config, parts, provider, destination, term, doubtful }, established, signal);
    };
    return keepConnected(session, {
      signal: term.signal,
      clock: parts.clock,
      standing: parts.standing,
      log: parts.log,
      server: providerName(provider),
      firstMs: Math.min(500, config.retryDuration),
      longestMs: config.retryDuration,
    });
  };
}

interface Consuming {
  readonly config: JmsConfig;
  readonly parts: ConsumerParts;
  readonly provider: Provider;
  readonly destination: Destination;
  readonly term: Term;
  readonly doubtful: Doubtful;
}

async function consumeOnce(consuming: Consuming, established: () => void, signal: AbortSignal): Promise<void> {
  const { config, parts, provider, destination, term, doubtful } = consuming;
  const links: Link[] = [];
  let deliveries: Deliveries | undefined;
  const ended = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  try {
    const width = config.sequential ? config.consumers : Math.max(config.consumers, config.prefetch);
    const first = await openLink(consuming, links);
    const wanted = linksFor(consuming, first.connection, width);
    while (links.length < wanted) await openLink(consuming, links);
    const broken = Promise.race(links.map((link) => link.broken));
    broken.catch(() => {});
    deliveries = new Deliveries({ config, parts, provider, destination, term, connection: first.connection, doubtful });
    const inHand = new InHand<JmsItem & { readonly credit: Credit }>(width, term, async (item, lost) => {
      await deliveries!.handle(item, lost);
      item.credit.spent();
    });
    const prefetch = Math.ceil(config.prefetch / links.length);
    for (const { receiver } of links) {
      const credit = creditOf(receiver, prefetch, parts.shared);
      receiver.on('message', ({ message, delivery }: EventContext) =>
        inHand.add({ message: message as AmqpMessage, delivery: delivery as AmqpDelivery, credit }),
      );
      receiver.add_credit(prefetch);
    }
    established();
    try {
      await Promise.race([ended, broken, deliveries.failed]);
    } catch (error) {
      inHand.abandon(error as Error);
      throw error;
    }
    if (!term.valid()) return;
    await Promise.race([inHand.drain(), broken]).catch(() => {});
    // To close the link of a durable subscription would be to give it up.
    for (const { receiver, isKept } of links) if (isKept) receiver.detach();
  } finally {
    deliveries?.end();
    await Promise.all(links.map(async ({ connection }) => (term.valid() ? connection.close() : connection.destroy())));
  }
}

/** A subscription, on a connection of its own. */
interface Link {
  readonly connection: JmsConnection;
  readonly receiver: Receiver;
  readonly isKept: boolean;
  readonly broken: Promise<never>;
}

async function openLink(consuming: Consuming, links: Link[]): Promise<Link> {
  const { config, provider, destination } = consuming;
  const connection = await connectJms({ provider, jndi: config, clientId: config.clientId });
  try {
    const { options, isKept } = subscriptionOf(consuming, connection);
    const receiver = await openReceiver(connection, options).catch((error: unknown) => {
      throw new Error(`${destination.kind} ${destination.name}: ${(error as Error).message}`);
    });
    const broken = Promise.race([connection.broken, closedByBroker(receiver, destination)]);
    broken.catch(() => {});
    const link = { connection, receiver, isKept, broken };
    links.push(link);
    return link;
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

/** A connection costs the broker a thread or two. */
const mostLinks = 8;

/**
 * Classic has an acknowledgement on disk before it reads the next one of that connection, and writes those of several
 * connections together. Where messages are worked on side by side anyway, it is given several.
 */
function linksFor({ config, destination }: Consuming, { isClassic }: JmsConnection, width: number): number {
  const canBeSeveral = isClassic && destination.kind === 'queue' && config.clientId === undefined;
  return canBeSeveral ? Math.min(width, config.prefetch, mostLinks) : 1;
}

interface Credit {
  spent(): void;
}

/**
 * The broker may send so many: each that is finished makes room for another, in batches. Among replicas that share, small
 * ones: a broker gives in turn only to those that have credit.
 */
function creditOf(receiver: Receiver, prefetch: number, shared: boolean): Credit {
  const batch = prefetch / (shared ? 20 : 4);
  let owed = 0;
  return {
    spent() {
      owed++;
      if (owed < batch || receiver.is_closed()) return;
      receiver.add_credit(owed);
      owed = 0;
    },
  };
}

function closedByBroker(receiver: Receiver, { kind, name }: Destination): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  const said = (): string => (receiver.error as { readonly description?: string } | undefined)?.description ?? '';
  receiver.on('receiver_error', () => reject(new Error(`${kind} ${name}: ${said()}`)));
  receiver.on('receiver_close', () => reject(new Error(`${kind} ${name}: the broker ended the subscription`)));
  promise.catch(() => {});
  return promise;
}

interface Subscription {
  readonly options: ReceiverOptions;
  readonly isKept: boolean;
}

/**
 * How the link is asked for. By the JMS mapping of AMQP a subscription is kept when its source is durable and never
 * expires, and is known by client id and link name; capability "shared" lets several links have one name, "global" as
 * well when the clients have no id.
 */
function subscriptionOf({ config, parts, destination }: Consuming, connection: JmsConnection): Subscription {
  const { durable, clientId, selector } = config;
  const isTopic = destination.kind === 'topic';
  // All replicas consume: without sharing each would get every message.
  const shared = isTopic && (config.shared || parts.shared);
  if (shared && connection.isClassic)
    throw new Error(
      `ActiveMQ Classic shares no subscription of a topic: publish to VirtualTopic.${destination.name} and consume ` +
        `the queue Consumer.${parts.name}.VirtualTopic.${destination.name}`,
    );
  const isKept = isTopic && durable;
  const capabilities = [destination.kind, ...(shared ? ['shared', ...(clientId === undefined ? ['global'] : [])] : [])];
  const options: ReceiverOptions = {
    // A broker may know subscriptions by their names alone, so that one left behind must not be of another topic.
    ...(isKept || shared ? { name: config.subscription ?? `${parts.name} ${destination.name}` } : {}),
    source: {
      address: addressOf(destination, connection.topicPrefix),
      capabilities,
      ...(isKept ? { durable: 2, expiry_policy: 'never' } : {}),
      ...(isTopic ? { distribution_mode: 'copy' } : {}),
      ...(selector === undefined ? {} : { filter: connection.filter(selector) }),
    },
  };
  return { options, isKept };
}
