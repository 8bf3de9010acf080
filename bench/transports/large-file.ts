/**
 * One large file from a folder, and from an SFTP server when SFTP_URL names one, through a replica to an HTTP server:
 * bytes a second, and the most memory the replica had meanwhile. node bench/transports/large-file.ts [MiB] [rounds]
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseFileAddress } from '../../src/transports/file/address.ts';
import { connectFiles, plainAccess } from '../../src/transports/file/systems/connect.ts';
import type { FileSystem } from '../../src/transports/file/systems/file-system.ts';
import { localFiles } from '../../src/transports/file/systems/local.ts';
import { bundle, startScript } from '../processes.ts';
import { formatText, summary, type Row, type Section } from '../report.ts';

const mib = 1024 * 1024;
const namespace = 'xmlns="http://ws.apache.org/ns/synapse"';
const sftpUrl = process.env['SFTP_URL'];

export async function measureLargeFile(size: number, rounds: number): Promise<Section> {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-bench-'));
  const rows: Row[] = [];
  const skipped: string[] = [];
  try {
    mkdirSync(join(folder, 'in'));
    const place = { files: localFiles, path: join(folder, 'in'), uri: pathToFileURL(join(folder, 'in')).href };
    rows.push(...(await measure('folder', place, size, rounds)));
    if (sftpUrl === undefined) skipped.push('SFTP: SFTP_URL names no server');
    else {
      const files = await connectFiles(parseFileAddress(sftpUrl), plainAccess, () => {});
      const path = `/in/large-${process.pid}`;
      await files.makeFolder(path);
      rows.push(...(await measure('SFTP', { files, path, uri: sftpUrl + path }, size, rounds)));
      await files.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { name: `One file of ${size} MiB`, rows, skipped };
}

interface Place {
  readonly files: FileSystem;
  readonly path: string;
  readonly uri: string;
}

async function measure(what: string, { files, path, uri }: Place, size: number, rounds: number): Promise<Row[]> {
  const rates: number[] = [];
  const peaks: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const sent = createHash('sha256');
    await files.write(`${path}/large.part-0`, content(size, sent));
    await using sink = await openSink();
    const project = projectOf(uri, sink.url);
    const product = process.env['GANTRY_BUNDLE'] ?? bundle;
    const ports = ['--host', '127.0.0.1', '--port', '0', '--health-port', '0'];
    await using replica = await startScript([product, 'replica', project, ...ports, '--log-level', 'ERROR']);
    const started = performance.now();
    await files.replace(`${path}/large.part-0`, `${path}/large.bin`);
    const received = await sink.digest;
    rates.push(size / ((performance.now() - started) / 1_000));
    peaks.push(peakMiB(replica.pid));
    if (received !== sent.digest('hex')) throw new Error('what came is not what was sent');
    // Deleted when the flow has ended.
    while (await files.stat(`${path}/large.bin.claim-1`)) await new Promise((resolve) => setTimeout(resolve, 20));
    rmSync(project, { recursive: true });
  }
  return [
    { what, unit: 'MiB/s', ...summary(rates) },
    { what: `${what}: most memory of the replica`, unit: 'MiB', ...summary(peaks) },
  ];
}

async function* content(size: number, digest: ReturnType<typeof createHash>): AsyncGenerator<Uint8Array> {
  const part = Buffer.alloc(mib);
  for (let n = 0; n < size; n++) {
    part.writeUInt32LE(n, 0);
    const own = Buffer.from(part);
    digest.update(own);
    yield own;
  }
}

/** VmHWM: the most it ever had. Source: proc(5). */
function peakMiB(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;
}

function projectOf(uri: string, sink: string): string {
  const project = mkdtempSync(join(tmpdir(), 'gantry-bench-'));
  const artifacts = join(project, 'src/main/wso2mi/artifacts');
  mkdirSync(join(artifacts, 'sequences'), { recursive: true });
  mkdirSync(join(artifacts, 'inbound-endpoints'));
  writeFileSync(
    join(artifacts, 'sequences/Send.xml'),
    `<sequence name="Send" ${namespace}><call><endpoint><address uri="${sink}"/></endpoint></call></sequence>`,
  );
  writeFileSync(
    join(artifacts, 'inbound-endpoints/In.xml'),
    `<inboundEndpoint name="In" protocol="file" sequence="Send" suspend="false" ${namespace}><parameters>` +
      `<parameter name="interval">50</parameter><parameter name="transport.vfs.FileURI">${uri}</parameter>` +
      '<parameter name="transport.vfs.FileNamePattern">.*\\.bin</parameter></parameters></inboundEndpoint>',
  );
  return project;
}

interface Sink extends AsyncDisposable {
  readonly url: string;
  /** Of the first body that came whole. */
  readonly digest: Promise<string>;
}

async function openSink(): Promise<Sink> {
  const { promise: digest, resolve } = Promise.withResolvers<string>();
  const server = createServer((request, response) => {
    const hash = createHash('sha256');
    request.on('data', (part: Buffer) => hash.update(part));
    request.on('end', () => {
      resolve(hash.digest('hex'));
      response.writeHead(202).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    digest,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

if (import.meta.main) {
  const [size = 1_024, rounds = 3] = process.argv.slice(2).map(Number);
  console.log(formatText(await measureLargeFile(size, rounds)));
}
