/** A small project and the backend behind it, for tests that do things to a deployment while it is used. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { scratch } from './gantry.ts';

/** Writes the files of a project into a new folder; paths are relative to it. */
export function writeProject(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(scratch, 'project-'));
  for (const [path, text] of Object.entries(files)) writeInto(folder, path, text);
  return folder;
}

export function writeInto(folder: string, path: string, text: string): void {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

export const artifacts = 'src/main/wso2mi/artifacts';
const synapse = 'xmlns="http://ws.apache.org/ns/synapse"';

/** GET /shop says which version answers, POST /shop goes to the backend, and two tasks run every second. */
export function shopProject(version: string): string {
  return writeProject({
    [`${artifacts}/apis/Shop.xml`]: shopApi(version),
    [`${artifacts}/endpoints/Till.xml`]: `<endpoint name="Till" ${synapse}><address uri="$SYSTEM:shop_till"/></endpoint>`,
    [`${artifacts}/sequences/Count.xml`]: `<sequence name="Count" ${synapse}><property name="counted" value="yes"/></sequence>`,
    [`${artifacts}/tasks/EverySecond.xml`]: task('EverySecond', 'cron="* * * * * ?"'),
    [`${artifacts}/tasks/EachSecond.xml`]: task('EachSecond', 'interval="1"'),
  });
}

export function shopApi(version: string): string {
  return `<api name="Shop" context="/shop" ${synapse}>
    <resource methods="GET">
        <inSequence>
            <payloadFactory media-type="json"><format>{"version": "${version}"}</format><args/></payloadFactory>
            <respond/>
        </inSequence>
    </resource>
    <resource methods="POST">
        <inSequence>
            <call><endpoint key="Till"/></call>
            <respond/>
        </inSequence>
    </resource>
</api>
`;
}

export function task(name: string, trigger: string): string {
  return `<task name="${name}" class="org.apache.synapse.startup.tasks.MessageInjector" ${synapse}>
    <trigger ${trigger}/>
    <property name="injectTo" value="sequence"/>
    <property name="sequenceName" value="Count"/>
    <property name="message" value="{}"/>
</task>
`;
}

export interface Till extends AsyncDisposable {
  /** For the shop's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** How often each order has arrived. */
  readonly arrived: ReadonlyMap<string, number>;
}

/** The shop's backend: answers an order with its own text, and counts. */
export async function openTill(): Promise<Till> {
  const arrived = new Map<string, number>();
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const order = Buffer.concat(parts).toString();
      arrived.set(order, (arrived.get(order) ?? 0) + 1);
      response.writeHead(200, { 'content-type': 'application/json' }).end(order);
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    env: { shop_till: `http://127.0.0.1:${(server.address() as AddressInfo).port}/till` },
    arrived,
    [Symbol.asyncDispose]: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
