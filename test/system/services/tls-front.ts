/** TLS in front of a server that speaks none: what comes in over TLS goes on in the clear. */
import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { createServer, type TlsOptions } from 'node:tls';

export interface Front {
  readonly port: number;
  /** Connections that have shaken hands. */
  readonly taken: number;
  /** Attempts, whatever became of them. */
  readonly attempts: number;
  /** Goes away, connections and all. */
  stop(): Promise<void>;
  /** Comes back on the same port. */
  start(): Promise<void>;
}

export async function openFront(
  to: { readonly hostname: string; readonly port: string },
  tls: TlsOptions,
): Promise<Front> {
  const sockets = new Set<Socket>();
  let [taken, attempts] = [0, 0];
  const server = createServer(tls, (socket) => {
    taken++;
    const behind = connect(Number(to.port), to.hostname);
    socket.pipe(behind).pipe(socket);
    for (const [one, other] of [
      [socket, behind],
      [behind, socket],
    ] as const)
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
  });
  server.on('connection', (socket: Socket) => {
    attempts++;
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
  return {
    get port() {
      return port;
    },
    get taken() {
      return taken;
    },
    get attempts() {
      return attempts;
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
}
