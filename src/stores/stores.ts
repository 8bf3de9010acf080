import type { MessageStoreConfig } from '../artifacts/kinds/types.ts';
import type { MessageStore } from '../engine/ports.ts';
import type { Position, Problem } from '../errors.ts';
import { isInMemory } from '../artifacts/stateful.ts';
import { defaultCapacity, memoryStore } from './memory/store.ts';
import { Parameters } from './parameters.ts';

/** Makes the store a <messageStore> asks for, or says why it cannot be had. */
export function createStore(
  config: MessageStoreConfig,
  at: Position,
): { readonly store: MessageStore | undefined; readonly problems: readonly Problem[] } {
  const { className, name } = config;
  if (isInMemory(config)) {
    const parameters = new Parameters(config.parameters, at);
    const capacity = parameters.integer('store.capacity', defaultCapacity, 1);
    return { store: memoryStore(name, capacity), problems: parameters.problems };
  }
  const problem: Problem = {
    code: 'UNSUPPORTED_STORE',
    level: 'error',
    at,
    text: `Gantry has no message store of class ${className} in this version.`,
    hint: 'In-memory stores run; JMS, RabbitMQ and JDBC stores come with the stateful transports.',
  };
  return { store: undefined, problems: [problem] };
}
