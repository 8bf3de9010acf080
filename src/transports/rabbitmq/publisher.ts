import type { ConfirmChannel, Message as RabbitMessage, Options } from 'amqplib';
import { Fault } from '../../errors.ts';
import { openChannel, type RabbitConnection } from './server.ts';

/** Publishes and waits until the broker has it: a publisher confirm. */
export interface Publisher {
  readonly channel: ConfirmChannel;
  /** Rejects when the channel or its connection ends. */
  readonly broken: Promise<never>;
  /** Faults SEND_FAILED when the broker refuses it or, with `mandatory`, has no queue for it. */
  publish(exchange: string, routingKey: string, content: Buffer, options: Options.Publish): Promise<void>;
}

export async function openPublisher(connection: RabbitConnection): Promise<Publisher> {
  const { channel, broken } = await openChannel(connection, 'confirm');
  /** Messages that came back, until their confirm follows. RabbitMQ sends basic.return before basic.ack. */
  const returned = new Set<string>();
  channel.on('return', ({ properties }: RabbitMessage) => returned.add(String(properties.messageId)));
  return {
    channel,
    broken,
    publish(exchange, routingKey, content, options) {
      const id = String(options.messageId);
      const confirmed = new Promise<void>((resolve, reject) => {
        channel.publish(exchange, routingKey, content, options, (error: unknown) => {
          if (error)
            return reject(
              new Fault('SEND_FAILED', {
                text: `The broker did not take the message for ${placeOf(exchange, routingKey)}.`,
                cause: error,
                retry: 'again',
              }),
            );
          if (!returned.delete(id)) return resolve();
          reject(
            new Fault('SEND_FAILED', {
              text: `No queue takes the message: nothing is bound for ${placeOf(exchange, routingKey)}.`,
            }),
          );
        });
      });
      return Promise.race([confirmed, broken]);
    },
  };
}

function placeOf(exchange: string, routingKey: string): string {
  return exchange === '' ? `queue ${routingKey}` : `exchange ${exchange}, routing key "${routingKey}"`;
}
