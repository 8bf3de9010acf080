import { file } from './file/spec.ts';
import { http, https } from './http/inbound.ts';
import type { BrokerQueues } from '../engine/broker-queue.ts';
import type { ConsumerKind } from './inbound-kind.ts';
import { openJmsQueue } from './jms/queue.ts';
import { jms } from './jms/spec.ts';
import { kafka } from './kafka/spec.ts';
import { mail } from './mail/spec.ts';
import { openRabbitQueue } from './rabbitmq/queue.ts';
import { mqtt } from './mqtt/spec.ts';
import { rabbitmq } from './rabbitmq/spec.ts';
import type { ListenerKind } from './listener-kind.ts';
import { webSocket, webSocketSecure } from './websocket/spec.ts';

// For other rooms: the protocols that messages are taken from. A line here is all that a new one needs.
export const consumerKinds: readonly ConsumerKind[] = [file, jms, kafka, mail, mqtt, rabbitmq];

/** The protocols that others connect to. */
export const listenerKinds: readonly ListenerKind[] = [http, https, webSocket, webSocketSecure];

export { type Dispatch, type Door, type ListenerKind, type ListenerParts } from './listener-kind.ts';
/** For message stores. */
export const brokerQueues: BrokerQueues = { rabbitmq: openRabbitQueue, jms: openJmsQueue };

export { type Consume, type ConsumerKind, type ConsumerParts, type Delivery } from './inbound-kind.ts';
