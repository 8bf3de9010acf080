/**
 * Messages a second, 1 KB each, one process: into stores side by side, and out of the one in memory by a sampling
 * processor whose sequence sets a property. POSTGRES_URL and MYSQL_URL name databases to measure too.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import type { MessageStore, StoredMessage } from '../../src/engine/ports.ts';
import { summary, type Row, type Section } from '../report.ts';
import { runInProcess } from './in-process.ts';
import { benchedDatabases, storeXml, type BenchedDatabase } from './jdbc.ts';

export interface StoreBenchOptions {
  readonly rounds: number;
  readonly messages: number;
}

const namespace = 'xmlns="http://ws.apache.org/ns/synapse"';
const sampling = 'org.apache.synapse.message.processor.impl.sampler.SamplingProcessor';
const body = Buffer.from(JSON.stringify({ text: 'x'.repeat(1_000) }));

export function kilobyte(): StoredMessage {
  return {
    id: `urn:uuid:${randomUUID()}`,
    storedAt: Date.now(),
    contentType: 'application/json',
    body,
    headers: [],
    properties: {},
    axis2: {},
    addressing: {},
  };
}

/** As so many requests at once would. */
export async function fill(
  store: MessageStore,
  messages: number,
  sideBySide = 16,
  next: () => StoredMessage = kilobyte,
): Promise<number> {
  let left = messages;
  const started = performance.now();
  const one = async (): Promise<void> => {
    while (left-- > 0) await store.put(next());
  };
  await Promise.all(Array.from({ length: sideBySide }, one));
  return (performance.now() - started) / 1_000;
}

export async function measureStores({ rounds, messages }: StoreBenchOptions): Promise<Section> {
  const rows: Row[] = [await measureSampling(rounds, messages)];
  const folder = mkdtempSync(join(tmpdir(), 'gantry-bench-'));
  const { databases, skipped } = benchedDatabases(folder);
  try {
    for (const database of databases) rows.push(await measurePutting(database, rounds, messages / 10));
  } finally {
    rmSync(folder, { recursive: true });
  }
  return { name: 'Message stores', rows, skipped };
}

async function measureSampling(rounds: number, messages: number): Promise<Row> {
  await using running = await runInProcess({
    'message-stores/Waiting.xml': `<messageStore name="Waiting" ${namespace}><parameter name="store.capacity">${messages}</parameter></messageStore>`,
    'sequences/Sample.xml': `<sequence name="Sample" ${namespace}><property name="seen" value="yes"/></sequence>`,
    'message-processors/Sampler.xml':
      `<messageProcessor name="Sampler" class="${sampling}" messageStore="Waiting" ${namespace}><parameter name="sequence">Sample</parameter>` +
      '<parameter name="interval">1</parameter><parameter name="concurrency">200</parameter></messageProcessor>',
  });
  const store = running.integration.stores.get('Waiting')!;
  const rates: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    await fill(store, messages);
    const seconds = await running.work('Sampler', async () => (await store.count()) === 0);
    // The first one is for the compiler.
    if (round > 0) rates.push(messages / seconds);
  }
  return { what: 'in memory, sampled', unit: 'messages/s', target: '>= 20000', ...summary(rates) };
}

async function measurePutting(database: BenchedDatabase, rounds: number, messages: number): Promise<Row> {
  const { name } = database;
  await using running = await runInProcess({
    'message-stores/Waiting.xml': storeXml('Waiting', database, `bench_${process.pid}`),
  });
  const store = running.integration.stores.get('Waiting')!;
  const rates: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const seconds = await fill(store, messages);
    if ((await store.purge()) !== messages) throw new Error(`${name} lost messages`);
    if (round > 0) rates.push(messages / seconds);
  }
  return { what: `${name}, stored by 16 flows`, unit: 'messages/s', ...summary(rates) };
}
