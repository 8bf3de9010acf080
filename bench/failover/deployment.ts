import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { DeploymentEvent, DeploymentStatus } from '../../src/deploy/status.ts';
import { bundle, root } from '../processes.ts';
import { summary, type Section } from '../report.ts';

const task = 'task/recurringOrder_Task';
const execute = promisify(execFile);

interface Moved {
  readonly tookMs: number;
}

interface Running extends AsyncDisposable {
  status(): Promise<DeploymentStatus>;
  /** Resolves with the next event that fits, and with performance.now() when it was read. */
  next(fits: (event: DeploymentEvent) => boolean): Promise<{ readonly event: DeploymentEvent; readonly at: number }>;
  /** Runs a command against this deployment; resolves to what it prints. */
  command(...args: readonly string[]): Promise<string>;
}

/**
 * `gantry run` of the example with six replicas, from outside: a replica that is killed again and again comes back later
 * and later, and there must always be another one to take over.
 *   failover    SIGKILL of the holder until another replica has the task and has said so
 *   hand-over   from the asking of gantry move until the deployment names the new holder; the command looks every 20 ms
 */
export async function measureFailover({ kills, moves }: { kills: number; moves: number }): Promise<Section> {
  await using deployment = await startDeployment();
  const failover: number[] = [];
  const handOver: number[] = [];
  const pod = async (other: boolean): Promise<{ readonly name: string; readonly pid: number }> => {
    for (;;) {
      const { artifacts, pods } = await deployment.status();
      const holder = artifacts.find((a) => `${a.kind}/${a.name}` === task)?.holder;
      const ready = pods.filter((p) => p.state === 'ready');
      const found = ready.find((p) => (p.name === holder) !== other);
      if (ready.length > 1 && holder !== undefined && found?.pid !== undefined)
        return { name: found.name, pid: found.pid };
      await wait(50);
    }
  };
  for (let n = 0; n < moves; n++) {
    const target = await pod(true);
    const { tookMs } = JSON.parse(await deployment.command('move', task, target.name, '--format', 'json')) as Moved;
    handOver.push(tookMs);
  }
  for (let n = 0; n < kills; n++) {
    // The replica that came back may be given the task first; then at no particular time in the round of renewals.
    await wait(700 + Math.random() * 300);
    const holder = await pod(false);
    const acquired = deployment.next(
      (e) => e.type === 'artifact-acquired' && e.artifact === task && e.pod !== holder.name,
    );
    const struck = performance.now();
    process.kill(holder.pid, 'SIGKILL');
    failover.push((await acquired).at - struck);
  }
  return {
    name: 'Failover and hand-over of a task (examples/orders, 6 replicas, gantry run)',
    rows: [
      { what: 'failover after SIGKILL', unit: 'ms', target: 'p50 <= 1200, max <= 1500', ...summary(failover) },
      { what: 'hand-over by gantry move', unit: 'ms', target: 'p50 <= 50', ...summary(handOver) },
    ],
  };
}

async function startDeployment(): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-bench-'));
  const env = { ...process.env, XDG_RUNTIME_DIR: folder };
  const ports = ['--port', '0', '--admin-port', '0', '--health-port', '0', '--page-port', '0'];
  const args = [bundle, 'run', join(root, 'examples/orders'), '--replicas', '6', '--nodes', '3', ...ports];
  const child = spawn(process.execPath, [...args, '--format', 'json'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const waiting = new Set<(event: DeploymentEvent, at: number) => void>();
  const ready = Promise.withResolvers<DeploymentStatus>();
  child.once('exit', () => ready.reject(new Error('gantry run ended')));
  createInterface({ input: child.stdout }).on('line', (line) => {
    const at = performance.now();
    const value = JSON.parse(line) as { readonly type: string; readonly status?: DeploymentStatus };
    if (value.type === 'ready') ready.resolve(value.status!);
    else for (const look of waiting) look(value as unknown as DeploymentEvent, at);
  });
  const { management, http } = (await ready.promise).addresses;
  return {
    status: async () => (await (await fetch(`${management}/deployment`)).json()) as DeploymentStatus,
    next: (fits) =>
      new Promise((found) => {
        const look = (event: DeploymentEvent, at: number): void => {
          if (!fits(event)) return;
          waiting.delete(look);
          found({ event, at });
        };
        waiting.add(look);
      }),
    async command(...words) {
      const { stdout } = await execute(process.execPath, [bundle, ...words, '--port', new URL(http).port], { env });
      return stdout;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
