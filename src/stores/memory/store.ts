import type { MessageStore, StoredMessage } from '../../engine/ports.ts';
import { Fault } from '../../errors.ts';

/** MI's store has no bound and takes the process with it; ours refuses, so that the flow can react. */
export const defaultCapacity = 10_000;

/** Messages in the memory of this replica, oldest first: gone when it ends, never seen by another replica. */
export function memoryStore(name: string, capacity: number = defaultCapacity): MessageStore {
  // A Map keeps insertion order, so that peek and remove by id both cost the same whatever waits.
  const waiting = new Map<string, StoredMessage>();
  let highestToken = 0;
  const refuseStale = (token: number | undefined): void => {
    if (token === undefined) return;
    if (token < highestToken)
      throw new Fault('STORE_REFUSED', { detail: { store: name, token, highest: highestToken } });
    highestToken = token;
  };
  return {
    name,
    durability: 'memory',
    put: async (message, token) => {
      refuseStale(token);
      if (waiting.size >= capacity)
        throw new Fault('STORE_FULL', { detail: { store: name, capacity }, retry: 'again' });
      waiting.set(message.id, message);
    },
    peek: async () => waiting.values().next().value,
    remove: async (id, token) => {
      refuseStale(token);
      return waiting.delete(id);
    },
    count: async () => waiting.size,
    browse: async (limit) => [...waiting.values().take(limit)],
    purge: async () => {
      const purged = waiting.size;
      waiting.clear();
      return purged;
    },
    close: async () => waiting.clear(),
  };
}
