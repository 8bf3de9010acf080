import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { replicaEnvironment } from '../../src/deploy/local/protocol.ts';
import type { DeploymentStatus } from '../../src/deploy/status.ts';
import { bundle } from '../processes.ts';
import { within } from './patience.ts';
import type { Place } from './place.ts';

/** Milliseconds in which a process must begin, answer or end. */
const patienceMs = 60_000;

/** A project with one inbound endpoint, in a folder of its own. */
export class BenchProject implements Disposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'gantry-bench-'));

  /** Without a sink the sequence does nothing: what is measured is the taking. */
  constructor(
    { attributes, parameters }: Place,
    sink: string | undefined,
    more: Readonly<Record<string, string>> = {},
  ) {
    const lines = Object.entries({ ...parameters, ...more }).map(
      ([name, value]) => `<parameter name="${name}">${value.replaceAll('&', '&amp;')}</parameter>`,
    );
    const steps =
      sink === undefined ? '' : `<call><endpoint><http method="post" uri-template="${sink}"/></endpoint></call>`;
    this.#write(
      'inbound-endpoints/In.xml',
      `<inboundEndpoint xmlns="http://ws.apache.org/ns/synapse" name="In" sequence="Take" ${attributes}>` +
        `<parameters>${lines.join('')}</parameters></inboundEndpoint>`,
    );
    this.#write(
      'sequences/Take.xml',
      `<sequence xmlns="http://ws.apache.org/ns/synapse" name="Take">${steps}</sequence>`,
    );
  }

  #write(path: string, text: string): void {
    const file = join(this.folder, 'src/main/wso2mi/artifacts', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A replica by itself. */
export class BareReplica implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly #health: string;

  private constructor(child: ChildProcess, health: string) {
    this.child = child;
    this.#health = health;
  }

  /** `pod`: its name among others of this project, with whom it agrees on who holds what; alone when left out. */
  static async start(folder: string, pod?: string): Promise<BareReplica> {
    const ports = ['--host', '127.0.0.1', '--port', '0', '--health-port', '0', '--log-level', 'WARN'];
    const child = spawn(process.execPath, ['--max-semi-space-size=4', bundle, 'replica', folder, ...ports], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: pod === undefined ? process.env : { ...process.env, ...amongOthers(folder, pod) },
    });
    const ready = new Promise<string>((done, failed) => {
      child.once('exit', (code) => failed(new Error(`the replica ended with ${String(code)}`)));
      createInterface({ input: child.stdout }).on('line', (line) => {
        const port = /ready on port \d+, health on (\d+)/.exec(line)?.[1];
        if (port !== undefined) done(`http://127.0.0.1:${port}`);
        else if (line.includes('WARN') || line.includes('ERROR')) console.error(line);
      });
    });
    return new BareReplica(child, await begun(ready, 'a replica', child));
  }

  /** How many messages its inbound endpoint took, and what it needs. */
  async figures(): Promise<{ readonly taken: number; readonly cpuSeconds: number; readonly residentMiB: number }> {
    const text = await this.#metrics();
    const value = (name: string): number => Number(new RegExp(`^${name}\\S* (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
    return {
      taken: value('wso2_integration_inbound_endpoint_request_count_total'),
      cpuSeconds: value('process_cpu_seconds_total'),
      residentMiB: value('process_resident_memory_bytes') / 2 ** 20,
    };
  }

  /** Nothing waits any more. */
  async isReady(): Promise<boolean> {
    return (await this.#metrics()).includes('gantry_artifact_waiting{artifact="inboundEndpoint/In"} 0');
  }

  async #metrics(): Promise<string> {
    return (await fetch(`${this.#health}/metrics`, { signal: AbortSignal.timeout(patienceMs) })).text();
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await ended(this.child, signal);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.end('SIGTERM');
  }
}

function amongOthers(folder: string, pod: string): NodeJS.ProcessEnv {
  return {
    [replicaEnvironment.arbiter]: `sqlite:${join(folder, 'arbiter.db')}`,
    [replicaEnvironment.pod]: pod,
    [replicaEnvironment.node]: pod,
  };
}

/** `gantry run`: replicas, one of which holds the inbound endpoint. */
export class Deployment implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #management: string;

  private constructor(child: ChildProcess, management: string) {
    this.#child = child;
    this.#management = management;
  }

  static async start(folder: string, replicas: number): Promise<Deployment> {
    const env = { ...process.env, XDG_RUNTIME_DIR: folder, XDG_STATE_HOME: folder };
    const ports = ['--port', '0', '--admin-port', '0', '--health-port', '0', '--page-port', '0'];
    const size = ['--replicas', String(replicas), '--nodes', String(replicas)];
    const child = spawn(process.execPath, [bundle, 'run', folder, ...ports, ...size, '--format', 'json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env,
    });
    const ready = new Promise<string>((done, failed) => {
      child.once('exit', (code) => failed(new Error(`gantry run ended with ${String(code)}`)));
      createInterface({ input: child.stdout }).on('line', (line) => {
        const value = JSON.parse(line) as { type: string; status?: DeploymentStatus; level?: string; message?: string };
        if (value.type === 'ready') done(value.status!.addresses.management);
        if (process.env['BENCH_VERBOSE'] && value.type === 'log') console.error(value.message);
      });
    });
    return new Deployment(child, await begun(ready, 'gantry run', child));
  }

  /** kill -9 of the replica that holds the inbound endpoint, or another artifact. */
  async killHolder(artifact = 'In'): Promise<void> {
    const signal = AbortSignal.timeout(patienceMs);
    const answer = await fetch(`${this.#management}/deployment`, { signal });
    const { artifacts, pods } = (await answer.json()) as DeploymentStatus;
    const holder = artifacts.find(({ name }) => name === artifact)?.holder;
    const pid = pods.find(({ name }) => name === holder)?.pid;
    if (pid === undefined) throw new Error(`nobody holds ${artifact}`);
    process.kill(pid, 'SIGKILL');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await ended(this.#child, 'SIGTERM');
  }
}

async function begun<T>(ready: Promise<T>, what: string, child: ChildProcess): Promise<T> {
  try {
    return await within(patienceMs, `the start of ${what}`, ready);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

async function ended(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill(signal);
  await within(patienceMs, 'the end of a process', exit).catch(() => child.kill('SIGKILL'));
}
