import { param, type ParametersFor } from '../../artifacts/parameters.ts';

/**
 * The parameters of Kafka's own clients, by their own names, as MI's Kafka inbound endpoint takes them.
 * Source: esb-inbound-kafka KafkaConstants; the defaults are its own unless the text says otherwise.
 */

/** Where the cluster is, and how it is spoken to. */
export interface ServerConfig {
  readonly servers: readonly string[];
  readonly clientId: string | undefined;
  readonly security: 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';
  readonly mechanism: string;
  readonly login: string | undefined;
  readonly truststore: string | undefined;
  readonly truststorePassword: string | undefined;
  readonly truststoreType: string | undefined;
  readonly keystore: string | undefined;
  readonly keystorePassword: string | undefined;
  readonly keyPassword: string | undefined;
  readonly keystoreType: string | undefined;
  readonly hostCheck: string;
  /** Milliseconds. */
  readonly requestTimeout: number;
}

const fileSays = { doc: 'Accepted: the file itself says what it is.' };

export const serverParameters: ParametersFor<ServerConfig> = {
  servers: param.list('bootstrap.servers', { doc: 'Brokers, as host:port; one that answers tells of the others.' }),
  clientId: param.text('client.id', { doc: "What the brokers call this client; otherwise the artifact's name." }),
  security: param.oneOf('security.protocol', ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'], {
    doc: 'Whether there is TLS, and a login.',
    default: 'PLAINTEXT',
  }),
  mechanism: param.text('sasl.mechanism', {
    doc: 'How to log in: PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512. Kafka: GSSAPI, which is not supported.',
    default: 'PLAIN',
  }),
  login: param.text('sasl.jaas.config', {
    doc: 'User and password as Java writes them: ... required username="..." password="...";',
    secret: true,
  }),
  truststore: param.text('ssl.truststore.location', { doc: 'Certificates that are trusted: JKS, PKCS12 or PEM.' }),
  truststorePassword: param.text('ssl.truststore.password', { doc: 'Password of the truststore.', secret: true }),
  truststoreType: param.text('ssl.truststore.type', fileSays),
  keystore: param.text('ssl.keystore.location', { doc: 'Own certificate and key: JKS, PKCS12 or PEM.' }),
  keystorePassword: param.text('ssl.keystore.password', { doc: 'Password of the keystore.', secret: true }),
  keyPassword: param.text('ssl.key.password', { doc: 'Password of the key, where it is another one.', secret: true }),
  keystoreType: param.text('ssl.keystore.type', fileSays),
  hostCheck: param.text('ssl.endpoint.identification.algorithm', {
    doc: "https: the broker's certificate must be for its host; none: any that is trusted will do.",
    default: 'https',
  }),
  requestTimeout: param.integer('request.timeout.ms', {
    doc: 'Milliseconds a broker may take to answer. MI: 305000.',
    default: 30_000,
    min: 1,
  }),
};

/** What is consumed, and what becomes of it. */
export interface ConsumingConfig {
  readonly topics: readonly string[];
  readonly pattern: RegExp | undefined;
  readonly partitions: readonly string[];
  readonly group: string;
  readonly contentType: string | undefined;
  readonly keyDeserializer: string | undefined;
  readonly valueDeserializer: string | undefined;
  readonly keyDelegate: string | undefined;
  readonly valueDelegate: string | undefined;
  readonly sequential: boolean;
  readonly autoCommit: boolean;
  readonly commitInterval: number;
  readonly offsetReset: 'earliest' | 'latest' | 'none';
  readonly maxPollRecords: number;
  readonly batches: boolean;
  readonly retryCount: number | undefined;
  readonly retryInterval: number | undefined;
  readonly deadLetterTopic: string | undefined;
  readonly headerPrefix: string;
  readonly sessionTimeout: number;
  readonly heartbeatInterval: number;
  readonly maxWait: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly maxPartitionBytes: number;
  readonly isolation: 'read_uncommitted' | 'read_committed';
  readonly metadataMaxAge: number;
}

export const consumingParameters: ParametersFor<ConsumingConfig> = {
  topics: param.list(['topic.name', 'topics'], { doc: 'Topics, separated by commas.' }),
  pattern: param.regex('topic.pattern', { doc: 'Instead of names: all topics that match.' }),
  partitions: param.list('topic.partitions', {
    doc: 'Only these partitions of the one topic, by number. Not together with sharing.',
  }),
  group: param.text('group.id', { doc: 'The consumer group in whose name offsets are committed.', required: true }),
  contentType: param.text(['contentType', 'content.type'], {
    doc: 'Content type of the messages; application/json when it is not given.',
  }),
  keyDeserializer: param.text('key.deserializer', {
    doc: 'StringDeserializer or ByteArrayDeserializer: keys are text.',
  }),
  valueDeserializer: param.text('value.deserializer', {
    doc: 'StringDeserializer or ByteArrayDeserializer: a message is its bytes, read as contentType says.',
  }),
  keyDelegate: param.text('key.delegate.deserializer', { doc: 'What an ErrorHandlingDeserializer hands keys to.' }),
  valueDelegate: param.text('value.delegate.deserializer', {
    doc: 'What an ErrorHandlingDeserializer hands values to.',
  }),
  sequential: param.boolean('sequential', {
    doc: 'One message of a partition after the other; partitions side by side. false: many of a partition at once.',
    default: true,
  }),
  autoCommit: param.boolean('enable.auto.commit', {
    doc:
      'true: what was processed is committed every auto.commit.interval.ms, and a message that fails is not tried again ' +
      'unless failure.retry.count is given. false: committed at once, and tried again until it succeeds. ' +
      'In both cases only what was processed is committed; MI commits what was fetched.',
    default: true,
  }),
  commitInterval: param.integer('auto.commit.interval.ms', {
    doc: 'Milliseconds between commits, which come sooner after max.poll.records messages: what was processed since the last one comes again when a replica is killed. MI: 5000.',
    default: 500,
    min: 1,
  }),
  offsetReset: param.oneOf('auto.offset.reset', ['earliest', 'latest', 'none'], {
    doc: 'Where a group begins that has committed nothing yet, or whose messages were deleted. The place is committed at once.',
    default: 'latest',
  }),
  maxPollRecords: param.integer('max.poll.records', {
    doc: 'Messages of a partition that are kept ready, at most in a batch, and worked on at once when not sequential.',
    default: 500,
    min: 1,
    max: 100_000,
  }),
  batches: param.boolean('batch.processing.enabled', {
    doc: 'All messages of a partition that are ready become one: a JSON array, or <messages> around them.',
    default: false,
  }),
  retryCount: param.integer('failure.retry.count', {
    doc: 'How often a message is tried until it is given up; -1: for ever. Its partition waits meanwhile, others do not.',
    min: -1,
  }),
  retryInterval: param.integer('failure.retry.interval', {
    doc: 'Milliseconds before the next try; otherwise 1 s, doubled up to 30 s.',
    min: 1,
  }),
  deadLetterTopic: param.text('kafka.dlq.topic', {
    doc: 'Topic for messages that were given up, with the place they came from as headers. Otherwise they are logged.',
  }),
  headerPrefix: param.text('kafka.header.prefix', {
    doc: 'Stands before the names of record headers when they become properties.',
    default: '',
  }),
  sessionTimeout: param.integer('session.timeout.ms', {
    doc: 'When shared: milliseconds until a replica that was killed is replaced.',
    default: 10_000,
    min: 1_000,
  }),
  heartbeatInterval: param.integer('heartbeat.interval.ms', {
    doc: 'When shared: milliseconds between signs of life.',
    default: 3_000,
    min: 100,
  }),
  maxWait: param.integer('fetch.max.wait.ms', {
    doc: 'Milliseconds a broker waits for messages to come.',
    default: 500,
    min: 1,
  }),
  minBytes: param.integer('fetch.min.bytes', { doc: 'Bytes a broker waits for.', default: 1, min: 1 }),
  maxBytes: param.integer('fetch.max.bytes', {
    doc: 'Bytes a broker sends at once. MI: 52428800.',
    default: 16_777_216,
    min: 1_024,
  }),
  maxPartitionBytes: param.integer('max.partition.fetch.bytes', {
    doc: 'Bytes of one partition a broker sends at once; a larger message comes all the same.',
    default: 1_048_576,
    min: 1_024,
  }),
  isolation: param.oneOf('isolation.level', ['read_uncommitted', 'read_committed'], {
    doc: 'Whether messages of transactions that are not committed are seen.',
    default: 'read_uncommitted',
  }),
  metadataMaxAge: param.integer('metadata.max.age.ms', {
    doc: 'Milliseconds between looks for new topics and partitions.',
    default: 60_000,
    min: 1_000,
  }),
};
