import { file } from './file/spec.ts';
import { http, https } from './http/inbound.ts';
import type { ConsumerKind } from './inbound-kind.ts';
import { jms } from './jms/spec.ts';
import { kafka } from './kafka/spec.ts';
import { rabbitmq } from './rabbitmq/spec.ts';
import type { ListenerKind } from './listener-kind.ts';
import { webSocket, webSocketSecure } from './websocket/spec.ts';

// For other rooms: the protocols that messages are taken from. A line here is all that a new one needs.
export const consumerKinds: readonly ConsumerKind[] = [file, jms, kafka, rabbitmq];

/** The protocols that others connect to. */
export const listenerKinds: readonly ListenerKind[] = [http, https, webSocket, webSocketSecure];

export { type Dispatch, type Door, type ListenerKind, type ListenerParts } from './listener-kind.ts';
export { type ConsumerKind, type ConsumerParts, type Delivery } from './inbound-kind.ts';
