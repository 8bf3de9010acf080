import { param } from '../../artifacts/parameters.ts';
import { defineStore, type StoreKind } from '../store-kind.ts';
import { memoryStore } from './store.ts';

export const memory: StoreKind = defineStore({
  name: 'memory',
  summary: 'Keeps messages in the memory of the replica that stored them.',
  notes:
    'They are gone when the replica ends, and no other replica sees them: every replica runs the processor over its ' +
    'own store. It is what a store without a class is.',
  // Source: Synapse InMemoryStore, and the older names that artifacts still carry.
  classes: [
    'org.apache.synapse.message.store.impl.memory.InMemoryStore',
    'org.apache.synapse.message.store.InMemoryMessageStore',
    'org.apache.synapse.message.store.InMemoryStore',
    'org.apache.synapse.message.store.impl.memory.InMemoryMessageStore',
  ],
  durability: 'memory',
  parameters: {
    capacity: param.integer('store.capacity', {
      doc: 'Messages that may wait; a further one is refused, so that the flow can react. MI has no such bound.',
      default: 10_000,
      min: 1,
    }),
  },
  open: ({ capacity }, { name }) => memoryStore(name, capacity),
});
