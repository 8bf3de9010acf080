import type { Holder, MessageStore, StoredMessage } from '../engine/ports.ts';
import { Fault } from '../errors.ts';
import type { Logger } from '../log.ts';

export interface FailoverParts {
  /** Another store of the project, by name. */
  readonly store: (name: string) => MessageStore | undefined;
  readonly log: Logger;
}

/**
 * A store whose messages go to another one while it cannot be reached. They come back by a failover forwarding processor
 * on the other store. Source: Synapse, store.failover.message.store.name.
 */
export function withFailover(store: MessageStore, other: string, { store: find, log }: FailoverParts): MessageStore {
  const put = async (message: StoredMessage, by?: Holder): Promise<void> => {
    try {
      await store.put(message, by);
    } catch (error) {
      const fault = Fault.from(error);
      const target = fault.code === 'STORE_UNREACHABLE' ? find(other) : undefined;
      if (!target) throw fault;
      await target.put(message, by);
      log.warn(`A message for store ${store.name} went to store ${other}: ${fault.message}`, { message: message.id });
    }
  };
  return {
    name: store.name,
    durability: store.durability,
    put,
    peek: () => store.peek(),
    ...(store.peekMany && { peekMany: (limit: number) => store.peekMany!(limit) }),
    remove: (id, by) => store.remove(id, by),
    ...(store.peekMore && { peekMore: (limit: number) => store.peekMore!(limit) }),
    ...(store.removeMany && {
      removeMany: (ids: readonly string[], by?: Holder) => store.removeMany!(ids, by),
    }),
    ...(store.release && { release: () => store.release!() }),
    count: () => store.count(),
    browse: (limit) => store.browse(limit),
    purge: () => store.purge(),
    close: () => store.close(),
  };
}
