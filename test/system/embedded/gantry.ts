/** Starts the real command line for tests of whole processes, with ports of its own and everything ended afterwards. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { DeploymentEvent, DeploymentStatus } from '../../../src/deploy/status.ts';

export const root: string = resolve(import.meta.dirname, '../../..');
const main: string = join(root, 'src/console/main.ts');

export interface RunOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
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
  status(): Promise<DeploymentStatus>;
  /** Runs another gantry command against this deployment. */
  command(...args: readonly string[]): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;
  /** Resolves with the first event, past or to come, that fits. */
  event(fits: (event: DeploymentEvent) => boolean): Promise<DeploymentEvent>;
  stop(): Promise<number | null>;
}

/** `gantry run` with free ports; resolves when it is ready. */
export async function runGantry(paths: readonly string[], options: RunOptions = {}): Promise<RunningGantry> {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-test-'));
  const env = { ...process.env, XDG_RUNTIME_DIR: folder, ...options.env };
  const ports = ['--port', '0', '--admin-port', '0', '--health-port', '0', '--page-port', '0'];
  const child = spawn(process.execPath, [main, 'run', ...paths, ...ports, '--format', 'json', ...(options.args ?? [])], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: root,
    env,
  });
  const events: DeploymentEvent[] = [];
  const logs: { pod: string; message: string }[] = [];
  const waiting = new Set<(event: DeploymentEvent) => void>();
  const ready = Promise.withResolvers<DeploymentStatus>();
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  createInterface({ input: child.stdout }).on('line', (text) => {
    const value = JSON.parse(text) as { type: string } & Record<string, unknown>;
    if (value.type === 'ready') ready.resolve(value['status'] as DeploymentStatus);
    else if (value.type === 'log') logs.push(value as unknown as { pod: string; message: string });
    else if (value.type !== 'text') {
      const event = value as unknown as DeploymentEvent;
      events.push(event);
      for (const look of waiting) look(event);
    }
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
  return {
    http,
    health,
    page,
    management,
    pid: child.pid!,
    first,
    events,
    logs,
    stop,
    status: async () => (await (await fetch(`${management}/deployment`)).json()) as DeploymentStatus,
    command: (...args) => collect(spawn(process.execPath, [main, ...args, '--port', port], { cwd: root, env })),
    event: (fits) => {
      const past = events.find(fits);
      if (past) return Promise.resolve(past);
      return new Promise((done) => {
        const look = (event: DeploymentEvent): void => {
          if (!fits(event)) return;
          waiting.delete(look);
          done(event);
        };
        waiting.add(look);
      });
    },
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
}

/** Any gantry command, to its end. */
export function gantry(...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return collect(spawn(process.execPath, [main, ...args], { cwd: root }));
}

async function collect(child: ChildProcess): Promise<{ code: number; stdout: string; stderr: string }> {
  let stdout = '';
  let stderr = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code: code ?? -1, stdout, stderr };
}
