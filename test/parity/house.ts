/** Runs cases through a real replica and a backend that says what it received. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startReplica } from '../../src/runtime/replica.ts';

/** What the backend received last for a path. */
export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

export interface House extends AsyncDisposable {
  /** Sends a request to the replica. */
  ask(path: string, request?: RequestInit): Promise<Answer>;
  /** What the backend received since the last call of this, oldest first. */
  received(): readonly Received[];
}

/**
 * Starts a replica that serves these artifacts: file in the project (`apis/Orders.xml`) to its XML. BACKEND in them stands
 * for the address of the backend, NOBODY for an address where nothing listens.
 */
export async function serve(artifacts: Readonly<Record<string, string>>): Promise<House> {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-parity-'));
  const seen: Received[] = [];
  const backend = createServer((request, response) => void answer(request, response, seen));
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
  for (const [path, text] of Object.entries(artifacts)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text.replaceAll('BACKEND', origin).replaceAll('NOBODY', 'http://127.0.0.1:1'));
  }
  const replica = await startReplica({
    paths: [join(folder, 'synapse-configs/default')],
    registryDir: join(folder, 'registry'),
    port: 0,
    healthPort: 0,
    host: '127.0.0.1',
    logFormat: 'mi',
    logLevel: (process.env['PARITY_LOG'] as 'INFO' | undefined) ?? 'FATAL',
    identity: { pod: 'pod-1', node: 'node-1', arbiter: 'none', holds: undefined, serves: 'all', members: undefined },
  });
  if (process.env['PARITY_LOG']) for (const problem of replica.problems) console.error(problem.at.file, problem.text);
  return {
    async ask(path, request) {
      const response = await fetch(`http://127.0.0.1:${replica.httpPort}${path}`, { redirect: 'manual', ...request });
      return { status: response.status, headers: response.headers, body: await response.text() };
    },
    received: () => seen.splice(0),
    async [Symbol.asyncDispose]() {
      await replica.drain({ deadlineMs: 100 });
      backend.closeAllConnections();
      backend.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * The backend: /echo answers with the body and content type it got, /status/N with that status, /fault with a SOAP fault,
 * /json and /xml with a small document, /empty with 202 and nothing.
 */
async function answer(request: IncomingMessage, response: ServerResponse, seen: Received[]): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const body = Buffer.concat(parts);
  const { method = '', url = '', headers } = request;
  seen.push({ method, url, headers, body: body.toString('utf8') });
  const say = (status: number, type: string | undefined, text: string | Buffer): void => {
    response.writeHead(status, type === undefined ? {} : { 'Content-Type': type });
    response.end(text);
  };
  const path = url.split('?', 1)[0]!;
  const status = /^\/status\/(\d+)/.exec(path)?.[1];
  if (status !== undefined) say(Number(status), 'application/json', `{"status":${status}}`);
  else if (path.startsWith('/json')) say(200, 'application/json; charset=UTF-8', '{"name":"Ann","n":[1,2]}');
  else if (path.startsWith('/xml')) say(200, 'application/xml', '<r><name>Ann</name></r>');
  else if (path.startsWith('/fault')) say(500, 'text/xml; charset=UTF-8', soap(fault));
  else if (path.startsWith('/empty')) say(202, undefined, '');
  else say(200, headers['content-type'], body);
}

const fault =
  '<soapenv:Fault><faultcode>soapenv:Server</faultcode><faultstring>out of stock</faultstring></soapenv:Fault>';

/** A SOAP 1.1 envelope with that in its body. */
export function soap(payload: string, header = ''): string {
  return (
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/">' +
    `<soapenv:Header>${header}</soapenv:Header><soapenv:Body>${payload}</soapenv:Body></soapenv:Envelope>`
  );
}

/** A SOAP 1.2 envelope with that in its body. */
export function soap12(payload: string): string {
  return soap(payload).replace('http://schemas.xmlsoap.org/soap/envelope/', 'http://www.w3.org/2003/05/soap-envelope');
}
