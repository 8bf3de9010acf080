import type { Agent, IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';

export interface DialOptions {
  readonly agent: Agent;
  readonly headers: Readonly<Record<string, string>>;
  /** Ends the connection as well, whenever it aborts. */
  readonly signal: AbortSignal;
}

/** Resolves to an open connection, or to the answer of a server that does not want one. Rejects when none is reached. */
export async function dial(
  address: string,
  protocol: string,
  { agent, headers, signal }: DialOptions,
): Promise<{ readonly got: WebSocket } | { readonly refusal: IncomingMessage }> {
  const { WebSocket } = await import('ws');
  signal.throwIfAborted();
  const socket = new WebSocket(address, protocol, { agent, headers, perMessageDeflate: false });
  const hangUp = (): void => socket.terminate();
  signal.addEventListener('abort', hangUp, { once: true });
  socket.once('close', () => signal.removeEventListener('abort', hangUp));
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.once('unexpected-response', (_request, refusal) => {
      signal.removeEventListener('abort', hangUp);
      resolve({ refusal });
    });
    socket.once('open', () => {
      // The first messages may come with the handshake, before whoever waits for this promise is there to hear them.
      socket.pause();
      resolve({ got: socket });
    });
  });
}
