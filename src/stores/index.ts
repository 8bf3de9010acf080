import { failoverForwarding } from './failover-forwarding/spec.ts';
import { forwarding } from './forwarding/spec.ts';
import { jdbc } from './jdbc/spec.ts';
import { jms } from './jms/spec.ts';
import { memory } from './memory/spec.ts';
import type { ProcessorKind } from './processor-kind.ts';
import { rabbitmq } from './rabbitmq/spec.ts';
import { resequence } from './resequence/spec.ts';
import { sampling } from './sampling/spec.ts';
import type { StoreKind } from './store-kind.ts';

// For other rooms: where messages can wait, and what takes them out. A line here is all that a new kind needs.
export const storeKinds: readonly StoreKind[] = [memory, jdbc, resequence, jms, rabbitmq];
export const processorKinds: readonly ProcessorKind[] = [forwarding, failoverForwarding, sampling];

export { type Processed, type ProcessorKind } from './processor-kind.ts';
export { type DataSource, type StoreKind, type StoreParts } from './store-kind.ts';
