import type { Position, Problem } from '../../errors.ts';
import { param, type ParametersFor } from '../../artifacts/parameters.ts';
import { defineConsumer, type ConsumerKind } from '../inbound-kind.ts';
import { consumeKafka } from './inbound.ts';
import { consumingParameters, serverParameters, type ConsumingConfig, type ServerConfig } from './parameters.ts';
import { checkServer } from './server.ts';

export interface KafkaConfig extends ServerConfig, ConsumingConfig {
  readonly zookeeper: string | undefined;
  readonly pollTimeout: number;
  readonly interval: number;
}

const parameters: ParametersFor<KafkaConfig> = {
  ...serverParameters,
  ...consumingParameters,
  zookeeper: param.text('zookeeper.connect', { doc: 'Refused: write bootstrap.servers instead.' }),
  pollTimeout: param.integer('poll.timeout', {
    doc: 'Read and not used: messages are processed as soon as they are there.',
    default: 100,
  }),
  interval: param.integer('interval', { doc: 'Read and not used, for the same reason.', default: 1_000 }),
};

/** What a message is afterwards is decided by its content type alone. */
const plainDeserializers = /(^|\.)(String|ByteArray|ByteBuffer|Bytes)Deserializer$|\.ErrorHandlingDeserializer$/;

export const kafka: ConsumerKind = defineConsumer({
  name: 'kafka',
  summary: 'Consumes topics of Kafka.',
  notes:
    'One replica consumes all partitions, each in order and side by side, and commits offsets in the name of the group, ' +
    'which has no members then: another replica takes over as fast as its term begins. ' +
    'Only what was processed is committed, so that nothing is lost; what was processed and not yet committed comes again ' +
    'after a replica was killed. A broker that goes away costs no repetition: the replica remembers how far it came.',
  protocols: ['kafka'],
  classes: ['org.wso2.carbon.inbound.kafka.KafkaMessageConsumer'],
  proxyTransports: [],
  delivery: 'at least once',
  acknowledged: 'Its offset is committed after the sequence has finished.',
  sharing:
    'They are members of the group, which gives each a share of the partitions; that of a killed one is shared out after session.timeout.ms.',
  parameters,
  check,
  consume: consumeKafka,
});

function check(config: KafkaConfig, at: Position): readonly Problem[] {
  const wrong = (text: string, hint: string): Problem => ({ code: 'BAD_PARAMETER', level: 'error', at, text, hint });
  const problems: Problem[] = [];
  if (config.zookeeper !== undefined)
    problems.push(
      wrong(
        'zookeeper.connect belongs to the old consumer, which no Kafka since 4.0 answers.',
        'Write bootstrap.servers with host:port of the brokers, and topic.name, group.id and contentType.',
      ),
    );
  else problems.push(...checkServer(config, at));
  if (config.topics.length === 0 && !config.pattern)
    problems.push(
      wrong('Neither topic.name nor topic.pattern is given.', 'Write topic.name with the names of the topics.'),
    );
  if (
    config.partitions.length > 0 &&
    (config.topics.length !== 1 || config.partitions.some((one) => !/^\d+$/.test(one)))
  )
    problems.push(
      wrong(
        'topic.partitions takes numbers of partitions of one topic.',
        'Write topic.name with one topic, and topic.partitions such as 0,1.',
      ),
    );
  for (const [name, className] of [
    ['key.deserializer', config.keyDeserializer],
    ['value.deserializer', config.valueDeserializer],
    ['key.delegate.deserializer', config.keyDelegate],
    ['value.delegate.deserializer', config.valueDelegate],
  ] as const)
    if (className !== undefined && !plainDeserializers.test(className))
      problems.push(
        wrong(
          `${name} ${className} is not supported.`,
          'StringDeserializer and ByteArrayDeserializer are; contentType then says how a message is read, such as application/json.',
        ),
      );
  return problems;
}
