import type { EventContext, Message as AmqpMessage, Sender as AmqpSender, Source } from 'rhea';
import { param, type ParametersFor } from '../../artifacts/parameters.ts';
import { systemClock, type Clock } from '../../clock.ts';
import type { Outgoing, Sender } from '../../engine/ports.ts';
import { Fault } from '../../errors.ts';
import type { Message } from '../../message/message.ts';
import { readAddress } from '../address-parameters.ts';
import { withFactory, type Deployment } from '../connection-factories.ts';
import { isTrue } from '../http/headers.ts';
import { KeptOpen } from '../kept-open.ts';
import { ReplyWait } from '../reply-wait.ts';
import { addressOf, destinationOf } from './destination.ts';
import { messageOf } from './incoming.ts';
import { write } from './outgoing.ts';
import { jndiParameters, type JndiConfig } from './parameters.ts';
import { isRefusal, providerName, providerOf, type Provider } from './provider.ts';
import { connectJms, openReceiver, openSender, settledSend, type JmsConnection } from './server.ts';

interface SenderConfig extends JndiConfig {
  readonly factoryType: 'queue' | 'topic' | undefined;
  readonly destinationType: 'queue' | 'topic' | undefined;
  readonly replyDestination: string | undefined;
  readonly contentTypeProperty: string | undefined;
  readonly hyphens: 'none' | 'replace' | 'delete';
  readonly factory: string | undefined;
  readonly transacted: boolean;
}

/** What stands after the question mark of jms:/destination?. Source: Axis2 JMSOutTransportInfo. */
export const senderParameters: ParametersFor<SenderConfig> = {
  ...jndiParameters,
  factory: param.text('transport.jms.ConnectionFactory', {
    doc: 'Name of a connection factory of deployment.toml ([[transport.jms.sender]]).',
  }),
  factoryType: param.oneOf('transport.jms.ConnectionFactoryType', ['queue', 'topic'], {
    doc: 'The type of the destination, where that is not said.',
  }),
  destinationType: param.oneOf('transport.jms.DestinationType', ['queue', 'topic'], {
    doc: 'What the destination is.',
  }),
  replyDestination: param.text('transport.jms.ReplyDestination', {
    doc: 'Queue that answers come to; a temporary queue when it is not given.',
  }),
  contentTypeProperty: param.text('transport.jms.ContentTypeProperty', {
    doc: 'The message property that says the content type to the receiver.',
  }),
  hyphens: param.oneOf('transport.jms.MessagePropertyHyphens', ['none', 'replace', 'delete'], {
    doc: 'What becomes of hyphens in the names of properties: _HYPHEN_, or nothing.',
    default: 'none',
  }),
  transacted: param.boolean('transport.jms.SessionTransacted', {
    doc: 'Read and not used: the broker has the message when the step is over, or the step faults.',
    default: false,
  }),
};

const usualReplyMs = 30_000;

/** A connection for sending, its links by address, and where answers come. */
interface Line {
  readonly connection: JmsConnection;
  readonly broken: Promise<never>;
  readonly links: KeptOpen<Link>;
  replies: Promise<Replies> | undefined;
  close(): Promise<void>;
}

interface Link {
  readonly sender: AmqpSender;
  readonly broken: Promise<never>;
  close(): Promise<void>;
}

interface Replies {
  /** The temporary queue. */
  readonly address: string;
  readonly waiting: ReplyWait<AmqpMessage>;
}

/**
 * Sends to jms:/destination?... and waits until the broker has the message; then, unless OUT_ONLY is set, for the answer.
 */
export function createJmsSender(deployment: Deployment = {}, clock: Clock = systemClock): Sender {
  const lines = new KeptOpen<Line>();
  return {
    schemes: ['jms'],
    send: (outgoing) => send(outgoing, lines, deployment, clock),
    close: () => lines.close(),
  };
}

async function send(
  { url, message, signal }: Outgoing,
  lines: KeptOpen<Line>,
  deployment: Deployment,
  clock: Clock,
): Promise<Message | undefined> {
  const config = readAddress(senderParameters, url, (given) => withFactory('jms', 'sender', given, deployment));
  const provider = providerOf(config);
  if (isRefusal(provider)) throw new Fault('SEND_FAILED', { text: `${provider.text} ${provider.hint}` });
  const name = decodeURIComponent(url.pathname.replace(/^\/+/, ''));
  if (name === '')
    throw new Fault('SEND_FAILED', { text: 'The address names no destination: jms:/<queue or topic>?...' });
  const destination = destinationOf(name, config.destinationType ?? config.factoryType, config);
  const written = await write(message, config, signal);
  const line = await lines.get(lineKey(config, provider), () => openLine(config, provider)).catch(failed(provider));
  try {
    const address = addressOf(destination, line.connection.topicPrefix);
    const { sender } = await line.links.get(address, () => openLink(line.connection, address, destination.kind));
    message.conversation.fence?.assert();
    if (isTrue(message.properties.get('OUT_ONLY'))) {
      await settledSend(sender, line.connection, written);
      return undefined;
    }
    return await ask({ config, message, written, sender, line, signal, clock });
  } catch (error) {
    if (Fault.is(error) || (error as Error).name === 'AbortError') throw error;
    throw new Fault('SEND_FAILED', {
      text: `${providerName(provider)}: ${destination.kind} ${destination.name}: ${(error as Error).message}`,
      cause: error,
      retry: 'again',
    });
  }
}

interface Asking {
  readonly config: SenderConfig;
  readonly message: Message;
  readonly written: AmqpMessage;
  readonly sender: AmqpSender;
  readonly line: Line;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** Request and answer: the answer bears the request's message id, or its correlation id when it has one. */
async function ask({ config, message, written, sender, line, signal, clock }: Asking): Promise<Message> {
  const correlation = String(written.correlation_id ?? written.message_id).replace(/^ID:/, '');
  const waitMs = Number(message.axis2.get('JMS_WAIT_REPLY') ?? message.headers.get('JMS_WAIT_REPLY')) || usualReplyMs;
  const named =
    config.replyDestination === undefined
      ? undefined
      : addressOf(destinationOf(config.replyDestination, 'queue', config), line.connection.topicPrefix);
  const replies = named === undefined ? await temporaryQueue(line) : await selected(line, named, correlation);
  const place = named === undefined ? 'the temporary queue' : `queue ${named}`;
  const coming = replies.waiting.forReply(correlation, { clock, timeoutMs: waitMs, signal, place });
  // Looked at below; a send that fails first must not leave it alone.
  coming.catch(() => {});
  try {
    await settledSend(sender, line.connection, { ...written, reply_to: replies.address });
    const answer = await Promise.race([coming, line.broken]);
    const incoming = messageOf(answer, {
      name: 'reply',
      environment: message.environment,
      contentTypeProperty: config.contentTypeProperty,
      destination: replies.address,
    });
    return message.reply(incoming.body, incoming.headers);
  } finally {
    replies.end?.();
  }
}

function temporaryQueue(line: Line): Promise<Replies & { end?(): void }> {
  return (line.replies ??= (async () => {
    const source = { dynamic: true, capabilities: ['temporary-queue'] } as unknown as Source;
    const receiver = await openReceiver(line.connection, { source, autoaccept: true, credit_window: 100 });
    const waiting = new ReplyWait<AmqpMessage>();
    receiver.on('message', ({ message }: EventContext) => waiting.arrived(correlationOf(message!), message!));
    return { address: receiver.source.address, waiting };
  })());
}

/** Clients of Java put ID: before the id of a message that did not come from Java. */
function correlationOf({ correlation_id: id }: AmqpMessage): string {
  return String(id).replace(/^ID:/, '');
}

/** A named queue is everybody's: only the one answer is taken from it. */
async function selected(line: Line, address: string, correlation: string): Promise<Replies & { end?(): void }> {
  const quoted = correlation.replaceAll("'", "''");
  const filter = line.connection.filter(`JMSCorrelationID = '${quoted}' OR JMSCorrelationID = 'ID:${quoted}'`);
  const source = { address, capabilities: ['queue'], filter };
  const receiver = await openReceiver(line.connection, { source, autoaccept: true, credit_window: 1 });
  const waiting = new ReplyWait<AmqpMessage>();
  receiver.on('message', ({ message }: EventContext) => waiting.arrived(correlation, message!));
  return { address, waiting, end: () => receiver.close() };
}

async function openLine(config: SenderConfig, provider: Provider): Promise<Line> {
  const connection = await connectJms({ provider, jndi: config });
  const links = new KeptOpen<Link>();
  return {
    connection,
    broken: connection.broken,
    links,
    replies: undefined,
    close: () => connection.close(),
  };
}

async function openLink(connection: JmsConnection, address: string, kind: string): Promise<Link> {
  const sender = await openSender(connection, { target: { address, capabilities: [kind] } });
  const { promise: broken, reject } = Promise.withResolvers<never>();
  broken.catch(() => {});
  sender.on('sender_close', () => reject(new Error('the broker closed the link')));
  connection.broken.catch(reject);
  return { sender, broken, close: () => Promise.resolve(sender.close()) };
}

function failed(provider: Provider): (error: unknown) => never {
  return (error) => {
    throw new Fault('CONNECTION_FAILED', {
      text: `${providerName(provider)}: ${(error as Error).message}`,
      cause: error,
      retry: 'again',
    });
  };
}

function lineKey(config: SenderConfig, { places, user, password }: Provider): string {
  return JSON.stringify([places, user, password, config.trusted, config.certificate]);
}
