import { copyMessage } from '../../engine/copy.ts';
import type { Sender } from '../../engine/ports.ts';
import { systemClock, type Clock } from '../../clock.ts';
import { Fault } from '../../errors.ts';
import { Headers } from '../../message/headers.ts';
import { Message } from '../../message/message.ts';

/** What takes requests in this process: the same that the HTTP listener calls. */
export type LocalHandler = (
  message: Message,
  client: { readonly signal: AbortSignal; readonly answered: boolean; respond(message: Message): Promise<void> },
) => Promise<void>;

/**
 * The `local` transport: to a proxy service or API of this process, without a socket.
 * Source: Axis2 local transport as Synapse uses it, `local:///services/Name`.
 */
export function createLocalSender(clock: Clock = systemClock): {
  readonly sender: Sender;
  connect(handler: LocalHandler): void;
} {
  let handler: LocalHandler | undefined;
  const sender: Sender = {
    schemes: ['local'],
    async send({ url, message, signal, method, timeoutMs }) {
      if (!handler)
        throw new Fault('CONNECTION_FAILED', { detail: { url: url.href, reason: 'nothing is deployed yet' } });
      await message.body.load(signal);
      const request = requestOf(message, url, method);
      const { promise, resolve, reject } = Promise.withResolvers<Message | undefined>();
      let answered = false;
      const client = {
        signal,
        get answered() {
          return answered;
        },
        async respond(answer: Message): Promise<void> {
          if (answered) return;
          answered = true;
          const reply = message.reply(answer.body, answer.headers.copy());
          reply.axis2.set('HTTP_SC', answer.axis2.get('HTTP_SC') ?? 200);
          const type = answer.axis2.get('messageType');
          if (type !== undefined) reply.axis2.set('messageType', type);
          resolve(reply);
        },
      };
      // The handler always answers; if its promise ends first, the answer never came.
      handler(request, client).then(() => resolve(undefined), reject);
      if (timeoutMs === undefined) return promise;
      const cancel = clock.after(timeoutMs, () =>
        reject(new Fault('CONNECTION_TIMEOUT', { detail: { url: url.href, timeoutMs }, retry: 'again' })),
      );
      return promise.finally(cancel);
    },
    close: () => Promise.resolve(),
  };
  return { sender, connect: (to) => void (handler = to) };
}

/** What belongs to the answer this message came with, or to the way it was going. */
const ofThisHop: ReadonlySet<string> = new Set(['REST_URL_POSTFIX', 'HTTP_SC', 'HTTP_SC_DESC']);

/** The message as the other service receives it: a conversation of its own, the body, headers and addressing of this one. */
function requestOf(message: Message, url: URL, method: string | undefined): Message {
  const path = `/${(url.host + url.pathname).replace(/^\/+/, '')}${url.search}`;
  const asked = message.axis2.get('HTTP_METHOD');
  const request = new Message({
    body: copyMessage(message).body,
    headers: withContentType(message),
    environment: message.environment,
    request: {
      method: method ?? (typeof asked === 'string' ? asked : 'POST'),
      target: path,
      protocol: 'local',
      version: '1.1',
      remoteAddress: '127.0.0.1',
      receivedAt: message.environment.now(),
      soap: message.request?.soap,
    },
  });
  Object.assign(request.addressing, message.addressing, { to: path });
  for (const [name, value] of message.axis2) if (!ofThisHop.has(name)) request.axis2.set(name, value);
  request.axis2.set('HTTP_METHOD', request.request!.method);
  return request;
}

function withContentType(message: Message): Headers {
  const headers = message.headers.copy();
  if (message.body.contentType !== undefined) headers.set('Content-Type', message.body.contentType);
  return headers;
}
