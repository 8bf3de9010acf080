import type { MessageToProduce } from '@platformatic/kafka';
import type { Fetched, Partition } from './partition.ts';

/** A message as it goes to the dead-letter topic: unchanged, with where it came from. Source: esb-inbound-kafka, Spring's names. */
export function deadLetterOf(
  { key, value, headers, offset, timestamp }: Fetched,
  { topic, number }: Partition,
  to: string,
  why: string,
): MessageToProduce {
  const origin = {
    'kafka_dlt-original-topic': topic,
    'kafka_dlt-original-partition': String(number),
    'kafka_dlt-original-offset': String(offset),
    'kafka_dlt-original-timestamp': String(timestamp),
    'kafka_dlt-exception-message': why,
  };
  return {
    topic: to,
    ...(key ? { key } : {}),
    ...(value ? { value } : {}),
    headers: new Map([
      ...headers.flatMap(([name, text]) => (name ? [[name, text ?? Buffer.alloc(0)] as const] : [])),
      ...Object.entries(origin).map(([name, text]) => [Buffer.from(name), Buffer.from(text)] as const),
    ]),
  };
}
