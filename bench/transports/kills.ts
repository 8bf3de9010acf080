/**
 * Messages wait in a store, a forwarding processor brings them to a sink, and the replica that runs it is killed again and
 * again: what is lost, what comes twice, and what a receiver that knows the Idempotency-Key would do twice.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { summary, type Row, type Section } from '../report.ts';
import { runInProcess, writeArtifacts } from './in-process.ts';
import { benchedDatabases, storeXml, type BenchedDatabase } from './jdbc.ts';
import { within } from './patience.ts';
import { bodyOf } from './place.ts';
import { Deployment } from './running.ts';
import { Sink } from './sink.ts';
import { fill, kilobyte } from './store.ts';

export interface KillOptions {
  /** Of the holder, one after the other. */
  readonly kills: number;
  readonly messages: number;
}

const namespace = 'xmlns="http://ws.apache.org/ns/synapse"';
const forwarding = 'org.apache.synapse.message.processor.impl.forwarder.ScheduledMessageForwardingProcessor';
/** Nothing comes for that long: the rest is lost. */
const patienceMs = 60_000;
const limitMs = 10 * 60_000;
/** Repetitions come a little later. */
const repetitionMs = 2_000;

export async function measureKills({ kills, messages }: KillOptions): Promise<Section> {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-bench-'));
  const { databases, skipped } = benchedDatabases(folder);
  const rows: Row[] = [];
  const failed: string[] = [];
  try {
    for (const database of databases)
      try {
        rows.push(...(await within(limitMs, database.name, killsOn(database, { kills, messages }))));
      } catch (error) {
        failed.push(`${database.name}: ${error instanceof Error ? error.message : String(error)}`);
      }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { name: `Forwarding, ${messages} messages, ${kills} x kill -9`, rows, skipped: [...skipped, ...failed] };
}

async function killsOn(database: BenchedDatabase, { kills, messages }: KillOptions): Promise<readonly Row[]> {
  const storeFile = {
    'message-stores/Waiting.xml': storeXml('Waiting', database, `bench_${process.pid}_${database.service}`),
  };
  await using filling = await runInProcess(storeFile);
  const store = filling.integration.stores.get('Waiting')!;
  await store.purge();
  let n = 0;
  await fill(store, messages, 16, () => ({ ...kilobyte(), body: Buffer.from(bodyOf(n++, 1_024)) }));
  await using sink = await Sink.open();
  const project = mkdtempSync(join(tmpdir(), 'gantry-bench-'));
  try {
    writeArtifacts(project, {
      ...storeFile,
      'endpoints/Backend.xml': `<endpoint name="Backend" ${namespace}><address uri="${sink.url}"/></endpoint>`,
      'message-processors/Deliver.xml':
        `<messageProcessor name="Deliver" class="${forwarding}" messageStore="Waiting" targetEndpoint="Backend" ${namespace}>` +
        '<parameter name="interval">20</parameter><parameter name="throttle">false</parameter>' +
        '<parameter name="max.delivery.attempts">-1</parameter></messageProcessor>',
    });
    await using deployment = await Deployment.start(project, 2);
    let killed = 0;
    for (let kill = 1; kill <= kills; kill++) {
      // In the midst of it, by whoever took over from the one killed before.
      if (!(await sink.until(Math.floor((kill * messages) / (kills + 1)), patienceMs))) break;
      await deployment.killHolder('Deliver');
      killed++;
    }
    await sink.until(messages, patienceMs);
    await wait(repetitionMs);
    const { distinct, duplicates, repeatedEffects } = sink;
    const left = await store.count();
    const row = (what: string, figure: number, target?: string): Row => ({
      what: `${database.name}: ${what}`,
      unit: 'messages',
      ...summary([figure]),
      ...(target === undefined ? {} : { target }),
    });
    return [
      { ...row('holder killed', killed), unit: 'times' },
      row('lost', messages - distinct, '0'),
      row('left in the store', left, '0'),
      row('twice', duplicates, `at most ${killed}`),
      row('twice, for who knows the key', repeatedEffects, '0'),
      { ...row('load average', loadavg()[0]!), unit: '1 minute' },
    ];
  } finally {
    await store.purge().catch(() => {});
    rmSync(project, { recursive: true, force: true });
  }
}
