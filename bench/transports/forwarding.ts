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
import { fill, kilobyte } from './store.ts';

export interface ForwardingBenchOptions {
  readonly rounds: number;
  readonly messages: number;
}

const namespace = 'xmlns="http://ws.apache.org/ns/synapse"';
const forwarding = 'org.apache.synapse.message.processor.impl.forwarder.ScheduledMessageForwardingProcessor';
const jdbc = 'org.apache.synapse.message.store.impl.jdbc.JDBCMessageStore';

export async function measureForwarding({ rounds, messages }: ForwardingBenchOptions): Promise<Section> {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-bench-'));
  await using backend = await startScript([join(import.meta.dirname, '../throughput/backend.ts')]);
  const url = `http://127.0.0.1:${backend.port}/pass`;
  const processor = (name: string, store: string): string =>
    `<messageProcessor name="${name}" class="${forwarding}" messageStore="${store}" targetEndpoint="Backend" ${namespace}>` +
    '<parameter name="interval">1</parameter><parameter name="throttle">false</parameter></messageProcessor>';
  try {
    await using running = await runInProcess({
      'endpoints/Backend.xml': `<endpoint name="Backend" ${namespace}><address uri="${url}"/></endpoint>`,
      'message-stores/Memory.xml': `<messageStore name="Memory" ${namespace}><parameter name="store.capacity">${messages}</parameter></messageStore>`,
      'message-stores/File.xml':
        `<messageStore name="File" class="${jdbc}" ${namespace}>` +
        `<parameter name="store.jdbc.connection.url">jdbc:sqlite:${join(folder, 'bench.db')}</parameter></messageStore>`,
      'message-processors/FromMemory.xml': processor('FromMemory', 'Memory'),
      'message-processors/FromFile.xml': processor('FromFile', 'File'),
    });
    const plain: number[] = [];
    const memory: number[] = [];
    const file: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const measured = [
        await plainCalls(running, messages),
        await forwarded(running, 'Memory', messages),
        await forwarded(running, 'File', messages),
      ];
      // The first one is for the compiler.
      if (round === 0) continue;
      [plain, memory, file].forEach((all, which) => all.push(measured[which]!));
    }
    const ratio = (rates: readonly number[]): number[] => rates.map((rate, round) => rate / plain[round]!);
    const rows: Row[] = [
      { what: 'plain calls, one after the other', unit: 'calls/s', ...summary(plain) },
      { what: 'forwarded from memory', unit: 'calls/s', ...summary(memory) },
      { what: 'forwarded from memory / plain', unit: 'ratio', target: '>= 0.8', ...summary(ratio(memory)) },
      { what: 'forwarded from SQLite', unit: 'calls/s', ...summary(file) },
      { what: 'forwarded from SQLite / plain', unit: 'ratio', ...summary(ratio(file)) },
    ];
    return { name: 'Forwarding', rows };
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
  return messages / (await running.work(`From${from}`, async () => (await store.count()) === 0));
}
