import type { JndiConfig } from './parameters.ts';

export interface Destination {
  readonly kind: 'queue' | 'topic';
  /** What the broker calls it. */
  readonly name: string;
}

/**
 * What a JNDI name stands for: dynamicQueues/x and dynamicTopics/x are ActiveMQ's, queue.x and topic.x parameters map
 * names; every other name is the broker's own.
 */
export function destinationOf(
  name: string,
  type: 'queue' | 'topic' | undefined,
  jndi: Pick<JndiConfig, 'queues' | 'topics'>,
): Destination {
  const dynamic = /^dynamic(Queues|Topics)\/(.+)$/.exec(name);
  if (dynamic) return { kind: dynamic[1] === 'Queues' ? 'queue' : 'topic', name: dynamic[2]! };
  const prefixed = /^(queue|topic):\/\/(.+)$/.exec(name);
  if (prefixed) return { kind: prefixed[1] as Destination['kind'], name: prefixed[2]! };
  const topic = jndi.topics.get(name);
  const queue = jndi.queues.get(name);
  if (topic !== undefined && (type === 'topic' || queue === undefined)) return { kind: 'topic', name: topic };
  return { kind: type ?? 'queue', name: queue ?? name };
}

/** Brokers that tell topics by a prefix say so when a connection is opened; to others it would be part of the name. */
export function addressOf({ kind, name }: Destination, topicPrefix: string): string {
  return kind === 'topic' ? topicPrefix + name : name;
}
