import type {
  Connection,
  Delivery,
  EventContext,
  Message as AmqpMessage,
  Receiver,
  ReceiverOptions,
  Sender,
  SenderOptions,
} from 'rhea';
import { placeName, type Place, type Provider } from './provider.ts';
import { explainJmsTls, jmsTlsOptions, type JmsTls } from './tls.ts';

const connectTimeoutMs = 10_000;
/** The broker must be heard of in twice that time, or the connection counts as dead. */
const idleMs = 10_000;

export interface JmsConnection {
  readonly connection: Connection;
  /** ActiveMQ Classic: it leaves redelivery to its clients, and shares no durable subscriptions. */
  readonly isClassic: boolean;
  readonly topicPrefix: string;
  /** A JMS message selector as a filter of a source. */
  filter(selector: string): Record<string, unknown>;
  /** Rejects when the connection breaks or the broker closes it. */
  readonly broken: Promise<never>;
  /** Says goodbye: what was written before reaches the broker. */
  close(): Promise<void>;
  /** Gone at once. */
  destroy(): void;
}

export interface ConnectOptions {
  readonly provider: Provider;
  readonly jndi: JmsTls;
  /** What the broker calls this client; a durable subscription belongs to it. */
  readonly clientId?: string | undefined;
}

/** Connects to the first of the places that speaks AMQP 1.0. */
export async function connectJms(options: ConnectOptions): Promise<JmsConnection> {
  const failures: Error[] = [];
  for (const place of options.provider.places) {
    try {
      return await connectTo(place, options);
    } catch (error) {
      failures.push(new Error(`${placeName(place)}: ${explain(error)}`, { cause: error }));
    }
  }
  throw failures.length === 1
    ? new Error(explain(failures[0]!.cause))
    : new Error(failures.map(({ message }) => message).join('; '));
}

async function connectTo(place: Place, { provider, jndi, clientId }: ConnectOptions): Promise<JmsConnection> {
  const { default: rhea } = await import('rhea');
  const container = rhea.create_container(clientId === undefined ? {} : { id: clientId });
  const connection = container.connect({
    host: place.host,
    port: place.port,
    reconnect: false,
    idle_time_out: idleMs,
    ...(provider.user === undefined ? {} : { username: provider.user, password: provider.password ?? '' }),
    ...(place.tls ? { transport: 'tls', ...(await jmsTlsOptions(jndi, place.host)) } : {}),
  });
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => {});
  const fail = (error: unknown): void =>
    broken.reject(error instanceof Error ? error : (errorOf(error) ?? new Error('the connection was closed')));
  connection.on('connection_error', (context: EventContext) => fail(errorOf(connection.error) ?? context.error));
  connection.on('connection_close', () => fail(undefined));
  connection.on('disconnected', (context: EventContext) => fail(context.error));
  connection.on('protocol_error', fail);
  connection.on('error', fail);
  connection.on('session_error', (context: EventContext) => fail(errorOf(context.session?.error)));
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  connection.once('connection_open', () => open());
  const destroy = (): void => {
    const { socket } = connection as unknown as { readonly socket?: { destroy(error: Error): void } };
    // By an error rhea learns of it, and stops its timers.
    socket?.destroy(new Error('the connection is given up'));
  };
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error('the broker does not answer')), connectTimeoutMs);
  try {
    await Promise.race([opened, broken.promise, late.promise]);
  } catch (error) {
    destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
  return {
    connection,
    isClassic: connection.properties?.['product'] === 'ActiveMQ',
    topicPrefix: (connection.properties?.['topic-prefix'] as string | undefined) ?? '',
    filter: (selector) => rhea.filter.selector(selector),
    broken: broken.promise,
    async close() {
      const { promise: closed, resolve: done } = Promise.withResolvers<void>();
      connection.once('connection_close', () => done());
      connection.once('disconnected', () => done());
      if (!connection.is_open()) return destroy();
      connection.close();
      await Promise.race([closed, broken.promise.catch(() => {})]);
      destroy();
    },
    destroy,
  };
}

/** Resolves when the broker has agreed to the link. */
export function openReceiver({ connection, broken }: JmsConnection, options: ReceiverOptions): Promise<Receiver> {
  return agreed(connection.open_receiver({ autoaccept: false, credit_window: 0, ...options }), 'receiver', broken);
}

/** The promise resolves with the first credit: before that nothing can be sent. */
export function openSender({ connection, broken }: JmsConnection, options: SenderOptions): Promise<Sender> {
  return agreed(connection.open_sender(options), 'sender', broken);
}

async function agreed<L extends Sender | Receiver>(
  link: L,
  kind: 'sender' | 'receiver',
  broken: Promise<never>,
): Promise<L> {
  const answer = Promise.withResolvers<void>();
  link.once(kind === 'sender' ? 'sendable' : 'receiver_open', () => answer.resolve());
  // A link that is refused is opened, and closed with the reason right after.
  link.once(`${kind}_error`, () => answer.reject(errorOf(link.error) ?? new Error('the broker refused the link')));
  link.once(`${kind}_close`, () => answer.reject(errorOf(link.error) ?? new Error('the broker closed the link')));
  await Promise.race([answer.promise, broken]);
  return link;
}

/** Sends, and resolves when the broker has taken responsibility for the message. */
export async function settledSend(sender: Sender, { broken }: JmsConnection, message: AmqpMessage): Promise<void> {
  while (!sender.sendable()) await Promise.race([roomIn(sender), broken]);
  const delivery = sender.send(message);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  outcomesOf(sender).set(delivery, { resolve, reject });
  await Promise.race([promise, broken]);
}

const rooms = new WeakMap<Sender, Promise<void>>();

/** One listener per link, whoever waits. */
function roomIn(sender: Sender): Promise<void> {
  const known = rooms.get(sender);
  if (known) return known;
  const room = new Promise<void>((resolve) => {
    sender.once('sendable', () => {
      rooms.delete(sender);
      resolve();
    });
  });
  rooms.set(sender, room);
  return room;
}

interface Waiting {
  resolve(): void;
  reject(error: Error): void;
}
const waiting = new WeakMap<Sender, Map<Delivery, Waiting>>();

/** The same for what is on its way. */
function outcomesOf(sender: Sender): Map<Delivery, Waiting> {
  const known = waiting.get(sender);
  if (known) return known;
  const made = new Map<Delivery, Waiting>();
  waiting.set(sender, made);
  const end = (delivery: Delivery, error?: Error): void => {
    const one = made.get(delivery);
    made.delete(delivery);
    if (error) one?.reject(error);
    else one?.resolve();
  };
  sender.on('accepted', ({ delivery }: EventContext) => end(delivery!));
  sender.on('released', ({ delivery }: EventContext) => end(delivery!, new Error('the broker gave it back')));
  sender.on('modified', ({ delivery }: EventContext) => end(delivery!, new Error('the broker gave it back')));
  sender.on('rejected', ({ delivery }: EventContext) => {
    const state = delivery!.remote_state as { readonly error?: unknown } | undefined;
    end(delivery!, errorOf(state?.error) ?? new Error('the broker refused it'));
  });
  sender.on('sender_close', () => {
    for (const delivery of made.keys()) end(delivery, errorOf(sender.error) ?? new Error('the link was closed'));
  });
  return made;
}

/** An error of AMQP: condition and description. */
export function errorOf(error: unknown): Error | undefined {
  if (error === undefined || error === null) return undefined;
  if (error instanceof Error) return error;
  const { condition, description } = error as { readonly condition?: string; readonly description?: string };
  return new Error([condition, description].filter((part) => part !== undefined && part !== '').join(': '));
}

/** What the broker or the network says, as a sentence that names the parameter to look at. */
export function explain(error: unknown): string {
  const { code, message = '' } = error as { readonly code?: string; readonly message?: string };
  if (code === 'ECONNREFUSED') return 'nothing answers there (java.naming.provider.url)';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'the host is not known (java.naming.provider.url)';
  const tls = explainJmsTls(error);
  if (tls !== undefined) return tls;
  if (/protocol header|Unsupported AMQP version/i.test(message))
    return 'what answers there does not speak AMQP 1.0; name the port of the AMQP connector in gantry.jms.amqp.url';
  if (/sasl|unauthorized|not authenticated|security-exception|Failed to authenticate/i.test(message))
    return 'the login is refused (transport.jms.UserName, transport.jms.Password)';
  if (/max idle time/.test(message)) return 'the broker is silent';
  return message === '' ? 'the connection ended without a reason' : message;
}
