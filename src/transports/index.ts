import { file } from './file/spec.ts';
import type { ConsumerKind } from './inbound-kind.ts';
import { jms } from './jms/spec.ts';
import { rabbitmq } from './rabbitmq/spec.ts';

// For other rooms: the protocols that messages are taken from. A line here is all that a new one needs.
export const consumerKinds: readonly ConsumerKind[] = [file, jms, rabbitmq];

export { type ConsumerKind, type ConsumerParts, type Delivery } from './inbound-kind.ts';
