import type { Consumer } from '@platformatic/kafka';
import type { Singleton } from '../../engine/ports.ts';
import type { ConsumerParts } from '../inbound-kind.ts';
import { keepConnected } from '../reconnecting.ts';
import { assignAll, GroupMember, untilTopicsChange } from './assignment.ts';
import { Fetching } from './fetching.ts';
import { Offsets } from './offsets.ts';
import { clientOptions, explain, serverName } from './server.ts';
import type { KafkaConfig } from './spec.ts';
import { Work } from './work.ts';

/** Consumes topics until the term ends, and finds the cluster again whenever it is away. */
export function consumeKafka(config: KafkaConfig, parts: ConsumerParts): Singleton['run'] {
  return (term) => {
    const work = new Work(config, parts, term);
    return keepConnected((established, signal) => consumeOnce(config, parts, work, established, signal), {
      signal: term.signal,
      clock: parts.clock,
      standing: parts.standing,
      log: parts.log,
      server: serverName(config),
      explain: (error) => explain(error, config),
    }).finally(() => work.close());
  };
}

async function consumeOnce(
  config: KafkaConfig,
  parts: ConsumerParts,
  work: Work,
  established: () => void,
  signal: AbortSignal,
): Promise<void> {
  if (parts.shared && config.partitions.length > 0)
    throw new Error('a share of the group cannot be limited to topic.partitions: leave that out, or scale=shared');
  const kafka = await import('@platformatic/kafka');
  const options = {
    ...(await clientOptions(config, parts.name)),
    groupId: config.group,
    sessionTimeout: config.sessionTimeout,
    rebalanceTimeout: Math.max(config.sessionTimeout, 60_000),
    heartbeatInterval: Math.min(config.heartbeatInterval, config.sessionTimeout / 3),
    heartbeatStallTimeout: config.sessionTimeout,
    retryDelay: 200,
  };
  const fetcher = new kafka.Consumer(options);
  const committer = new kafka.Consumer({ ...options, retries: 0 });
  const member = parts.shared ? new kafka.Consumer(options) : undefined;
  const clients = [fetcher, committer, ...(member ? [member] : [])];
  // A client without this listener would end the process with an error nobody waits for.
  for (const client of [fetcher, committer]) client.on('error', () => {});
  const ending = new AbortController();
  const ended = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const offsets = new Offsets(committer, config);
  const fetching = new Fetching({
    client: fetcher,
    config,
    log: parts.log,
    onReady: (partition) => work.begin(partition),
    whereToReset: (partition) => offsets.reset(partition),
  });
  const joined = member && new GroupMember(member);
  try {
    const topicsNow = (): Promise<readonly string[]> => topicsOf(config, kafka, options);
    const topics = await topicsNow();
    work.connect(offsets, fetching);
    fetcher.topics.trackAll(...topics);
    committer.topics.trackAll(...topics);
    if (joined) await joined.join(topics, work);
    else await assignAll(fetcher, topics, config, work);
    established();
    await Promise.race([
      ended,
      fetching.failed,
      work.committing(ending.signal),
      ...(joined ? [joined.failed] : []),
      untilTopicsChange(fetcher, topicsNow, config.metadataMaxAge, parts.clock, ending.signal),
    ]);
  } finally {
    ending.abort();
    fetching.stop();
    // Without a term nothing is committed any more; without a broker what is in hand ends all the same.
    await work.disconnect();
    if (work.term.valid()) await joined?.leave();
    const closing = Promise.all(clients.map((client) => closed(client)));
    if (work.term.valid()) await closing;
  }
}

async function closed(client: Consumer): Promise<void> {
  await client.close(true).catch(() => {});
}

async function topicsOf(
  config: KafkaConfig,
  { Admin }: typeof import('@platformatic/kafka'),
  options: ConstructorParameters<typeof Admin>[0],
): Promise<readonly string[]> {
  const { pattern } = config;
  if (!pattern) return config.topics;
  const admin = new Admin(options);
  admin.on('error', () => {});
  try {
    const all = await admin.listTopics();
    const matching = all.filter((topic) => pattern.test(topic));
    if (matching.length === 0) throw new Error(`there is no topic that matches ${pattern.source} (topic.pattern)`);
    return matching;
  } finally {
    await admin.close().catch(() => {});
  }
}
