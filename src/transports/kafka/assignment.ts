import type { Consumer } from '@platformatic/kafka';
import type { Clock } from '../../clock.ts';
import type { ConsumingConfig } from './parameters.ts';
import { nobody, type Membership } from './offsets.ts';

/** A partition that is to be consumed here. */
export interface Place {
  readonly topic: string;
  readonly partition: number;
}

/** What happens to the one who consumes. */
export interface Assignee {
  /** These partitions from now on, in that name; no others. */
  assigned(places: readonly Place[], as: Membership): Promise<void>;
  /** They may be taken away: finish what is in hand and commit it. Resolves soon, whatever is in hand. */
  revoking(): Promise<void>;
}

/**
 * All partitions, by one's own decision: the term says that no other replica does the same. Nobody has to wait for the
 * session of a killed replica, and the group is never rearranged.
 */
export async function assignAll(
  client: Consumer,
  topics: readonly string[],
  config: ConsumingConfig,
  to: Assignee,
): Promise<void> {
  await to.assigned(await placesOf(client, topics, config), nobody);
}

async function placesOf(
  client: Consumer,
  topics: readonly string[],
  config: ConsumingConfig,
): Promise<readonly Place[]> {
  const metadata = await client.metadata({ topics: [...topics] });
  const wanted = config.partitions.map(Number);
  return topics.flatMap((topic) => {
    const { partitionsCount } = metadata.topics.get(topic)!;
    const beyond = wanted.find((partition) => partition >= partitionsCount);
    if (beyond !== undefined)
      throw new Error(`topic ${topic} has ${partitionsCount} partitions; there is no ${beyond} (topic.partitions)`);
    const all = wanted.length > 0 ? wanted : Array.from({ length: partitionsCount }, (_, partition) => partition);
    return all.map((partition) => ({ topic, partition }));
  });
}

/**
 * A member of the group, which gives each a share. Before every arrangement all finish and commit what they have in
 * hand, as Kafka's own consumers do, so that the next owner goes on exactly there.
 */
export class GroupMember {
  readonly #client: Consumer;
  readonly #failure = Promise.withResolvers<never>();
  #closed = false;

  constructor(client: Consumer) {
    this.#client = client;
    this.#failure.promise.catch(() => {});
  }

  /** Rejects when this is a member no longer. */
  get failed(): Promise<never> {
    return this.#failure.promise;
  }

  async join(topics: readonly string[], to: Assignee): Promise<void> {
    const client = this.#client;
    client.topics.trackAll(...topics);
    const fail = (error: unknown): void => {
      if (!this.#closed) this.#failure.reject(error);
    };
    client.on('error', fail);
    client.on('consumer:heartbeat:stalled', ({ lastError }) =>
      fail(lastError ?? new Error('no heartbeat was answered: the session is over')),
    );
    client.on('consumer:group:join', ({ assignments = [], memberId, generationId = 0 }) => {
      const places = assignments.flatMap(({ topic, partitions }) =>
        partitions.map((partition) => ({ topic, partition })),
      );
      void to.assigned(places, { memberId, generation: generationId }).catch(fail);
    });
    await client.joinGroup({
      // Asked for before each attempt to join, which waits for it; the bytes themselves mean nothing to anyone.
      protocolsMetadata: async () => {
        await to.revoking();
        return Buffer.alloc(0);
      },
    });
  }

  /** The others are told, and share at once what this one had. */
  async leave(): Promise<void> {
    this.#closed = true;
    const client: { leaveGroup(force: boolean): Promise<void> } = this.#client;
    // It fails when the broker is away, or has forgotten this member already.
    await client.leaveGroup(false).catch(() => {});
  }
}

/** Resolves when topics or partitions are others than they were: then all begins anew. */
export async function untilTopicsChange(
  client: Consumer,
  topicsNow: () => Promise<readonly string[]>,
  everyMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const picture = async (): Promise<string> => {
    const topics = [...(await topicsNow())].sort();
    const metadata = await client.metadata({ topics, forceUpdate: true });
    return topics.map((topic) => `${topic}/${metadata.topics.get(topic)?.partitionsCount}`).join();
  };
  const first = await picture();
  for (;;) {
    await clock.sleep(everyMs, signal);
    if ((await picture()) !== first) return;
  }
}
