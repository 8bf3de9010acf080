import type { MessageStore, StoredMessage } from '../engine/ports.ts';
import { Fault } from '../errors.ts';
import type { ProcessorParts } from './processor-kind.ts';

/**
 * What a message in a store for failed ones carries besides: where it came from and why it is there. Flows read these
 * as properties; replaying takes them off again.
 */
export interface Failure {
  /** The store it was taken from; where it goes when it is replayed. */
  readonly store: string;
  readonly processor: string;
  readonly reason: string;
  readonly attempts: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

const prefix = 'gantry.failed.';

export function setAside(message: StoredMessage, failure: Failure): StoredMessage {
  const marks = Object.entries(failure).map(([name, value]) => [`${prefix}${name}`, value as string | number]);
  return { ...message, properties: { ...message.properties, ...Object.fromEntries(marks) } };
}

/** The store for failed messages; it may be missing, since artifacts come and go by themselves. */
export function failStoreOf({ library }: ProcessorParts, name: string): MessageStore {
  const store = library().store(name);
  if (store) return store;
  throw new Fault('STORE_NOT_FOUND', { detail: { name, parameter: 'message.processor.failMessagesStore' } });
}

/** Undefined for a message that did not fail. */
export function failureOf({ properties }: StoredMessage): Failure | undefined {
  const store = properties[`${prefix}store`];
  if (store === undefined) return undefined;
  return {
    store: String(store),
    processor: String(properties[`${prefix}processor`]),
    reason: String(properties[`${prefix}reason`]),
    attempts: Number(properties[`${prefix}attempts`]),
    at: Number(properties[`${prefix}at`]),
  };
}

/** As it was before it failed. */
export function withoutFailure(message: StoredMessage): StoredMessage {
  const kept = Object.entries(message.properties).filter(([name]) => !name.startsWith(prefix));
  return { ...message, properties: Object.fromEntries(kept) };
}
