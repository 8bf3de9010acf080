import { join } from 'node:path';
import { runLoad, type LoadOptions } from '../load.ts';
import { cpuSeconds, root, startReplica, startScript, type Started } from '../processes.ts';
import { summary, type Row, type Section } from '../report.ts';

export interface ThroughputOptions {
  readonly rounds: number;
  readonly requests: number;
}

type Workload = Pick<LoadOptions, 'method' | 'path' | 'body' | 'contentType'> & { readonly name: string };

const lines = Array.from({ length: 15 }, (_, n) => `<line><sku>SKU-${1000 + n}</sku><qty>${n + 1}</qty></line>`);
const order = Buffer.from(
  `<order xmlns="urn:bench:order"><id>A-1</id><region>eu</region>${lines.join('\n').repeat(3)}</order>`,
);
const small = Buffer.from(
  JSON.stringify({
    order: {
      id: 'A-1',
      region: 'eu',
      customer: { name: 'Ada Lovelace', email: 'ada@example.org' },
      item: { sku: 'SKU-1000', qty: 3 },
    },
  }),
);

const workloads: readonly Workload[] = [
  { name: 'a   GET passed through', method: 'GET', path: '/pass' },
  { name: 'a2  POST passed through', method: 'POST', path: '/pass', body: order, contentType: 'application/xml' },
  { name: 'b   JSON into JSON', method: 'POST', path: '/transform', body: small, contentType: 'application/json' },
  { name: 'f   answer into JSON', method: 'GET', path: '/enrich' },
];

/**
 * CPU seconds per 10,000 requests of a replica and of bare Node, in turns within each round: whatever else the machine
 * does falls on both alike. The ratio is what is held to a target; CPU rather than requests per second, because client,
 * backend and server share the machine.
 */
export async function measureThroughput({ rounds, requests }: ThroughputOptions): Promise<Section> {
  await using backend = await startScript([join(import.meta.dirname, 'backend.ts')]);
  const address = `http://127.0.0.1:${backend.port}`;
  await using bare = await startScript([join(import.meta.dirname, 'baseline.ts')], { BACKEND: address });
  await using gantry = await startReplica(join(root, 'bench/peers'), { backend: address });
  const rows: Row[] = [];
  for (const workload of workloads) {
    const cost = (server: Started): Promise<number> => cpuPer10k(server, workload, requests);
    // Warm: the code is compiled by then.
    await cost(gantry);
    await cost(bare);
    const ours: number[] = [];
    const floor: number[] = [];
    for (let round = 0; round < rounds; round++) {
      for (const server of round % 2 === 0 ? [gantry, bare] : [bare, gantry]) {
        (server === gantry ? ours : floor).push(await cost(server));
      }
    }
    const ratios = ours.map((seconds, round) => seconds / floor[round]!);
    const target = workload.path === '/pass' ? { target: '<= 1.35' } : {};
    rows.push(
      { what: `${workload.name}: replica`, unit: 'CPU s / 10,000', ...summary(ours) },
      { what: `${workload.name}: bare node:http + undici`, unit: 'CPU s / 10,000', ...summary(floor) },
      { what: `${workload.name}: replica / bare`, unit: 'ratio', ...target, ...summary(ratios) },
    );
  }
  return {
    name: 'Throughput',
    rows,
    skipped: ['against Synapse and Camel: they need Java; bench/peers/start.sh serves the same workloads for that'],
  };
}

async function cpuPer10k(server: Started, workload: Workload, requests: number): Promise<number> {
  const before = cpuSeconds(server.pid);
  const { answered, refused } = await runLoad({ port: server.port, connections: 48, requests, ...workload });
  if (refused > 0) throw new Error(`${refused} of ${answered} answers to ${workload.name} were not 200`);
  return ((cpuSeconds(server.pid) - before) / answered) * 10_000;
}
