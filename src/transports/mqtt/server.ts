import { Socket } from 'node:net';
import type { IClientOptions, MqttClient } from 'mqtt';
import type { Position, Problem } from '../../errors.ts';
import { checkTlsFiles, explainTls, lowestVersion, readTlsFiles } from '../tls-files.ts';
import type { ServerConfig } from './parameters.ts';

/** "mqtt://broker:1883", for people. */
export function serverName(config: ServerConfig): string {
  return `${protocolOf(config)}://${config.host}:${portOf(config)}${config.webSocket ?? ''}`;
}

function protocolOf({ tls, webSocket }: ServerConfig): 'mqtt' | 'mqtts' | 'ws' | 'wss' {
  if (webSocket !== undefined) return tls ? 'wss' : 'ws';
  return tls ? 'mqtts' : 'mqtt';
}

const usualPorts = { mqtt: 1_883, mqtts: 8_883, ws: 80, wss: 443 } as const;

function portOf(config: ServerConfig): number {
  return config.port ?? usualPorts[protocolOf(config)];
}

const files = { keystore: 'mqtt.ssl.keystore.location', truststore: 'mqtt.ssl.truststore.location' };

/** A client that is not connected yet, and never connects again by itself. */
export async function makeClient(
  config: ServerConfig,
  options: Pick<IClientOptions, 'clientId' | 'clean' | 'will' | 'properties'>,
): Promise<MqttClient> {
  const { connect } = await import('mqtt');
  const tls = config.tls ? { ...(await readTlsFiles(config, files)), ...lowestVersion(config.tlsVersion) } : {};
  return connect({
    ...options,
    protocol: protocolOf(config),
    ...(config.webSocket === undefined ? {} : { path: config.webSocket, wsOptions: tls }),
    host: config.host,
    port: portOf(config),
    protocolVersion: config.version === '5' ? 5 : 4,
    keepalive: config.keepalive,
    reconnectPeriod: 0,
    connectTimeout: 10_000,
    manualConnect: true,
    resubscribe: false,
    timerVariant: 'native',
    ...(config.user === undefined ? {} : { username: config.user }),
    ...(config.password === undefined ? {} : { password: config.password }),
    ...tls,
  });
}

/** Resolves with whether the broker knew the session, once it has accepted the connection. */
export async function connected(client: MqttClient): Promise<{ readonly sessionPresent: boolean }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ readonly sessionPresent: boolean }>();
  const onClose = (): void => reject(new Error('the broker closed the connection'));
  client.once('connect', resolve);
  client.once('error', reject);
  client.once('close', onClose);
  client.connect();
  // Packets are small and each is waited for: holding them back would make 40 ms of every few.
  if (client.stream instanceof Socket) client.stream.setNoDelay(true);
  try {
    return await promise;
  } finally {
    client.off('connect', resolve);
    client.off('error', reject);
    client.off('close', onClose);
  }
}

/** What cannot work, whatever the broker is. */
export function checkServer(config: ServerConfig, at: Position): readonly Problem[] {
  return config.tls ? checkTlsFiles(config, files, at) : [];
}

/** What the broker or the network says, as a sentence that names the parameter to look at. */
export function explain(error: unknown): string | undefined {
  const { code, message = '' } = error as { readonly code?: number | string; readonly message?: string };
  if (code === 'ECONNREFUSED') return 'nothing answers there (mqtt.server.host.name, mqtt.server.port)';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'the host is not known (mqtt.server.host.name)';
  // Return codes of 3.1.1 (4, 5) and reason codes of 5.
  if (code === 4 || code === 5 || code === 0x86 || code === 0x87)
    return 'the login is refused (mqtt.subscription.username, mqtt.subscription.password)';
  if (code === 2 || code === 0x85) return 'the client id is refused (mqtt.client.id)';
  if (message.includes('connack timeout')) return 'the broker is silent';
  const tls = explainTls(error, { ...files, host: 'mqtt.server.host.name' });
  if (tls !== undefined) return tls;
  return message === '' ? undefined : message;
}
