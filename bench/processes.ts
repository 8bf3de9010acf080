import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

export const root: string = resolve(import.meta.dirname, '..');
/** What is measured is the product: `npm run build` makes it. */
export const bundle: string = join(root, 'dist/gantry.cjs');

/** As bin/gantry starts the bundle. */
const productFlags: readonly string[] = ['--max-semi-space-size=4'];

/** USER_HZ, which the kernel fixes at 100 for what it shows in /proc. */
const ticksPerSecond = 100;

export interface Started extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly port: number;
  /** performance.now() just before the process was started. */
  readonly startedAt: number;
}

/** Starts a Node script that prints `... port N`, resolves with that port. It gets SIGTERM when disposed of. */
export async function startScript(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Started> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const port = await new Promise<number>((done, failed) => {
    child.once('exit', (code) => failed(new Error(`${args.join(' ')} ended with ${String(code)}`)));
    lines.on('line', (line) => {
      const found = /port (\d+)/.exec(line)?.[1];
      if (found !== undefined) done(Number(found));
    });
  });
  return {
    child,
    pid: child.pid!,
    port,
    startedAt,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

export function startReplica(
  path: string,
  env: Readonly<Record<string, string>>,
  nodeFlags: readonly string[] = [],
): Promise<Started> {
  const ports = ['--host', '127.0.0.1', '--port', '0', '--health-port', '0'];
  return startScript([...productFlags, ...nodeFlags, bundle, 'replica', path, ...ports, '--log-level', 'WARN'], env);
}

/** User and system time of one process, seconds. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Resident memory, MiB. */
export function residentMiB(pid: number): number {
  const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) / 1024;
}
