import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startMock } from '../tools/warm.ts';
import { runLoad } from './load.ts';
import { summary, type Section } from './report.ts';
import { residentMiB, root, startReplica } from './processes.ts';

export interface StartupOptions {
  readonly starts: number;
  readonly requests: number;
  readonly nodeFlags?: readonly string[];
}

/** Process start to the first answer of the example through its listener, and resident memory, idle and after load. */
export async function measureStartup({ starts, requests, nodeFlags = [] }: StartupOptions): Promise<Section> {
  const mock = await startMock();
  const firstAnswer: number[] = [];
  const idle: number[] = [];
  const loaded: number[] = [];
  try {
    for (let n = 0; n < starts; n++) {
      await using replica = await startReplica(join(root, 'examples/orders'), mock.env, nodeFlags);
      const answer = await fetch(`http://127.0.0.1:${replica.port}/orders`);
      await answer.text();
      if (answer.status !== 200) throw new Error(`GET /orders answered ${answer.status}`);
      firstAnswer.push(performance.now() - replica.startedAt);
      if (n >= 3) continue;
      // Idle is a replica that nobody asks: a few heartbeats and task runs, no more.
      await wait(3_000);
      idle.push(residentMiB(replica.pid));
      await runLoad({ port: replica.port, method: 'GET', path: '/orders', connections: 48, requests });
      loaded.push(residentMiB(replica.pid));
    }
  } finally {
    await mock.close();
  }
  return {
    name: 'Start-up and memory of a replica (examples/orders, bundle)',
    rows: [
      { what: 'process start to first 200', unit: 'ms', target: '<= 150', ...summary(firstAnswer) },
      { what: 'resident, idle', unit: 'MiB', target: '<= 70', ...summary(idle) },
      { what: `resident, after ${requests} requests`, unit: 'MiB', target: '<= 120', ...summary(loaded) },
    ],
  };
}
