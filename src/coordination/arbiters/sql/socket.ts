import { Socket } from 'node:net';

/**
 * A driver's way to a connection, under our hand: ours to cut at any moment, whatever the driver waits for.
 * `open` gets the socket to connect by. Rejects when the signal aborts, and when it fails; the socket is closed then.
 */
export async function overSocket<T>(signal: AbortSignal, open: (socket: Socket) => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const socket = new Socket();
  const given = Promise.withResolvers<never>();
  const giveUp = (): void => given.reject(signal.reason as Error);
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    return await Promise.race([open(socket), given.promise]);
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

/** How long a server may take over a goodbye. */
const goodbyeMs = 200;

/** Waits for a polite end, then cuts. */
export async function endWithin(socket: Socket, goodbye: () => Promise<unknown>): Promise<void> {
  const late = setTimeout(() => socket.destroy(), goodbyeMs);
  const closed = new Promise<void>(
    (resolve) => void (socket.closed ? resolve() : socket.once('close', () => resolve())),
  );
  goodbye().catch(() => socket.destroy());
  await closed;
  clearTimeout(late);
}
