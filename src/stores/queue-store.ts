import type { BrokerQueue, QueuedMessage } from '../engine/broker-queue.ts';
import type { MessageStore, StoredMessage } from '../engine/ports.ts';
import { Fault } from '../errors.ts';
import { createFences } from './fences.ts';

/**
 * A stored message in a queue, so that others can read it too:
 *
 *   body            the body, as it was
 *   content type    the body's
 *   id              the message's
 *   header gantry_stored   everything else of the message, as JSON: storedAt, headers, properties, axis2, addressing
 *
 * A message without that header was put there by somebody else: its headers become transport headers. MI writes a
 * serialised Java object, which only Java can read; such messages are handed on as application/octet-stream.
 */
const rest = 'gantry_stored';
/** A header must fit into one frame of RabbitMQ, with room for the others. */
const longestRest = 100_000;

export function toQueued(stored: StoredMessage): QueuedMessage {
  const { id, contentType, body, ...others } = stored;
  const text = JSON.stringify(others);
  if (text.length > longestRest)
    throw new Fault('STORE_REFUSED', {
      text: `Headers and properties of the message have ${text.length} characters; a queue takes ${longestRest}. Remove what is not needed before storing it.`,
    });
  return { id, contentType, body, headers: { [rest]: text } };
}

export function fromQueued({ id, contentType, body, headers }: QueuedMessage): StoredMessage {
  const text = headers[rest];
  if (text !== undefined) {
    const others = JSON.parse(text) as Omit<StoredMessage, 'id' | 'contentType' | 'body'>;
    return { ...others, id, contentType, body };
  }
  const isJava = body[0] === 0xac && body[1] === 0xed;
  return {
    id,
    storedAt: 0,
    contentType: contentType ?? (isJava ? 'application/octet-stream' : 'text/plain'),
    body,
    headers: Object.entries(headers),
    properties: {},
    axis2: {},
    addressing: {},
  };
}

/**
 * A store whose messages wait in a queue of a broker. The head is held from peek until it is removed or released; a
 * replica that dies gives it back by that.
 */
export function queueStore(name: string, queue: BrokerQueue): MessageStore {
  const fences = createFences(name);
  const reach = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      if (Fault.is(error)) throw error;
      throw new Fault('STORE_UNREACHABLE', {
        text: `Message store ${name}: ${(error as Error).message}`,
        cause: error,
        retry: 'again',
      });
    }
  };
  return {
    name,
    durability: 'durable',
    async put(message, by) {
      fences.pass(by);
      await reach(queue.put(toQueued(message)));
    },
    async peek() {
      const head = await reach(queue.hold());
      return head && fromQueued(head);
    },
    async remove(id, by) {
      fences.pass(by);
      if (await reach(queue.settle(id))) return true;
      // The connection broke since, and the broker has put it back: where it was, as far as it can.
      const head = await reach(queue.hold());
      return head?.id === id && (await reach(queue.settle(id)));
    },
    release: () => reach(queue.release()),
    count: () => reach(queue.count()),
    browse: async (limit) => (await reach(queue.browse(limit))).map(fromQueued),
    purge: () => reach(queue.purge()),
    close: () => queue.close(),
  };
}
