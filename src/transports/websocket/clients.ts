import type { IncomingMessage } from 'node:http';
import type { RawData, WebSocket } from 'ws';
import type { Intake } from '../../engine/ports.ts';
import { Lifetime } from '../../lifetime.ts';
import { Body } from '../../message/body.ts';
import { prepareBody, writeBody } from '../../message/formats/write.ts';
import { Headers } from '../../message/headers.ts';
import { Message } from '../../message/message.ts';
import { markInbound } from '../inbound-message.ts';
import type { ListenerParts } from '../listener-kind.ts';
import type { WebSocketConfig } from './spec.ts';

/** Messages of one client that wait for their turn; beyond, nothing more is read from it. */
const mostWaiting = 16;

interface Client {
  readonly socket: WebSocket;
  readonly path: string;
  readonly headers: readonly string[];
  readonly remoteAddress: string;
  /** Aborted when it is gone, or must be. */
  readonly gone: AbortController;
  waiting: number;
  last: Promise<void>;
  alive: boolean;
}

/** Everyone who is connected to one inbound endpoint of this replica. */
export class Clients {
  /** Messages so far. */
  taken = 0;
  readonly #config: WebSocketConfig;
  readonly #parts: ListenerParts;
  readonly #all = new Set<Client>();
  readonly #life = new Lifetime();
  readonly #outflow: Intake | undefined;

  constructor(config: WebSocketConfig, parts: ListenerParts) {
    this.#config = config;
    this.#parts = parts;
    this.#outflow = config.outflow === undefined ? undefined : parts.intakeOf(config.outflow, config.outflowFault);
    if (config.pingSeconds > 0) {
      const timer = setInterval(() => this.#lookAround(), config.pingSeconds * 1_000).unref();
      this.#life.onStop(() => clearInterval(timer));
    }
  }

  welcome(socket: WebSocket, request: IncomingMessage): void {
    const client: Client = {
      socket,
      path: request.url ?? '/',
      headers: request.rawHeaders,
      remoteAddress: request.socket.remoteAddress ?? '',
      gone: new AbortController(),
      waiting: 0,
      last: Promise.resolve(),
      alive: true,
    };
    this.#all.add(client);
    socket.on('error', (error) => this.#parts.log.debug(`${this.#parts.name}: ${error.message}`));
    socket.on('pong', () => (client.alive = true));
    socket.once('close', () => {
      this.#all.delete(client);
      client.gone.abort(new DOMException('the client went away', 'AbortError'));
    });
    const hello = this.#message(client, Body.empty());
    hello.properties.set('websocket.source.handshake.present', true);
    this.#queue(client, hello);
    socket.on('message', (data, isBinary) => this.#queue(client, this.#framed(client, data, isBinary)));
  }

  /** Takes no more messages, finishes those in hand, then closes with that code. */
  async close(code: number, reason: string, deadlineMs: number): Promise<void> {
    for (const { socket } of this.#all) socket.pause();
    this.#life.signal.addEventListener('abort', () => {
      for (const { gone } of this.#all) gone.abort(this.#life.signal.reason);
    });
    await this.#life.stop(deadlineMs);
    const closed = [...this.#all].map(
      ({ socket }) =>
        new Promise<void>((resolve) => {
          socket.once('close', () => resolve());
          // Paused, it would not see the other side's farewell.
          socket.resume();
          socket.removeAllListeners('message');
          socket.close(code, reason);
        }),
    );
    const late = setTimeout(() => this.#all.forEach(({ socket }) => socket.terminate()), 1_000);
    await Promise.all(closed);
    clearTimeout(late);
  }

  #queue(client: Client, message: Message): void {
    this.taken++;
    if (++client.waiting >= mostWaiting) client.socket.pause();
    client.last = client.last.then(() => this.#take(client, message));
    void this.#life.track(client.last);
  }

  async #take(client: Client, message: Message): Promise<void> {
    if (!client.gone.signal.aborted) {
      await this.#parts.intake.take(message, {
        signal: client.gone.signal,
        reply: (answer) => this.#answer(client, answer),
      });
    }
    if (--client.waiting < mostWaiting && !this.#life.stopped) client.socket.resume();
  }

  /** Through the outflow sequence when there is one; what that answers is sent. */
  async #answer(client: Client, answer: Message): Promise<void> {
    if (!this.#outflow) return this.#send(client, answer);
    const { signal } = client.gone;
    await this.#outflow.take(answer, { signal, reply: (changed) => this.#send(client, changed) });
  }

  async #send(client: Client, answer: Message): Promise<void> {
    await prepareBody(answer, client.gone.signal);
    if (answer.body.form === 'stream') await answer.body.load(client.gone.signal);
    const { bytes, contentType = '' } = writeBody(answer);
    const binary = answer.body.kind === 'binary' || /octet-stream/.test(contentType);
    for (const { socket } of this.#audience(client)) {
      if (socket.readyState === socket.OPEN) socket.send(bytes ?? '', { binary });
    }
  }

  #audience(client: Client): readonly Client[] {
    const { broadcast } = this.#config;
    if (broadcast === '0') return [client];
    return [...this.#all].filter((one) => one.path === client.path && (broadcast === '1' || one !== client));
  }

  #framed(client: Client, data: RawData, isBinary: boolean): Message {
    const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer);
    const message = this.#message(
      client,
      Body.bytes(bytes, isBinary ? 'application/octet-stream' : this.#config.contentType),
    );
    message.properties.set(isBinary ? 'websocket.binary.frame.present' : 'websocket.text.frame.present', true);
    return message;
  }

  #message({ path, headers, remoteAddress }: Client, body: Body): Message {
    const message = new Message({
      body,
      headers: Headers.fromRaw(headers),
      environment: this.#parts.environment,
      request: {
        method: 'GET',
        target: path,
        protocol: 'other',
        version: '1.1',
        remoteAddress,
        receivedAt: Date.now(),
      },
    });
    if (body.contentType === undefined) message.headers.delete('Content-Type');
    else message.headers.set('Content-Type', body.contentType);
    markInbound(message, this.#parts.name);
    message.properties.set('websocket.subscriber.path', path);
    message.axis2.set('TransportInURL', path);
    message.axis2.set('REMOTE_ADDR', remoteAddress);
    message.addressing.to = path;
    return message;
  }

  /** Whoever said nothing since the last look is cut off. */
  #lookAround(): void {
    for (const client of this.#all) {
      if (!client.alive) client.socket.terminate();
      client.alive = false;
      client.socket.ping();
    }
  }
}
