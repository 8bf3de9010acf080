import type { ConnectionOptions } from 'node:tls';
import type { BaseOptions } from '@platformatic/kafka';
import type { Position, Problem } from '../../errors.ts';
import { checkTlsFiles, explainTls, readTlsFiles } from '../tls-files.ts';
import type { ServerConfig } from './parameters.ts';

/** "kafka://broker:9092", for people. */
export function serverName({ servers }: ServerConfig): string {
  return `kafka://${servers.join(',')}`;
}

const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;

/** Options that every client of the cluster has. `name` is what the brokers call it. */
export async function clientOptions(config: ServerConfig, name: string): Promise<BaseOptions> {
  return {
    clientId: (config.clientId ?? name).replace(/[^\w.-]/g, '_'),
    bootstrapBrokers: [...config.servers],
    timeout: config.requestTimeout,
    requestTimeout: config.requestTimeout,
    connectTimeout: 5_000,
    autocreateTopics: false,
    ...(config.security.endsWith('SSL') ? { tls: await tlsOptions(config) } : {}),
    ...(config.security.startsWith('SASL') ? { sasl: { mechanism: mechanismOf(config), ...loginOf(config) } } : {}),
  };
}

function mechanismOf({ mechanism }: ServerConfig): (typeof mechanisms)[number] {
  return mechanisms.find((known) => known === mechanism.toUpperCase())!;
}

/** `org.apache.kafka.common.security.plain.PlainLoginModule required username="a" password="b";` */
function loginOf({ login = '' }: ServerConfig): { username: string; password: string } {
  const option = (name: string): string =>
    new RegExp(`\\b${name}\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|'([^']*)')`)
      .exec(login)
      ?.slice(1)
      .find((text) => text !== undefined)
      ?.replace(/\\(.)/g, '$1') ?? '';
  return { username: option('username'), password: option('password') };
}

const files = { keystore: 'ssl.keystore.location', truststore: 'ssl.truststore.location' };

async function tlsOptions(config: ServerConfig): Promise<ConnectionOptions> {
  return {
    ...(await readTlsFiles(config, files)),
    ...(config.hostCheck.toLowerCase() === 'https' ? {} : { checkServerIdentity: () => undefined }),
  };
}

/** What cannot work, whatever the cluster is. */
export function checkServer(config: ServerConfig, at: Position): readonly Problem[] {
  const wrong = (text: string, hint: string): Problem => ({ code: 'BAD_PARAMETER', level: 'error', at, text, hint });
  const problems: Problem[] = [];
  if (config.servers.length === 0)
    problems.push(
      wrong(
        'bootstrap.servers is not given.',
        'Write the brokers as host:port. zookeeper.connect and its kin belong to clients that no Kafka since 4.0 answers.',
      ),
    );
  if (config.security.startsWith('SASL') && !mechanisms.includes(mechanismOf(config)))
    problems.push(
      wrong(`sasl.mechanism ${config.mechanism} is not supported.`, 'PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512 are.'),
    );
  if (config.security.startsWith('SASL') && loginOf(config).username === '')
    problems.push(
      wrong(
        'sasl.jaas.config has no username="..." and password="...".',
        'Write: org.apache.kafka.common.security.plain.PlainLoginModule required username="me" password="...";',
      ),
    );
  return [...problems, ...(config.security.endsWith('SSL') ? checkTlsFiles(config, files, at) : [])];
}

/** What the client or the cluster says, as a sentence that names the parameter to look at. */
export function explain(error: unknown, server?: Pick<ServerConfig, 'security' | 'keystore'>): string | undefined {
  const all = flat(error);
  const has = (test: (one: KafkaError) => boolean): boolean => all.some(test);
  const topic = /Unknown topic (\S+?)\.?$/.exec(
    all.map(({ message }) => message).find((m) => m?.includes('Unknown topic')) ?? '',
  )?.[1];
  if (topic !== undefined) return `there is no topic ${topic} (topic.name)`;
  if (has(({ apiId }) => apiId === 'UNKNOWN_TOPIC_OR_PARTITION')) return 'there is no such topic (topic.name)';
  if (has(({ code, apiId }) => code === 'PLT_KFK_AUTHENTICATION' || apiId === 'SASL_AUTHENTICATION_FAILED'))
    return 'the login is refused (sasl.mechanism, sasl.jaas.config)';
  if (has(({ apiId }) => apiId?.endsWith('AUTHORIZATION_FAILED') ?? false))
    return 'the user may not read the topic or use the group';
  if (has(({ code }) => code === 'ECONNREFUSED')) return 'nothing answers there (bootstrap.servers)';
  if (has(({ code }) => code === 'ENOTFOUND' || code === 'EAI_AGAIN'))
    return 'the host is not known (bootstrap.servers)';
  const tls = all
    .map((one) => explainTls(one, { ...files, host: 'bootstrap.servers' }))
    .find((text) => text !== undefined);
  if (tls !== undefined) return tls;
  // By TLS 1.3 a broker that misses a certificate hangs up after the handshake, and the client does not tell why.
  if (
    server?.security === 'SSL' &&
    server.keystore === undefined &&
    has(({ message }) => message === 'Connection closed')
  )
    return 'the broker hangs up: it may want a certificate (ssl.keystore.location)';
  if (has(({ code }) => code === 'PLT_KFK_TIMEOUT')) return 'the broker is silent';
  // One of ours says it already.
  if (error instanceof Error && !('code' in error)) return error.message;
  return all.find(({ message }) => message !== undefined && message !== '')?.message;
}

interface KafkaError {
  readonly code?: string;
  readonly apiId?: string;
  readonly message?: string;
  readonly errors?: readonly unknown[];
  readonly cause?: unknown;
}

/** An error with all that it is made of: attempts, partitions, causes. Innermost first. */
function flat(error: unknown): readonly KafkaError[] {
  if (typeof error !== 'object' || error === null) return [];
  const { errors = [], cause } = error as KafkaError;
  return [...errors.flatMap(flat), ...flat(cause), error];
}

/** Whether any part of the error is one of Kafka's with that name. */
export function isKafkaError(error: unknown, ...names: readonly string[]): boolean {
  return flat(error).some(({ apiId }) => apiId !== undefined && names.includes(apiId));
}
