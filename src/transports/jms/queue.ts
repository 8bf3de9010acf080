import type { Delivery, EventContext, Message as AmqpMessage, Receiver, Sender } from 'rhea';
import type { BadPlace, BrokerQueue, JmsQueuePlace, QueuedMessage } from '../../engine/broker-queue.ts';
import { KeptOpen } from '../kept-open.ts';
import { scalarText } from './body.ts';
import { destinationOf } from './destination.ts';
import { isRefusal, providerName, providerOf, type Provider } from './provider.ts';
import { connectJms, openReceiver, openSender, settledSend, type JmsConnection } from './server.ts';

interface Got {
  readonly message: AmqpMessage;
  readonly delivery: Delivery;
}

/** A connection, a link that holds and one that sends: when one breaks all are opened anew. */
interface Line {
  readonly connection: JmsConnection;
  /** Undefined: to be opened with the next message that is asked for. */
  holding: Puller | undefined;
  readonly sender: Sender;
  readonly broken: Promise<never>;
  held: Got | undefined;
  close(): Promise<void>;
}

/** A queue that the broker makes when it is first used. Messages are asked for one by one: none is sent ahead. */
export function openJmsQueue(place: JmsQueuePlace): BrokerQueue | BadPlace {
  const provider = providerOf(place);
  if (isRefusal(provider)) return provider;
  const { name } = destinationOf(place.name, 'queue', { queues: place.queues, topics: new Map() });
  const lines = new KeptOpen<Line>();
  const use = async <T>(work: (line: Line) => Promise<T>): Promise<T> => {
    try {
      const line = await lines.get('', () => openLine(provider, place, name));
      return await Promise.race([work(line), line.broken]);
    } catch (error) {
      throw new Error(`${providerName(provider)}: ${(error as Error).message}`, { cause: error });
    }
  };
  return {
    put: (message) => use((line) => settledSend(line.sender, line.connection, written(message))),
    hold: () =>
      use(async (line) => {
        line.held ??= (await (await holdingOf(line, name)).take(1))[0];
        return line.held && queued(line.held.message);
      }),
    settle: (id) =>
      use(async (line) => {
        const { held } = line;
        if (!held || queued(held.message).id !== id) return false;
        line.held = undefined;
        held.delivery.accept();
        return true;
      }),
    release: () =>
      use(async (line) => {
        // With the link ends what was granted too: what comes is for others.
        line.holding?.receiver.close();
        line.holding = undefined;
        line.held = undefined;
      }),
    count: async () => (await use((line) => look(line, name, Infinity))).length,
    browse: (limit) => use((line) => look(line, name, limit)),
    purge: () => use((line) => purge(line, name)),
    close: () => lines.close(),
  };
}

const batch = 100;
/** A queue counts as empty when nothing has come for so long. */
const quietMs = 200;

async function purge(line: Line, address: string): Promise<number> {
  const holding = await holdingOf(line, address);
  line.held?.delivery.accept();
  let gone = line.held ? 1 : 0;
  line.held = undefined;
  for (;;) {
    const got = await holding.take(batch);
    for (const { delivery } of got) delivery.accept();
    gone += got.length;
    if (got.length < batch) return gone;
  }
}

/** A link that copies: what it is given stays in the queue. AMQP has no other way to look, or to count. */
async function look({ connection, held }: Line, address: string, limit: number): Promise<readonly QueuedMessage[]> {
  const source = { address, capabilities: ['queue'], distribution_mode: 'copy' as const };
  const receiver = await openReceiver(connection, { source });
  const puller = new Puller(receiver);
  const seen = held ? [queued(held.message)] : [];
  while (seen.length < limit) {
    const wanted = Math.min(batch, limit - seen.length);
    const got = await puller.take(wanted);
    for (const { message, delivery } of got) {
      delivery.accept();
      if (held?.message.message_id !== message.message_id) seen.push(queued(message));
    }
    if (got.length < wanted) break;
  }
  receiver.close();
  return seen;
}

/**
 * Asks for messages instead of having them pushed. AMQP could say at once "there is no more" (drain), but Artemis says it
 * while messages are still on their way: first a while must pass without one. What comes later is the next one's first.
 */
class Puller {
  readonly receiver: Receiver;
  readonly #here: Got[] = [];
  #wake: (() => void) | undefined;

  constructor(receiver: Receiver) {
    this.receiver = receiver;
    receiver.on('message', ({ message, delivery }: EventContext) => {
      this.#here.push({ message: message!, delivery: delivery! });
      this.#wake?.();
    });
  }

  /** Up to so many of what waits; fewer when none has come for a while. */
  async take(most: number): Promise<readonly Got[]> {
    if (this.#here.length < most) this.receiver.add_credit(most - this.#here.length);
    while (this.#here.length < most) {
      const seen = this.#here.length;
      await this.#next();
      if (this.#here.length === seen) break;
    }
    if (this.#here.length < most) await this.#takeBackCredit();
    return this.#here.splice(0, most);
  }

  /** Otherwise what is put there later would come here, whoever asks for it. */
  async #takeBackCredit(): Promise<void> {
    const drained = Promise.withResolvers<void>();
    this.receiver.once('receiver_drained', () => drained.resolve());
    this.receiver.drain_credit();
    const timer = setTimeout(() => drained.resolve(), quietMs);
    await drained.promise;
    clearTimeout(timer);
    this.receiver.drain = false;
  }

  async #next(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = setTimeout(resolve, quietMs);
    await promise;
    clearTimeout(timer);
  }
}

async function holdingOf(line: Line, address: string): Promise<Puller> {
  if (line.holding) return line.holding;
  const receiver = await openReceiver(line.connection, { source: { address, capabilities: ['queue'] } });
  return (line.holding = new Puller(receiver));
}

async function openLine(provider: Provider, jndi: JmsQueuePlace, address: string): Promise<Line> {
  const connection = await connectJms({ provider, jndi });
  try {
    const sender = await openSender(connection, { target: { address, capabilities: ['queue'] } });
    const ended = Promise.withResolvers<never>();
    ended.promise.catch(() => {});
    sender.on('sender_close', () => ended.reject(new Error(`the broker closed the link to ${address}`)));
    const broken = Promise.race([connection.broken, ended.promise]);
    // One link that ends takes the rest along.
    broken.catch(() => connection.close());
    return {
      connection,
      holding: undefined,
      sender,
      broken,
      held: undefined,
      close: () => connection.close(),
    };
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

/** As bytes, so that what comes back is what was put there. */
function written({ id, contentType, body, headers }: QueuedMessage): AmqpMessage {
  return {
    message_id: id,
    durable: true,
    body: { typecode: 0x75, content: Buffer.from(body) },
    application_properties: { ...headers },
    ...(contentType === undefined ? {} : { content_type: contentType }),
  };
}

function queued(message: AmqpMessage): QueuedMessage {
  const properties = Object.entries((message.application_properties ?? {}) as Readonly<Record<string, unknown>>);
  const { body } = message as { readonly body: unknown };
  const content = (body as { readonly content?: Buffer } | null)?.content;
  return {
    id: scalarText(message.message_id),
    contentType: message.content_type ?? undefined,
    body: content ?? Buffer.from(typeof body === 'string' ? body : body == null ? '' : JSON.stringify(body)),
    headers: Object.fromEntries(properties.map(([key, value]) => [key, scalarText(value)])),
  };
}
