import type { IncomingMessage } from 'node:http';
import type { TlsOptions } from 'node:tls';
import type { WebSocket } from 'ws';
import { Headers } from '../../message/headers.ts';
import { Body } from '../../message/body.ts';
import type { RequestHandler } from '../http/listener.ts';
import { startHttpListener } from '../http/listener.ts';
import type { Door, ListenerParts } from '../listener-kind.ts';
import { Clients } from './clients.ts';
import type { WebSocketConfig } from './spec.ts';

/** RFC 6455 section 7.4.1. */
const goingAway = 1001;

/** Listens for WebSocket clients; on httpws and httpswss plain requests are taken too. */
export async function openWebSocket(
  config: WebSocketConfig,
  parts: ListenerParts,
  tls: TlsOptions | undefined,
): Promise<Door> {
  const { WebSocketServer } = await import('ws');
  const { environment, log, port, host } = parts;
  const clients = new Clients(config, parts);
  const handshakes = new WebSocketServer({
    noServer: true,
    maxPayload: config.largest,
    handleProtocols: (offered) => config.subprotocols.find((one) => offered.has(one)) ?? false,
  });
  const listener = await startHttpListener({
    port,
    host,
    environment,
    log,
    ...(tls === undefined ? {} : { tls }),
    handler: parts.protocol.startsWith('http')
      ? parts.requests({ pattern: config.pattern, toBoundApis: config.dispatchesToApis })
      : upgradeRequired,
    onUpgrade(request, socket, head) {
      handshakes.handleUpgrade(request, socket, head, (client: WebSocket, asked: IncomingMessage) =>
        clients.welcome(client, asked),
      );
    },
  });
  return {
    port: listener.port,
    get count() {
      return listener.stats.requests + clients.taken;
    },
    sayGoodbye: () => listener.sayGoodbye(),
    async close(deadlineMs) {
      const closing = listener.close(deadlineMs);
      await clients.close(goingAway, 'the replica stops', deadlineMs);
      handshakes.close();
      await closing;
    },
  };
}

/** RFC 9110 section 15.5.22. */
const upgradeRequired: RequestHandler = async (message, client) => {
  const text = new TextEncoder().encode('This port speaks WebSocket.\n');
  const answer = message.reply(Body.bytes(text, 'text/plain'), Headers.from({ Upgrade: 'websocket' }));
  answer.axis2.set('HTTP_SC', 426);
  await client.respond(answer);
};
