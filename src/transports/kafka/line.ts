import type { MessageToProduce, Producer } from '@platformatic/kafka';
import type { Clock } from '../../clock.ts';
import type { Fault } from '../../errors.ts';
import type { Breakable } from '../kept-open.ts';

/** Where a record is now. Nobody knows the offset of one that is not confirmed (acks=0). */
export interface Stored {
  readonly partition: number;
  readonly offset: bigint | undefined;
}

export interface LineOptions {
  readonly acks: number;
  readonly idempotent: boolean;
  readonly compression: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';
  /** Milliseconds until a record that the brokers do not take is given up. */
  readonly deliveryTimeout: number;
  readonly clock: Clock;
  /** Which of so many partitions takes a record with that key. */
  readonly partitionOf: (key: Buffer, count: number) => number;
  readonly faultOf: (error: unknown) => Fault;
  /** No such partition: it says how many there are. */
  readonly noPartition: (topic: string, partition: number, count: number) => Fault;
}

interface Waiting {
  readonly record: MessageToProduce;
  readonly stored: PromiseWithResolvers<Stored>;
}

/**
 * A producer, with what waits for its turn. Each partition has one request under way at a time; what comes meanwhile
 * goes with the next one, all together. Partitions do not wait for each other, nor for a leader that is not their own.
 */
export class Line implements Breakable {
  readonly #producer: Producer;
  readonly #options: LineOptions;
  readonly #broken = Promise.withResolvers<never>();
  readonly #lanes = new Map<string, Waiting[]>();
  #turn = 0;

  constructor(producer: Producer, options: LineOptions) {
    this.#producer = producer;
    this.#options = options;
    this.#broken.promise.catch(() => {});
    producer.on('error', () => {});
  }

  get broken(): Promise<never> {
    return this.#broken.promise;
  }

  async send(record: MessageToProduce): Promise<Stored> {
    const partition = await this.#partitionOf(record);
    const stored = Promise.withResolvers<Stored>();
    const waiting = { record: { ...record, partition }, stored };
    const key = `${record.topic}/${partition}`;
    const lane = this.#lanes.get(key);
    if (lane) lane.push(waiting);
    else {
      const begun = [waiting];
      this.#lanes.set(key, begun);
      void this.#empty(key, begun, partition);
    }
    return stored.promise;
  }

  /** Asked for by each record by itself: a topic that is not there stops no other. */
  async #partitionOf({ topic, partition, key }: MessageToProduce): Promise<number> {
    const { faultOf, noPartition, partitionOf } = this.#options;
    // Whoever reaches no broker at all hears it soon; a leader that is missing is waited for.
    const metadata = await this.#producer.metadata({ topics: [topic], retries: 3 }).catch((error: unknown) => {
      throw faultOf(error);
    });
    const { partitionsCount } = metadata.topics.get(topic)!;
    if (partition === undefined) return key ? partitionOf(key, partitionsCount) : this.#turn++ % partitionsCount;
    if (partition < 0 || partition >= partitionsCount) throw noPartition(topic, partition, partitionsCount);
    return partition;
  }

  async #empty(key: string, lane: Waiting[], partition: number): Promise<void> {
    const { acks, idempotent, compression, deliveryTimeout, clock, faultOf } = this.#options;
    while (lane.length > 0) {
      const batch = lane.splice(0);
      // A client that is closed gives up what it tries again.
      const cancel = clock.after(deliveryTimeout, () => void this.close());
      try {
        const messages = batch.map(({ record }) => record);
        const { offsets } = await this.#producer.send({ messages, acks, idempotent, compression });
        const first = offsets?.[0]?.offset;
        for (const [n, { stored }] of batch.entries())
          stored.resolve({ partition, offset: first === undefined ? undefined : first + BigInt(n) });
      } catch (error) {
        const fault = faultOf(error);
        for (const { stored } of batch) stored.reject(fault);
        // A new producer begins with a clean slate: one that is idempotent cannot go on after a gap.
        this.#broken.reject(fault);
        await this.close();
      } finally {
        cancel();
      }
    }
    this.#lanes.delete(key);
  }

  async close(): Promise<void> {
    await this.#producer.close(true).catch(() => {});
  }
}
