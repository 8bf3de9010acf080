import type { ConnectionOptions } from 'node:tls';
import type { Channel, ChannelModel, ConfirmChannel } from 'amqplib';
import type { Position, Problem } from '../../errors.ts';
import { checkTlsFiles, explainTls, lowestVersion, readTlsFiles } from '../tls-files.ts';
import type { ServerConfig } from './parameters.ts';

/** "amqp://broker:5672/shop", for people: without user and password. */
export function serverName(server: ServerConfig): string {
  const vhost = server.vhost === '/' ? '' : `/${server.vhost}`;
  return placesOf(server)
    .map(({ host, port }) => `${server.tls ? 'amqps' : 'amqp'}://${host}:${port}${vhost}`)
    .join(',');
}

/** Hosts and ports are lists beside each other; a single port stands for all. */
function placesOf({ hosts, ports, tls }: ServerConfig): readonly { readonly host: string; readonly port: number }[] {
  const names = hosts.length > 0 ? hosts : ['localhost'];
  const usual = tls ? 5_671 : 5_672;
  return names.map((host, n) => ({ host, port: Number(ports[n] ?? ports.at(-1)) || usual }));
}

/** A connection to a broker, which tells when it ends. */
export interface RabbitConnection {
  readonly model: ChannelModel;
  /** Rejects when the connection breaks or the broker closes it. Somebody must look at it. */
  readonly broken: Promise<never>;
  /** Says goodbye: what was written before reaches the broker. */
  close(): Promise<void>;
  /** Gone at once, with whatever was not yet written. */
  destroy(): void;
}

/** Connects to the first of the hosts that answers. `name` is what the broker shows beside the connection. */
export async function connectRabbit(server: ServerConfig, name: string): Promise<RabbitConnection> {
  const { connect } = await import('amqplib');
  const tls = server.tls ? await tlsOptions(server) : {};
  const failures: unknown[] = [];
  for (const { host, port } of placesOf(server)) {
    try {
      const model = await connect(
        {
          protocol: server.tls ? 'amqps' : 'amqp',
          hostname: host,
          port,
          username: server.user,
          password: server.password,
          vhost: server.vhost,
          heartbeat: server.heartbeat,
          frameMax: 131_072,
        },
        {
          ...tls,
          noDelay: true,
          timeout: server.connectTimeout,
          clientProperties: { connection_name: `gantry ${name}` },
        },
      );
      return watched(model);
    } catch (error) {
      failures.push(error);
    }
  }
  throw failures[0];
}

function watched(model: ChannelModel): RabbitConnection {
  const { promise: broken, reject } = Promise.withResolvers<never>();
  // Whoever does not look at it any more must not end the process by that.
  broken.catch(() => {});
  model.on('error', reject);
  model.on('close', (error) => reject(error ?? new Error('the connection was closed')));
  const { stream } = model.connection as unknown as { readonly stream: { destroy(error: Error): void } };
  return {
    model,
    broken,
    async close() {
      await model.close().catch(() => {});
    },
    // With an error: otherwise the client does not hear of it, and its heartbeats go on for a while.
    destroy: () => stream.destroy(new Error('the connection is given up')),
  };
}

/** A channel whose failures are told by `broken`; one error on a channel ends that channel only. */
export async function openChannel(
  { model, broken }: RabbitConnection,
  kind: 'plain',
): Promise<{ channel: Channel; broken: Promise<never> }>;
export async function openChannel(
  { model, broken }: RabbitConnection,
  kind: 'confirm',
): Promise<{ channel: ConfirmChannel; broken: Promise<never> }>;
export async function openChannel(
  { model, broken }: RabbitConnection,
  kind: 'plain' | 'confirm',
): Promise<{ channel: Channel; broken: Promise<never> }> {
  const channel = kind === 'plain' ? await model.createChannel() : await model.createConfirmChannel();
  const ended = Promise.withResolvers<never>();
  ended.promise.catch(() => {});
  channel.on('error', ended.reject);
  channel.on('close', () => ended.reject(new Error('the connection was lost')));
  broken.catch(ended.reject);
  return { channel, broken: ended.promise };
}

const files = {
  keystore: 'rabbitmq.connection.ssl.keystore.location',
  truststore: 'rabbitmq.connection.ssl.truststore.location',
};

async function tlsOptions(server: ServerConfig): Promise<ConnectionOptions> {
  return { ...(await readTlsFiles(server, files)), ...lowestVersion(server.tlsVersion) };
}

/** What cannot work, whatever the broker is. */
export function checkServer(server: ServerConfig, at: Position): readonly Problem[] {
  return server.tls ? checkTlsFiles(server, files, at) : [];
}

/** What the broker or the network says, as a sentence that names the parameter to look at. */
export function explain(error: unknown): string | undefined {
  const { code, message } = error as { readonly code?: number | string; readonly message?: string };
  const text = message ?? '';
  if (code === 'ECONNREFUSED') return 'nothing answers there (rabbitmq.server.host.name, rabbitmq.server.port)';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'the host is not known (rabbitmq.server.host.name)';
  if (text.includes('ACCESS_REFUSED') && text.includes('Login was refused'))
    return 'the login is refused (rabbitmq.server.user.name, rabbitmq.server.password)';
  if (text.includes('Handshake terminated by server: 403')) return 'the login is refused (rabbitmq.server.user.name)';
  if (text.includes('NOT_ALLOWED') && text.includes('vhost'))
    return 'the user may not use this virtual host, or it is not there (rabbitmq.server.virtual.host)';
  if (text.includes('Heartbeat timeout')) return 'the broker is silent: no heartbeat came';
  const tls = explainTls(error, { ...files, host: 'rabbitmq.server.host.name' });
  if (tls !== undefined) return tls;
  return text === '' ? undefined : text.replace(/^Operation failed: /, '');
}
