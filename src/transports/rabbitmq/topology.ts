import type { TopologyConfig } from './parameters.ts';
import type { RabbitConnection } from './server.ts';

/**
 * Queue, exchange and binding as they must be. What is there is taken as it is, whatever its arguments: the question is
 * asked passively first, each time on a channel of its own, because a "no" ends the channel.
 */
export async function prepareTopology(connection: RabbitConnection, config: TopologyConfig): Promise<void> {
  const { queue, exchange } = config;
  if (queue !== undefined && !(await exists(connection, (channel) => channel.checkQueue(queue)))) {
    if (!config.queueDeclare)
      throw new Error(
        `there is no queue ${queue}, and rabbitmq.queue.autodeclare is false: make it, or let Gantry make it`,
      );
    await once(connection, (channel) =>
      channel.assertQueue(queue, {
        durable: config.queueDurable,
        exclusive: config.queueExclusive,
        autoDelete: config.queueAutoDelete,
        arguments: argumentsOf(config.queueArguments),
      }),
    );
  }
  if (exchange === undefined) return;
  if (!exchange.startsWith('amq.') && !(await exists(connection, (channel) => channel.checkExchange(exchange)))) {
    if (!config.exchangeDeclare)
      throw new Error(
        `there is no exchange ${exchange}, and rabbitmq.exchange.autodeclare is false: make it, or let Gantry make it`,
      );
    await once(connection, (channel) =>
      channel.assertExchange(exchange, config.exchangeType, {
        durable: config.exchangeDurable,
        autoDelete: config.exchangeAutoDelete,
        arguments: argumentsOf(config.exchangeArguments),
      }),
    );
  }
  if (queue !== undefined)
    await once(connection, (channel) => channel.bindQueue(queue, exchange, config.routingKey ?? queue));
}

/** true, false and whole numbers are those; everything else is text. Source: RabbitMQUtils.setQueueOptionalArguments. */
export function argumentsOf(family: ReadonlyMap<string, string>): Record<string, string | number | boolean> {
  return Object.fromEntries(
    [...family].map(([name, text]) => [
      name,
      text === 'true' || text === 'false' ? text === 'true' : /^-?\d{1,10}$/.test(text) ? Number(text) : text,
    ]),
  );
}

type Ask = (channel: Awaited<ReturnType<RabbitConnection['model']['createChannel']>>) => Promise<unknown>;

async function exists(connection: RabbitConnection, ask: Ask): Promise<boolean> {
  try {
    await once(connection, ask);
    return true;
  } catch (error) {
    // 405: it is there, and exclusive to another connection; consuming will say so.
    const { code } = error as { readonly code?: number };
    if (code === 404) return false;
    if (code === 405) return true;
    throw error;
  }
}

async function once(connection: RabbitConnection, ask: Ask): Promise<void> {
  const channel = await connection.model.createChannel();
  channel.on('error', () => {});
  await ask(channel);
  await channel.close();
}
