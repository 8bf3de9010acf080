import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { memberKey } from '../../../src/coordination/records.ts';
import { openArbiter } from '../../../src/coordination/open-arbiter.ts';
import type { OpenedArbiter } from '../../../src/coordination/arbiter.ts';
import { replicaEnvironment } from '../../../src/deploy/local/protocol.ts';
import { silentLogger } from '../../../src/log.ts';
import { Gates, type Backing } from './backing.ts';
import { openGatedPort } from './gated-port.ts';

/** An arbiter with an address; each replica gets one of its own, behind which a gate is. */
export async function openAddressed(address: string, deployment: string, folder: string): Promise<Backing> {
  const arbiter = await openArbiter(address, { deployment, log: silentLogger });
  const gates = new Gates();
  const doors = doorsTo(address, folder);
  return {
    arbiter,
    gates,
    async connect(pod) {
      const gate = doors && gates.open();
      const port = gate && (await openGatedPort(doors.host, doors.port, gate));
      const told = port ? doors.through(port.port, pod) : { [replicaEnvironment.arbiter]: address };
      return {
        gate,
        pipes: 0,
        env: { ...told, [replicaEnvironment.deployment]: deployment },
        attach() {},
        // Nobody sees the end of a process of a cluster or on another machine.
        ended() {
          port?.close();
          if (gate) gates.close(gate);
        },
      };
    },
    async close() {
      await empty(arbiter).finally(() => arbiter.close());
    },
  };
}

/** How to lead a replica through another port of this machine. */
interface Doors {
  readonly host: string;
  readonly port: number;
  through(port: number, pod: string): Record<string, string>;
}

function doorsTo(address: string, folder: string): Doors | undefined {
  const scheme = address.split(':', 1)[0];
  if (scheme === 'sqlite') return undefined;
  if (scheme === 'kubernetes') return doorsToCluster(address, folder);
  const url = new URL(address);
  const usual = scheme === 'postgres' ? 5432 : 3306;
  return {
    host: url.hostname,
    port: Number(url.port) || usual,
    through(port) {
      const own = new URL(address);
      own.host = `127.0.0.1:${port}`;
      return { [replicaEnvironment.arbiter]: own.href };
    },
  };
}

/** The API server's certificate must be good for 127.0.0.1. */
function doorsToCluster(address: string, folder: string): Doors {
  const config = readFileSync(process.env['KUBECONFIG'] ?? '', 'utf8');
  const server = /\bserver:\s*["']?(https?:[^\s,"'}]+)/.exec(config)?.[1];
  if (server === undefined) throw new Error('KUBECONFIG must name a file with a "server:"');
  const url = new URL(server);
  return {
    host: url.hostname,
    port: Number(url.port) || 443,
    through(port, pod) {
      const file = join(folder, `${pod}.kubeconfig`);
      writeFileSync(file, config.replace(server, `https://127.0.0.1:${port}`), { mode: 0o600 });
      return { [replicaEnvironment.arbiter]: address, KUBECONFIG: file };
    },
  };
}

async function empty(arbiter: OpenedArbiter): Promise<void> {
  const signal = AbortSignal.timeout(5_000);
  const { members, assignment } = await arbiter.snapshot({ signal });
  for (const { value, version } of members) await arbiter.remove(memberKey(value.boot), version, signal);
  if (assignment && assignment !== 'same') await arbiter.remove('assignment', assignment.version, signal);
}
