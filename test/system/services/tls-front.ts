/** A door in front of a server: with TLS that the server itself does not speak, or plain, to count who comes. */
import { once } from 'node:events';
import { connect, createServer as createPlainServer, type AddressInfo, type Socket } from 'node:net';
import { createServer, type TlsOptions } from 'node:tls';

export interface Front {
  readonly port: number;
  /** Attempts, whatever became of them. */
  readonly attempts: number;
  /** Resolves when there were so many. */
  untilAttempts(count: number): Promise<void>;
  /** Goes away, connections and all. */
  stop(): Promise<void>;
  /** Comes back on the same port. */
  start(): Promise<void>;
}

export async function openFront(
  to: { readonly hostname: string; readonly port: string },
  tls: TlsOptions | undefined,
): Promise<Front> {
  const sockets = new Set<Socket>();
  let attempts = 0;
  let more = Promise.withResolvers<void>();
  const passOn = (socket: Socket): void => {
    const behind = connect(Number(to.port), to.hostname);
    socket.pipe(behind).pipe(socket);
    for (const [one, other] of [
      [socket, behind],
      [behind, socket],
    ] as const)
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
  };
  const server = tls ? createServer(tls, passOn) : createPlainServer(passOn);
  server.on('connection', (socket: Socket) => {
    attempts++;
    more.resolve();
    more = Promise.withResolvers();
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', () => {});
  let port = 0;
  const start = async (): Promise<void> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  };
  await start();
  const front: Front = {
    get port() {
      return port;
    },
    get attempts() {
      return attempts;
    },
    async untilAttempts(count) {
      while (front.attempts < count) await more.promise;
    },
    start,
    async stop() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return front;
}
