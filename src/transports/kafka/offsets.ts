import type { Consumer } from '@platformatic/kafka';
import type { ConsumingConfig } from './parameters.ts';
import { Partition } from './partition.ts';
import { isKafkaError } from './server.ts';

/** In whose name offsets are committed. */
export interface Membership {
  readonly memberId: string;
  readonly generation: number;
}

/** Who consumes alone is no member. The group then takes commits as long as it has no members. Source: Kafka's OffsetCommit. */
export const nobody: Membership = { memberId: '', generation: -1 };

/**
 * Reads and commits the offsets of a group, by a client that never joins it: that of the members would join again by
 * itself when a commit is refused, and then commit what another member has taken over.
 */
export class Offsets {
  readonly #client: Consumer;
  readonly #config: ConsumingConfig;

  constructor(client: Consumer, config: ConsumingConfig) {
    this.#client = client;
    this.#config = config;
  }

  /**
   * The partitions where they are to go on. What is known of one from before holds while the group's offset is what was
   * last committed from here: then nobody else had it. A place where the group begins is committed at once, or messages
   * that come before the first commit would be passed over by whoever takes over.
   */
  async open(
    places: readonly { readonly topic: string; readonly partition: number }[],
    known: ReadonlyMap<string, Partition>,
    as: Membership,
  ): Promise<readonly Partition[]> {
    if (places.length === 0) return [];
    this.#as(as);
    const byTopic = Object.entries(Object.groupBy(places, ({ topic }) => topic));
    const committed = await this.#client.listCommittedOffsets({
      topics: byTopic.map(([topic, some]) => ({ topic, partitions: some!.map(({ partition }) => partition) })),
    });
    const fresh: Partition[] = [];
    const partitions: Partition[] = [];
    for (const { topic, partition } of places) {
      const found = Number(committed.get(topic)?.[partition] ?? -1n);
      const before = known.get(`${topic}/${partition}`);
      if (before && (found === before.committed || found === before.attempted)) {
        before.committed = found;
        before.reopen();
        partitions.push(before);
        continue;
      }
      const opened = new Partition(topic, partition, found);
      if (found < 0) {
        opened.committed = opened.position = await this.reset(opened);
        fresh.push(opened);
      }
      partitions.push(opened);
    }
    if (fresh.length > 0) await this.#commit(fresh.map((one) => ({ partition: one, offset: one.position })));
    return partitions;
  }

  /** Where a partition begins whose group has no offset, as auto.offset.reset says. */
  async reset({ topic, number }: Partition): Promise<number> {
    const { offsetReset, group } = this.#config;
    if (offsetReset === 'none')
      throw new Error(`group ${group} has no offset for ${topic}/${number}, and auto.offset.reset is none`);
    const timestamp = offsetReset === 'earliest' ? -2n : -1n;
    const offsets = await this.#client.listOffsets({ topics: [topic], partitions: { [topic]: [number] }, timestamp });
    return Number(offsets.get(topic)![number]!);
  }

  /** Tells the broker what was processed. False when the group is being arranged anew: those who get it will tell. */
  async commit(partitions: Iterable<Partition>, as: Membership): Promise<boolean> {
    const moved = [...partitions]
      .map((partition) => ({ partition, offset: partition.completed }))
      .filter(({ partition, offset }) => offset > partition.committed);
    if (moved.length === 0) return true;
    this.#as(as);
    try {
      await this.#commit(moved);
      return true;
    } catch (error) {
      const refused = isKafkaError(error, 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'REBALANCE_IN_PROGRESS');
      if (refused && as !== nobody) return false;
      if (refused)
        throw new Error(
          `the group ${this.#config.group} has members, who take a part of the messages: stop them, or use another ` +
            'group.id, or let every replica be a member with scale=shared',
          { cause: error },
        );
      throw error;
    }
  }

  async #commit(all: readonly { readonly partition: Partition; readonly offset: number }[]): Promise<void> {
    for (const { partition, offset } of all) partition.attempted = offset;
    await this.#client.commit({
      offsets: all.map(({ partition: { topic, number }, offset }) => ({
        topic,
        partition: number,
        offset: BigInt(offset),
        leaderEpoch: -1,
      })),
    });
    for (const { partition, offset } of all) partition.committed = offset;
  }

  #as({ memberId, generation }: Membership): void {
    this.#client.memberId = memberId;
    this.#client.generationId = generation;
  }
}
