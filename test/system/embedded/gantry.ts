/** Starts the real command line for tests of whole processes, with ports of its own and everything ended afterwards. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { ScheduledRun } from '../../../src/console/cli/run/screen.ts';
import { bundleFolder } from '../../../src/deploy/kubernetes/image/runtime-files.ts';
import type { DeploymentEvent, DeploymentStatus } from '../../../src/deploy/status.ts';
import { buildBundle } from '../../../tools/bundle.ts';

export const root: string = resolve(import.meta.dirname, '../../..');

/** A folder for what a test file writes; removed when its process ends. */
export const scratch: string = mkdtempSync(join(tmpdir(), 'gantry-test-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

/** The product itself: what a user starts, and five times as quick to start as the sources. */
export const bundle: string = await product();

/** The bundle of the checkout while it is newer than the sources, as after npm ci; otherwise one of this file's own. */
async function product(): Promise<string> {
  try {
    return join(bundleFolder(join(root, 'src/console/main.ts')), 'gantry.cjs');
  } catch {
    return buildBundle(join(scratch, 'product'));
  }
}

export interface RunOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Nothing here takes so long; a test must fail rather than hang. */
const limitMs = 30_000;

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningGantry extends AsyncDisposable {
  readonly http: string;
  readonly health: string;
  readonly page: string;
  readonly management: string;
  readonly pid: number;
  /** As it was when it said that it was ready. */
  readonly first: DeploymentStatus;
  /** Everything that happened so far. */
  readonly events: readonly DeploymentEvent[];
  /** Log lines of the replicas. */
  readonly logs: readonly { readonly pod: string; readonly message: string }[];
  /** Every scheduled run the replicas have reported. */
  readonly runs: readonly ScheduledRun[];
  /** What `gantry run` said itself, on stdout. */
  readonly texts: readonly string[];
  status(): Promise<DeploymentStatus>;
  /** Runs another gantry command against this deployment. */
  command(...args: readonly string[]): Promise<Finished>;
  /** Resolves with the first event, past or to come, that fits. */
  event(fits: (event: DeploymentEvent) => boolean): Promise<DeploymentEvent>;
  /** The first status that fits; asked for again after every line, since every change of it is told. */
  statusWhen(fits: (status: DeploymentStatus) => boolean): Promise<DeploymentStatus>;
  /** Resolves when what is asked of everything said so far is true; asked again at every line. */
  until(isTrue: () => boolean): Promise<void>;
  stop(): Promise<number | null>;
}

/** `gantry run` with free ports; resolves when it is ready, rejects when it ends before. */
export async function runGantry(paths: readonly string[], options: RunOptions = {}): Promise<RunningGantry> {
  const folder = mkdtempSync(join(scratch, 'run-'));
  const env = { ...process.env, XDG_RUNTIME_DIR: folder, XDG_STATE_HOME: folder, ...options.env };
  const ports = ['--port', '0', '--admin-port', '0', '--health-port', '0', '--page-port', '0'];
  const child = spawn(
    process.execPath,
    [bundle, 'run', ...paths, ...ports, '--format', 'json', ...(options.args ?? [])],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: root,
      env,
    },
  );
  const events: DeploymentEvent[] = [];
  const logs: { pod: string; message: string }[] = [];
  const runs: ScheduledRun[] = [];
  const texts: string[] = [];
  const looks = new Set<() => void>();
  let lines = 0;
  const ready = Promise.withResolvers<DeploymentStatus>();
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  createInterface({ input: child.stdout }).on('line', (text) => {
    const value = JSON.parse(text) as { type: string } & Record<string, unknown>;
    if (value.type === 'ready') ready.resolve(value['status'] as DeploymentStatus);
    else if (value.type === 'log') logs.push(value as unknown as { pod: string; message: string });
    else if (value.type === 'run') runs.push(value as unknown as ScheduledRun);
    else if (value.type === 'text') texts.push(String(value['text']));
    else events.push(value as unknown as DeploymentEvent);
    lines++;
    for (const look of looks) look();
  });
  child.once('exit', (code) => ready.reject(new Error(`gantry run ended with ${String(code)}: ${stderr}`)));
  const first = await ready.promise;
  const { http, health, page, management } = first.addresses;
  const port = new URL(http).port;
  const stop = async (): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
    return child.exitCode;
  };
  const until = (isTrue: () => boolean): Promise<void> => {
    if (isTrue()) return Promise.resolve();
    return new Promise((done, failed) => {
      const tooLate = setTimeout(() => {
        looks.delete(look);
        failed(new Error(`waited ${limitMs / 1000} s for what did not happen; the events: ${JSON.stringify(events)}`));
      }, limitMs);
      const look = (): void => {
        if (!isTrue()) return;
        looks.delete(look);
        clearTimeout(tooLate);
        done();
      };
      looks.add(look);
    });
  };
  const status = async (): Promise<DeploymentStatus> =>
    (await (await fetch(`${management}/deployment`)).json()) as DeploymentStatus;
  return {
    http,
    health,
    page,
    management,
    pid: child.pid!,
    first,
    events,
    logs,
    runs,
    texts,
    stop,
    status,
    async statusWhen(fits) {
      for (;;) {
        const seen = lines;
        const now = await status();
        if (fits(now)) return now;
        await until(() => lines > seen);
      }
    },
    command: (...args) => finish(spawn(process.execPath, [bundle, ...args, '--port', port], { cwd: root, env })),
    event: async (fits) => {
      await until(() => events.some(fits));
      return events.find(fits)!;
    },
    until,
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
}

/** Any gantry command, to its end. */
export function gantry(...args: readonly string[]): Promise<Finished> {
  return gantryWith({}, ...args);
}

export function gantryWith(
  { node = process.execPath, input = '', env = {} }: { node?: string; input?: string; env?: Record<string, string> },
  ...args: readonly string[]
): Promise<Finished> {
  const child = spawn(node, [bundle, ...args], { cwd: root, env: { ...process.env, ...env } });
  child.stdin.end(input);
  return finish(child);
}

/** Is there still a process of that id? */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function finish(child: ChildProcess): Promise<Finished> {
  let stdout = '';
  let stderr = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const tooLate = setTimeout(() => child.kill('SIGKILL'), limitMs);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(tooLate);
  return { code: code ?? -1, stdout, stderr };
}
