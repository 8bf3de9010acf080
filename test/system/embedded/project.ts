/** Projects that a test writes, and ports for them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { scratch } from './gantry.ts';

/** A project of these artifacts, by file without .xml: "apis/Orders". Elements get the namespace of Synapse. */
export function project(name: string, artifacts: Readonly<Record<string, string>>): string {
  const folder = join(scratch, name);
  for (const [file, xml] of Object.entries(artifacts)) {
    const path = join(folder, 'src/main/wso2mi/artifacts', `${file}.xml`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, xml.replace(/^<([\w-]+)/, '<$1 xmlns="http://ws.apache.org/ns/synapse"'));
  }
  return folder;
}

export function inbound(name: string, protocol: string, parameters: Readonly<Record<string, string | number>>): string {
  const written = Object.entries(parameters).map(([key, value]) => `<parameter name="${key}">${value}</parameter>`);
  return `<inboundEndpoint name="${name}" protocol="${protocol}" sequence="Take" suspend="false"><parameters>${written.join('')}</parameters></inboundEndpoint>`;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
