import type { ClusterMetadata, Consumer } from '@platformatic/kafka';
import type { Logger } from '../../log.ts';
import type { ConsumingConfig } from './parameters.ts';
import type { Fetched, Partition } from './partition.ts';
import { isKafkaError } from './server.ts';

/** What a control record of a transaction, and a time set by the broker, are marked with. Source: Kafka's record batch. */
const controlBit = 0x20;
const logAppendBit = 0x08;
/** How long a broker may wait for the others while a partition that has messages is not asked for. */
const shortWaitMs = 20;

export interface FetchingParts {
  /** A client of its own: a broker that waits for messages answers nothing else on the same connection. */
  readonly client: Consumer;
  readonly config: ConsumingConfig;
  readonly log: Logger;
  /** Messages became ready. */
  readonly onReady: (partition: Partition) => void;
  /** Where a partition goes on whose messages were deleted. */
  readonly whereToReset: (partition: Partition) => Promise<number>;
}

/**
 * Keeps messages of each partition ready: asks the brokers for those that run low, one request a broker at a time. A
 * partition that has enough is not asked for, so that memory stays the same however many messages wait.
 */
export class Fetching {
  readonly #parts: FetchingParts;
  readonly #asked = new Set<number>();
  readonly #failure = Promise.withResolvers<never>();
  #partitions: readonly Partition[] = [];
  #again = false;
  #pumping = false;
  #stopped = false;

  constructor(parts: FetchingParts) {
    this.#parts = parts;
    this.#failure.promise.catch(() => {});
  }

  /** Rejects when the brokers cannot be asked any more. */
  get failed(): Promise<never> {
    return this.#failure.promise;
  }

  /** From now on these and no others. What is under way for others is dropped when it comes. */
  follow(partitions: readonly Partition[]): void {
    this.#partitions = partitions;
    this.wake();
  }

  stop(): void {
    this.#stopped = true;
    this.#partitions = [];
  }

  /** A partition may have room again. */
  wake(): void {
    this.#again = true;
    if (this.#pumping) return;
    this.#pumping = true;
    void this.#pump().catch((error: unknown) => this.#failure.reject(error));
  }

  async #pump(): Promise<void> {
    try {
      while (this.#again && !this.#stopped) {
        this.#again = false;
        if (this.#partitions.length === 0) return;
        const topics = [...new Set(this.#partitions.map(({ topic }) => topic))];
        const metadata = await this.#parts.client.metadata({ topics });
        for (const [node, all] of byLeader(this.#partitions, metadata)) {
          if (this.#asked.has(node) || this.#stopped) continue;
          const wanting = all.filter(({ ready }) => ready < this.#parts.config.maxPollRecords);
          if (wanting.length === 0) continue;
          this.#asked.add(node);
          const waitMs = wanting.length === all.length ? this.#parts.config.maxWait : shortWaitMs;
          void this.#ask(node, wanting, metadata, waitMs)
            .catch((error: unknown) => this.#failure.reject(error))
            .finally(() => {
              this.#asked.delete(node);
              this.wake();
            });
        }
      }
    } finally {
      this.#pumping = false;
    }
  }

  async #ask(
    node: number,
    partitions: readonly Partition[],
    metadata: ClusterMetadata,
    maxWait: number,
  ): Promise<void> {
    const { client, config } = this.#parts;
    const from = new Map(partitions.map((partition) => [partition, partition.position]));
    const topics = Object.entries(Object.groupBy(partitions, ({ topic }) => topic)).map(([topic, some]) => ({
      topicId: metadata.topics.get(topic)!.id,
      partitions: some!.map((partition) => ({
        partition: partition.number,
        fetchOffset: BigInt(partition.position),
        partitionMaxBytes: config.maxPartitionBytes,
        currentLeaderEpoch: -1,
        lastFetchedEpoch: -1,
      })),
    }));
    try {
      const response = await client.fetch({
        node,
        topics,
        maxWaitTime: maxWait,
        minBytes: config.minBytes,
        maxBytes: config.maxBytes,
        isolationLevel: config.isolation === 'read_committed' ? 1 : 0,
      });
      for (const { partition, records, position } of read(response, partitions, metadata)) {
        // It was given away, or moved, while this was under way.
        if (!this.#partitions.includes(partition) || partition.position !== from.get(partition)) continue;
        partition.add(records, position);
        this.#parts.onReady(partition);
      }
    } catch (error) {
      if (this.#stopped) return;
      if (!isKafkaError(error, 'OFFSET_OUT_OF_RANGE')) throw error;
      for (const partition of partitions) await this.#checkRange(partition);
    }
  }

  /** The broker does not say of which partition the offset is gone: each is looked at. */
  async #checkRange(partition: Partition): Promise<void> {
    const { client, log } = this.#parts;
    const range = { topics: [partition.topic], partitions: { [partition.topic]: [partition.number] } };
    const [first, end] = await Promise.all(
      [-2n, -1n].map(async (timestamp) => {
        const offsets = await client.listOffsets({ ...range, timestamp });
        return Number(offsets.get(partition.topic)![partition.number]!);
      }),
    );
    if (partition.position >= first! && partition.position <= end!) return;
    const to = await this.#parts.whereToReset(partition);
    log.warn(
      `Offset ${partition.position} of ${partition.key} is not there any more (${first} to ${end} are): it goes on at ${to}`,
    );
    partition.moveTo(to);
  }
}

function byLeader(partitions: readonly Partition[], { topics }: ClusterMetadata): Map<number, Partition[]> {
  return Map.groupBy(partitions, ({ topic, number }) => topics.get(topic)?.partitions[number]?.leader ?? -1);
}

type FetchResponse = Awaited<ReturnType<Consumer['fetch']>>;

interface PartitionRead {
  readonly partition: Partition;
  readonly records: readonly Fetched[];
  readonly position: number;
}

function* read(
  response: FetchResponse,
  partitions: readonly Partition[],
  { topics }: ClusterMetadata,
): Generator<PartitionRead> {
  const topicOf = new Map([...topics].map(([name, { id }]) => [id, name]));
  for (const { topicId, partitions: answers } of response.responses) {
    const topic = topicOf.get(topicId);
    for (const { partitionIndex, records: batches } of answers) {
      const partition = partitions.find((one) => one.topic === topic && one.number === partitionIndex);
      const last = batches?.at(-1);
      if (!partition || !batches || !last) continue;
      const records: Fetched[] = [];
      for (const { attributes, firstOffset, firstTimestamp, maxTimestamp, records: inBatch } of batches) {
        if (attributes & controlBit) continue;
        const [base, time] = [Number(firstOffset), Number(firstTimestamp)];
        const byBroker = (attributes & logAppendBit) !== 0;
        for (const { offsetDelta, timestampDelta, key, value, headers } of inBatch)
          records.push({
            offset: base + offsetDelta,
            timestamp: byBroker ? Number(maxTimestamp) : time + Number(timestampDelta),
            timestampType: byBroker ? 'LogAppendTime' : 'CreateTime',
            key,
            value,
            headers,
          });
      }
      yield { partition, records, position: Number(last.firstOffset) + last.lastOffsetDelta + 1 };
    }
  }
}
