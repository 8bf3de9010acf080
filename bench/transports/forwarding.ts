/**
 * Calls a second: a forwarding processor over each store, against the same calls made one after the other without any
 * store, in turns within each round. The ratio is what is held to a target.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromStored } from '../../src/engine/stored.ts';
import { silentLogger } from '../../src/log.ts';
import { startScript } from '../processes.ts';
import { summary, type Row, type Section } from '../report.ts';
import { runInProcess, type Running } from './in-process.ts';
import { benchedDatabases, storeXml } from './jdbc.ts';
import { fill, kilobyte } from './store.ts';

export interface ForwardingBenchOptions {
  readonly rounds: number;
  readonly messages: number;
}

const namespace = 'xmlns="http://ws.apache.org/ns/synapse"';
const forwarding = 'org.apache.synapse.message.processor.impl.forwarder.ScheduledMessageForwardingProcessor';

export async function measureForwarding({ rounds, messages }: ForwardingBenchOptions): Promise<Section> {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-bench-'));
  await using backend = await startScript([join(import.meta.dirname, '../throughput/backend.ts')]);
  const url = `http://127.0.0.1:${backend.port}/pass`;
  const { databases, skipped } = benchedDatabases(folder);
  const stores: Readonly<Record<string, string>> = {
    memory: `<messageStore name="memory" ${namespace}><parameter name="store.capacity">${messages}</parameter></messageStore>`,
    ...Object.fromEntries(databases.map((one) => [one.name, storeXml(one.name, one, `bench_${process.pid}`)])),
  };
  const processor = (store: string): string =>
    `<messageProcessor name="From-${store}" class="${forwarding}" messageStore="${store}" targetEndpoint="Backend" ${namespace}>` +
    '<parameter name="interval">1</parameter><parameter name="throttle">false</parameter></messageProcessor>';
  try {
    await using running = await runInProcess({
      'endpoints/Backend.xml': `<endpoint name="Backend" ${namespace}><address uri="${url}"/></endpoint>`,
      ...Object.fromEntries(Object.entries(stores).map(([name, xml]) => [`message-stores/${name}.xml`, xml])),
      ...Object.fromEntries(
        Object.keys(stores).map((name) => [`message-processors/From-${name}.xml`, processor(name)]),
      ),
    });
    const plain: number[] = [];
    const rates: Record<string, number[]> = Object.fromEntries(Object.keys(stores).map((name) => [name, []]));
    for (let round = 0; round <= rounds; round++) {
      // The first one is for the compiler.
      const note = (all: number[], rate: number): void => void (round > 0 && all.push(rate));
      note(plain, await plainCalls(running, messages));
      for (const [name, all] of Object.entries(rates)) note(all, await forwarded(running, name, messages));
    }
    const rows: Row[] = [{ what: 'plain calls, one after the other', unit: 'calls/s', ...summary(plain) }];
    for (const [name, all] of Object.entries(rates)) {
      const ratios = all.map((rate, round) => rate / plain[round]!);
      rows.push(
        { what: `forwarded from ${name}`, unit: 'calls/s', ...summary(all) },
        { what: `forwarded from ${name} / plain`, unit: 'ratio', target: '>= 0.8', ...summary(ratios) },
      );
    }
    return { name: 'Forwarding', rows, skipped };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function plainCalls({ integration }: Running, calls: number): Promise<number> {
  const { library, environment } = integration;
  const endpoint = library.endpoint('Backend')!;
  const { signal } = new AbortController();
  const waiting = Array.from({ length: calls }, kilobyte);
  const started = performance.now();
  for (const stored of waiting) {
    const answer = await endpoint.send(fromStored(stored, environment), { signal, log: silentLogger, library });
    await answer?.body.load();
  }
  return calls / ((performance.now() - started) / 1_000);
}

async function forwarded(running: Running, from: string, messages: number): Promise<number> {
  const store = running.integration.stores.get(from)!;
  await fill(store, messages);
  // Counting reads the whole table.
  return messages / (await running.work(`From-${from}`, async () => (await store.browse(1)).length === 0));
}
