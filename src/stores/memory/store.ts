import type { MessageStore, StoredMessage } from '../../engine/ports.ts';
import { Fault } from '../../errors.ts';
import { createFences } from '../fences.ts';

/** Messages in the memory of this replica, oldest first: gone when it ends, never seen by another replica. */
export function memoryStore(name: string, capacity: number = 10_000): MessageStore {
  // A Map keeps insertion order, so that peek and remove by id both cost the same whatever waits.
  const waiting = new Map<string, StoredMessage>();
  const fences = createFences(name);
  return {
    name,
    durability: 'memory',
    get waiting() {
      return waiting.size;
    },
    async put(message, by) {
      fences.pass(by);
      if (waiting.size >= capacity)
        throw new Fault('STORE_FULL', {
          text: `store ${name}: ${capacity} messages wait, as many as its parameter store.capacity allows.`,
          detail: { store: name, capacity },
          retry: 'again',
        });
      waiting.set(message.id, message);
    },
    peek: async () => waiting.values().next().value,
    peekMany: async (limit) => [...waiting.values().take(limit)],
    async remove(id, by) {
      fences.pass(by);
      return waiting.delete(id);
    },
    count: async () => waiting.size,
    browse: async (limit) => [...waiting.values().take(limit)],
    async purge() {
      const purged = waiting.size;
      waiting.clear();
      return purged;
    },
    close: async () => waiting.clear(),
  };
}
