/** What the tests of a deployment on a cluster share: the product's image in it, a backend beside it, and looks into it. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import type { Assignment } from '../../../src/coordination/records.ts';
import { buildBundle } from '../../../tools/bundle.ts';
import { warm } from '../../../tools/warm.ts';
import { noCluster, type Api, type ApiObject } from './api.ts';

const run = promisify(execFile);

/** A cluster without a registry gets its images by a command: `$CLUSTER_COMMAND load FILE`. */
export const noLoader: string | false =
  noCluster !== false
    ? noCluster
    : process.env['CLUSTER_COMMAND'] === undefined &&
      'images cannot be brought to the nodes: name a command that takes "load FILE" in CLUSTER_COMMAND';

export interface Product extends Disposable {
  /** Any gantry command of the bundle; resolves to what it printed. */
  gantry(...args: readonly string[]): Promise<string>;
  file(name: string, content?: string): string;
}

/** The bundle, built as it is shipped. */
export async function buildProduct(): Promise<Product> {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-deployed-'));
  const program = await buildBundle(join(folder, 'product'));
  await warm(program);
  return {
    async gantry(...args) {
      return (await run(process.execPath, [program, ...args], { maxBuffer: 2 ** 24 })).stdout;
    },
    file(name, content) {
      const path = join(folder, name);
      if (content !== undefined) writeFileSync(path, content);
      return path;
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export async function loadIntoNodes(file: string): Promise<void> {
  await run(process.env['CLUSTER_COMMAND']!, ['load', file]);
}

/** The objects as `gantry manifests` printed them. */
export function objectsIn(yaml: string): readonly ApiObject[] {
  return parseAllDocuments(yaml).map((document) => document.toJS() as ApiObject);
}

export interface Backend extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly { readonly method: string; readonly headers: IncomingHttpHeaders; readonly at: number }[];
}

/** Where the integration sends; on an address that pods can reach. */
export async function startBackend(host: string): Promise<Backend> {
  const requests: { method: string; headers: IncomingHttpHeaders; at: number }[] = [];
  const server = createServer((req, res) => {
    requests.push({ method: req.method ?? '', headers: req.headers, at: performance.now() });
    req.resume().once('end', () => {
      res.writeHead(200, { 'content-type': 'application/json' }).end('[{"id":"1","item":"tea"}]');
    });
  });
  await new Promise<void>((listening) => server.listen(0, host, listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${port}`,
    requests,
    [Symbol.asyncDispose]: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

/** A request through the Ingress. */
export function visit(address: string, host: string, path: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(`${address}${path}`, { headers: { host }, agent: false, timeout: 5_000 }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.once('error', reject).once('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    asked.once('timeout', () => asked.destroy(new Error('no answer in 5 s')));
    asked.once('error', reject).end();
  });
}

/** Who holds what: boot id by artifact, '' where nobody does. A container that starts again is another boot of its pod. */
export async function holders(
  api: Api,
  namespace: string,
  deployment: string,
): Promise<Readonly<Record<string, string>>> {
  const { status, body } = await api.ask('GET', `/api/v1/namespaces/${namespace}/configmaps/gantry.${deployment}`);
  if (status === 404) return {};
  const { artifacts } = JSON.parse(body.data.assignment) as Assignment;
  return Object.fromEntries(Object.entries(artifacts).map(([key, { holder }]) => [key, holder ?? '']));
}

/** A boot id is its pod's name, a dot and some digits. */
export function podOf(boot: string): string {
  return boot.slice(0, boot.lastIndexOf('.'));
}

export async function podsOf(api: Api, namespace: string): Promise<readonly ApiObject[]> {
  return (await api.get(`/api/v1/namespaces/${namespace}/pods`)).items;
}

export function isReady(pod: ApiObject): boolean {
  const conditions: readonly { type: string; status: string }[] = pod['status']?.conditions ?? [];
  return (
    pod.metadata['deletionTimestamp' as never] === undefined &&
    conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
  );
}

/** A pod's program as a process of this machine, where the cluster's nodes run on it; undefined elsewhere. */
export function processOf(uid: string): number | undefined {
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (readFileSync(`/proc/${entry}/environ`, 'latin1').includes(`GANTRY_POD_UID=${uid}\0`)) return Number(entry);
    } catch {
      // It has ended, or is somebody else's.
    }
  }
  return undefined;
}

/** Milliseconds since 1970 at which a process of this machine began, to 10 ms. */
export function processStart(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // After the name in parentheses; the 22nd field of all, in hundredths of a second since the machine started.
  const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  const booted = Number(/^btime (\d+)/m.exec(readFileSync('/proc/stat', 'latin1'))![1]);
  return booted * 1_000 + ticks * 10;
}
