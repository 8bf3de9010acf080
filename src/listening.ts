import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A small HTTP server that is up: health, management. */
export interface Listening {
  /** The port really taken. */
  readonly port: number;
  /** Takes nothing more and closes every connection; for answers that are short. */
  close(): Promise<void>;
}

/** Port 0 takes any free one. Rejects with Node's error, e.g. EADDRINUSE. */
export async function listen(server: Server, port: number, host: string | undefined): Promise<Listening> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
