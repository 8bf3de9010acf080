import { chmodSync, rmSync } from 'node:fs';
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
  await begun(server, (done) => server.listen(port, host, done));
  return { port: (server.address() as AddressInfo).port, close: () => closed(server) };
}

/** On a unix socket that only its user can enter. One that is there was left behind, and goes. */
export async function listenOnSocket(server: Server, path: string): Promise<Omit<Listening, 'port'>> {
  rmSync(path, { force: true });
  await begun(server, (done) => server.listen(path, done));
  chmodSync(path, 0o600);
  return { close: () => closed(server) };
}

function begun(server: Server, begin: (done: () => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    begin(resolve);
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
