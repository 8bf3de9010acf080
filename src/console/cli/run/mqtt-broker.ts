import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';

/** An MQTT broker in this process, to try things without a server: 3.1.1, in memory, for this run only. */
export async function startMqttBroker(): Promise<{
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}> {
  const { Aedes } = await import('aedes');
  const broker = await Aedes.createBroker();
  const server = createServer((socket) => broker.handle(socket));
  await new Promise<void>((done, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', done);
  });
  const { port } = server.address() as AddressInfo;
  return {
    env: { MQTT_HOST: '127.0.0.1', MQTT_PORT: String(port) },
    async close() {
      await new Promise<void>((done) => broker.close(done));
      await new Promise((done) => server.close(done));
    },
  };
}
