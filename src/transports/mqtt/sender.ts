import { randomBytes } from 'node:crypto';
import type { IClientPublishOptions, MqttClient } from 'mqtt';
import { param, type ParametersFor } from '../../artifacts/parameters.ts';
import { systemClock, type Clock } from '../../clock.ts';
import type { Outgoing, Sender } from '../../engine/ports.ts';
import { Fault } from '../../errors.ts';
import { writeBody } from '../../message/formats/write.ts';
import type { Message } from '../../message/message.ts';
import { readAddress } from '../address-parameters.ts';
import { KeptOpen, type Breakable } from '../kept-open.ts';
import { serverParameters, type ServerConfig } from './parameters.ts';
import { connected, explain, makeClient, serverName } from './server.ts';

interface SenderConfig extends ServerConfig {
  readonly topic: string | undefined;
  readonly qos: number;
  readonly retain: boolean;
  readonly blocking: boolean;
  readonly clean: boolean;
}

/** What stands after the question mark of mqtt:/name?. */
export const senderParameters: ParametersFor<SenderConfig> = {
  ...serverParameters,
  topic: param.text('mqtt.topic.name', { doc: 'The topic; otherwise what stands before the question mark.' }),
  qos: param.integer(['mqtt.subscription.qos', 'mqtt.publisher.qos'], {
    doc: '0: nobody confirms it. 1 and 2: sent means that the broker has it.',
    default: 1,
    min: 0,
    max: 2,
  }),
  retain: param.boolean('mqtt.message.retained', {
    doc: 'Whether the broker keeps it for who comes later.',
    default: false,
  }),
  blocking: param.boolean('mqtt.blocking.sender', {
    doc: 'Read and not used: the confirm is always waited for.',
    default: true,
  }),
  clean: param.boolean('mqtt.session.clean', { doc: 'Read and not used: a sender has no session.', default: true }),
};

/** A connection that is used until it breaks. */
interface Line extends Breakable {
  readonly client: MqttClient;
}

/** Sends to mqtt:/topic?mqtt.server.host.name=... and waits until the broker has the message. */
export function createMqttSender(clock: Clock = systemClock): Sender {
  const lines = new KeptOpen<Line>();
  return {
    schemes: ['mqtt'],
    send: (outgoing) => send(outgoing, lines, clock),
    close: () => lines.close(),
  };
}

async function send(
  { url, message, signal, timeoutMs }: Outgoing,
  lines: KeptOpen<Line>,
  clock: Clock,
): Promise<undefined> {
  const config = readAddress(senderParameters, url);
  const topic = config.topic ?? decodeURIComponent(url.pathname.replace(/^\/+/, ''));
  if (topic === '' || /[+#]/.test(topic))
    throw new Fault('SEND_FAILED', { text: `"${topic}" is not a topic that can be sent to (mqtt.topic.name).` });
  await message.body.load(signal);
  const { bytes, contentType } = writeBody(message);
  const line = await lines
    .get(url.search, () => openLine(config))
    .catch((error: unknown) => {
      throw new Fault('CONNECTION_FAILED', {
        text: `${serverName(config)}: ${explain(error)}`,
        cause: error,
        retry: 'again',
      });
    });
  message.conversation.fence?.assert();
  const options: IClientPublishOptions = {
    qos: config.qos as 0 | 1 | 2,
    retain: config.retain,
    ...(config.version === '5' ? { properties: propertiesOf(message, contentType) } : {}),
  };
  const published = line.client
    .publishAsync(topic, Buffer.from(bytes ?? new Uint8Array()), options)
    .catch((error: unknown) => {
      throw new Fault('SEND_FAILED', {
        text: `${serverName(config)}: ${explain(error)}`,
        cause: error,
        retry: 'again',
      });
    });
  published.catch(() => {});
  const late = Promise.withResolvers<never>();
  const cancel = clock.after(timeoutMs ?? 120_000, () =>
    late.reject(new Fault('CONNECTION_TIMEOUT', { detail: { server: serverName(config), topic }, retry: 'again' })),
  );
  await Promise.race([published, line.broken, late.promise]).finally(cancel);
  return undefined;
}

/** MQTT 5 has a place for what 3.1.1 loses. */
function propertiesOf(message: Message, contentType: string | undefined): IClientPublishOptions['properties'] {
  const { fence } = message.conversation;
  const userProperties = Object.fromEntries([
    ...[...message.headers].filter(
      ([name]) => !/^(content-(type|length)|transfer-encoding|host|connection)$/i.test(name),
    ),
    ...(fence
      ? [
          ['X-Fencing-Token', String(fence.token)],
          ['Idempotency-Key', fence.key],
        ]
      : []),
  ]);
  // None at all must be left out: the client sends nothing then, and waits for ever.
  const some = Object.keys(userProperties).length > 0;
  return { ...(some ? { userProperties } : {}), ...(contentType === undefined ? {} : { contentType }) };
}

async function openLine(config: SenderConfig): Promise<Line> {
  // A broker lets one client have a name, and every replica sends.
  const clientId = `${config.clientId ?? 'gantry'}-${randomBytes(4).toString('hex')}`;
  const client = await makeClient(config, { clientId, clean: true });
  const { promise: broken, reject } = Promise.withResolvers<never>();
  broken.catch(() => {});
  const onEnd = (error: unknown): void => {
    client.end(true);
    reject(
      new Fault('CONNECTION_CLOSED', {
        text: `${serverName(config)}: ${explain(error)}`,
        cause: error,
        retry: 'again',
      }),
    );
  };
  try {
    await connected(client);
  } catch (error) {
    client.on('error', () => {});
    client.end(true);
    throw error;
  }
  client.on('error', onEnd);
  client.on('close', () => onEnd(new Error('the connection was closed')));
  return {
    client,
    broken,
    async close() {
      await client.endAsync().catch(() => {});
    },
  };
}
