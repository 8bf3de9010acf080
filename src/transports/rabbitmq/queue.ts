import type { Channel, GetMessage, Message as RabbitMessage } from 'amqplib';
import type { BrokerQueue, QueuedMessage, RabbitQueuePlace } from '../../engine/broker-queue.ts';
import { KeptOpen } from '../kept-open.ts';
import type { ServerConfig, TopologyConfig } from './parameters.ts';
import { openPublisher, type Publisher } from './publisher.ts';
import { connectRabbit, explain, openChannel, serverName, type RabbitConnection } from './server.ts';
import { prepareTopology } from './topology.ts';

/** A connection, a channel that holds, and one that publishes: when one breaks all are opened anew. */
interface Line {
  readonly connection: RabbitConnection;
  readonly holding: Channel;
  readonly publisher: Publisher;
  readonly broken: Promise<never>;
  held: GetMessage | undefined;
  close(): Promise<void>;
}

/** A queue that is made when it is not there, durable. Messages are got one by one: none is sent ahead. */
export function openRabbitQueue(place: RabbitQueuePlace): BrokerQueue {
  const server = serverOf(place);
  const lines = new KeptOpen<Line>();
  const use = async <T>(work: (line: Line) => Promise<T>): Promise<T> => {
    try {
      const line = await lines.get('', () => openLine(place, server));
      return await Promise.race([work(line), line.broken]);
    } catch (error) {
      throw new Error(`${serverName(server)}: ${explain(error)}`, { cause: error });
    }
  };
  return {
    put: (message) =>
      use(({ publisher }) => {
        const { exchange = '', routingKey = place.name } = place;
        return publisher.publish(exchange, routingKey, Buffer.from(message.body), {
          persistent: true,
          mandatory: true,
          messageId: message.id,
          headers: message.headers,
          ...(message.contentType === undefined ? {} : { contentType: message.contentType }),
        });
      }),
    hold: () =>
      use(async (line) => {
        line.held ??= (await line.holding.get(place.name)) || undefined;
        return line.held && queued(line.held);
      }),
    settle: (id) =>
      use(async (line) => {
        const { held, holding } = line;
        if (!held || queued(held).id !== id) return false;
        line.held = undefined;
        holding.ack(held);
        return true;
      }),
    release: () =>
      use(async (line) => {
        if (line.held) line.holding.reject(line.held, true);
        line.held = undefined;
      }),
    count: () =>
      use(async (line) => {
        const { messageCount } = await line.holding.checkQueue(place.name);
        return messageCount + (line.held ? 1 : 0);
      }),
    browse: (limit) => use((line) => browse(line, place.name, limit)),
    purge: () =>
      use(async (line) => {
        const { messageCount } = await line.holding.purgeQueue(place.name);
        if (!line.held) return messageCount;
        line.holding.ack(line.held);
        line.held = undefined;
        return messageCount + 1;
      }),
    close: () => lines.close(),
  };
}

/** They are got on a channel of its own; when it ends the broker puts them back where they were. */
async function browse({ connection, held }: Line, queue: string, limit: number): Promise<readonly QueuedMessage[]> {
  const { channel } = await openChannel(connection, 'plain');
  const seen = held ? [queued(held)] : [];
  while (seen.length < limit) {
    const next = await channel.get(queue);
    if (!next) break;
    seen.push(queued(next));
  }
  await channel.close();
  return seen;
}

async function openLine(place: RabbitQueuePlace, server: ServerConfig): Promise<Line> {
  const connection = await connectRabbit(server, `store ${place.name}`);
  try {
    await prepareTopology(connection, topologyOf(place));
    const publisher = await openPublisher(connection);
    const { channel: holding, broken } = await openChannel(connection, 'plain');
    const anyBroken = Promise.race([broken, publisher.broken]);
    // One channel that ends takes the rest along.
    anyBroken.catch(() => connection.close());
    return { connection, holding, publisher, broken: anyBroken, held: undefined, close: () => connection.close() };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

function queued({ content, properties, fields }: RabbitMessage): QueuedMessage {
  const headers = Object.entries(properties.headers ?? {});
  return {
    // Who puts a message there without an id: told apart by its place in this connection.
    id: (properties.messageId as string | undefined) ?? `delivery-${fields.deliveryTag}`,
    contentType: properties.contentType as string | undefined,
    body: content,
    headers: Object.fromEntries(
      headers.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
    ),
  };
}

function serverOf(place: RabbitQueuePlace): ServerConfig {
  return {
    ...place,
    factory: undefined,
    user: place.user ?? 'guest',
    password: place.password ?? 'guest',
    heartbeat: 10,
    connectTimeout: 10_000,
    tlsVersion: place.tlsVersion,
  };
}

function topologyOf({ name, exchange, routingKey }: RabbitQueuePlace): TopologyConfig {
  return {
    queue: name,
    queueDeclare: true,
    queueDurable: true,
    queueExclusive: false,
    queueAutoDelete: false,
    queueArguments: new Map(),
    exchange,
    exchangeType: 'direct',
    exchangeDeclare: true,
    exchangeDurable: true,
    exchangeAutoDelete: false,
    exchangeArguments: new Map(),
    routingKey,
  };
}
