/**
 * Queues whose depth says how many replicas are wanted: those that every replica consumes from at once. What one replica
 * holds by a term is never among them: more replicas would not take more of it.
 *
 * Each becomes a trigger of KEDA, made of the consumer's own parameters. Names of a trigger's fields: KEDA's pages on
 * its scalers kafka, rabbitmq and artemis-queue.
 */
import type { Problem } from '../../../errors.ts';
import type { Inside, SharedQueue } from '../../plan/index.ts';
import { error, warning } from '../../plan/problems.ts';
import { filled } from './placeholders.ts';
import { queueSecretKey, queueSecretName, type ManifestSetting } from './setting.ts';

export interface QueueTrigger {
  /** Name of the artifact that consumes. */
  readonly consumer: string;
  readonly type: 'kafka' | 'rabbitmq' | 'artemis-queue';
  readonly metadata: Readonly<Record<string, string>>;
  /** Parameters that KEDA reads from a Secret, each with what it looks like. */
  readonly secrets: Readonly<Record<string, string>>;
}

export interface Queues {
  readonly triggers: readonly QueueTrigger[];
  readonly problems: readonly Problem[];
}

/** More than so many messages for each replica, and another replica is added. */
const messagesPerReplica = '20';

type Setting = (name: string) => string;
/** Why there is no trigger: the parameter that is missing, or what KEDA cannot do. */
type Made = Omit<QueueTrigger, 'consumer'> | { readonly missing: string };

/** `values` fill the placeholders, as the pods' own environment will. */
export function queuesOf({ artifacts }: Inside, values: Readonly<Record<string, string>>): Queues {
  const triggers: QueueTrigger[] = [];
  const problems: Problem[] = [];
  for (const { key, name, at, faulty, queue } of artifacts) {
    if (faulty || queue === undefined) continue;
    const made = triggerOf(queue, values);
    if ('missing' in made) {
      const text = `KEDA cannot look at the queue of ${key}: ${made.missing}.`;
      const hint = 'Replicas are added by CPU alone then; or write a trigger for it by hand.';
      problems.push(warning('QUEUE_NOT_FOLLOWED', at, text, hint, key));
    } else triggers.push({ consumer: name, ...made });
  }
  return { triggers, problems };
}

function triggerOf({ protocol, settings }: SharedQueue, values: Readonly<Record<string, string>>): Made {
  const make = makers[protocol];
  return make
    ? make((name) => filled(settings[name] ?? '', values))
    : { missing: `KEDA has no scaler for ${protocol}` };
}

/** Every one of these settings has a value; or what is missing. */
function need(setting: Setting, ...names: readonly string[]): { readonly missing: string } | undefined {
  const name = names.find((one) => setting(one) === '');
  return name === undefined ? undefined : { missing: `its parameter ${name} has no value here` };
}

const makers: Readonly<Record<string, (setting: Setting) => Made>> = {
  kafka(setting) {
    const missing = need(setting, 'bootstrap.servers', 'group.id', 'topic.name');
    if (missing) return missing;
    const protocol = setting('security.protocol').toUpperCase();
    const sasl = protocol.startsWith('SASL');
    return {
      type: 'kafka',
      metadata: {
        bootstrapServers: setting('bootstrap.servers'),
        consumerGroup: setting('group.id'),
        topic: setting('topic.name'),
        lagThreshold: messagesPerReplica,
        offsetResetPolicy: setting('auto.offset.reset') || 'latest',
        ...(sasl ? { sasl: saslWord(setting('sasl.mechanism')) } : {}),
        ...(protocol.endsWith('SSL') ? { tls: 'enable' } : {}),
      },
      secrets: sasl ? { username: 'USER', password: 'PASSWORD' } : {},
    };
  },
  rabbitmq(setting) {
    const missing = need(setting, 'rabbitmq.server.host.name', 'rabbitmq.queue.name');
    if (missing) return missing;
    const tls = setting('rabbitmq.connection.ssl.enabled').toLowerCase() === 'true';
    // KEDA asks one of several hosts: all of a cluster know the queue.
    const [host] = setting('rabbitmq.server.host.name').split(',');
    const [port] = (setting('rabbitmq.server.port') || (tls ? '5671' : '5672')).split(',');
    const virtualHost = encodeURIComponent(setting('rabbitmq.server.virtual.host') || '/');
    const address = `${host!.trim()}:${port!.trim()}/${virtualHost}`;
    return {
      type: 'rabbitmq',
      metadata: {
        protocol: 'amqp',
        queueName: setting('rabbitmq.queue.name'),
        mode: 'QueueLength',
        value: messagesPerReplica,
      },
      // The user and the password are part of the address.
      secrets: { host: `${tls ? 'amqps' : 'amqp'}://USER:PASSWORD@${address}` },
    };
  },
  jms(setting) {
    const missing = need(setting, 'transport.jms.Destination', 'scale.management', 'scale.broker');
    if (missing) return missing;
    const queue = setting('transport.jms.Destination');
    return {
      type: 'artemis-queue',
      metadata: {
        managementEndpoint: setting('scale.management'),
        brokerName: setting('scale.broker'),
        brokerAddress: queue,
        queueName: queue,
        queueLength: messagesPerReplica,
      },
      secrets: { username: 'USER', password: 'PASSWORD' },
    };
  },
};

/** "SCRAM-SHA-256" -> "scram_sha256". */
function saslWord(mechanism: string): string {
  const word = mechanism.toLowerCase();
  return word === '' || word === 'plain' ? 'plaintext' : word.replace('scram-sha-', 'scram_sha');
}

/** What is wrong with following these queues, and what the user has to bring. */
export function queueProblems(queues: Queues | undefined, setting: ManifestSetting): Problem[] {
  if (queues === undefined) return [];
  const problems = [...queues.problems];
  if (setting.maxReplicas === undefined) {
    const hint = 'Give --max-replicas as well.';
    problems.push(error('KEDA_WITHOUT_MAX', '--keda', 'It is not said how many replicas there may be.', hint));
  }
  if (queues.triggers.length === 0) {
    const text = 'No queue is consumed by every replica at once, so there is none to follow.';
    const hint = 'coordination=false lets every replica consume; or leave --keda out, to scale by CPU.';
    problems.push(error('NO_QUEUES', '--keda', text, hint));
  }
  const literals = queues.triggers.flatMap((queue) =>
    Object.entries(queue.secrets).map(
      ([parameter, example]) => ` --from-literal=${queueSecretKey(queue, parameter)}='${example}'`,
    ),
  );
  if (literals.length > 0) {
    const name = queueSecretName(setting);
    const hint = `kubectl -n ${setting.namespace} create secret generic ${name}${literals.join('')}`;
    problems.push(warning('SECRET_FOR_KEDA', '--keda', `KEDA reads the Secret ${name}, which you have to make.`, hint));
  }
  return problems;
}
