/**
 * Messages wait in a store, a forwarding processor brings them to a sink, and the replica that runs it is killed again and
 * again; then the database: what is lost, what comes twice, and what a receiver that knows the Idempotency-Key would do twice.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { usuallyUnremoved } from '../../src/stores/forwarding/parameters.ts';
import { summary, type Row, type Section } from '../report.ts';
import { runInProcess, writeArtifacts } from './in-process.ts';
import { benchedDatabases, storeXml, type BenchedDatabase } from './jdbc.ts';
import { within } from './patience.ts';
import { bodyOf } from './place.ts';
import { Deployment } from './running.ts';
import { Sink } from './sink.ts';
import { fill, kilobyte } from './store.ts';

export interface KillOptions {
  /** One after the other. */
  readonly kills: number;
  readonly messages: number;
}

type Victim = 'holder' | 'database';
const victims: readonly Victim[] = ['holder', 'database'];
const holderOnly: readonly Victim[] = ['holder'];
const command = process.env['SERVICES_COMMAND'];

const namespace = 'xmlns="http://ws.apache.org/ns/synapse"';
const forwarding = 'org.apache.synapse.message.processor.impl.forwarder.ScheduledMessageForwardingProcessor';
/** Nothing comes for that long: the rest is lost. */
const patienceMs = 60_000;
const limitMs = 10 * 60_000;
/** Repetitions come a little later. */
const repetitionMs = 2_000;
const startTries = 40;
const betweenMs = 250;
const run = promisify(execFile);

export async function measureKills({ kills, messages }: KillOptions): Promise<Section> {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-bench-'));
  const { databases, skipped } = benchedDatabases(folder);
  const rows: Row[] = [];
  const failed: string[] = [];
  try {
    for (const database of databases)
      for (const victim of database.service === 'sqlite' || command === undefined ? holderOnly : victims)
        try {
          rows.push(...(await within(limitMs, database.name, killsOn(database, victim, { kills, messages }))));
        } catch (error) {
          failed.push(`${database.name}, ${victim} killed: ${error instanceof Error ? error.message : String(error)}`);
        }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { name: `Forwarding, ${messages} messages, ${kills} x kill -9`, rows, skipped: [...skipped, ...failed] };
}

async function killsOn(
  database: BenchedDatabase,
  victim: Victim,
  { kills, messages }: KillOptions,
): Promise<readonly Row[]> {
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
      if (victim === 'holder') await deployment.killHolder('Deliver');
      else await killDatabase(database);
      killed++;
    }
    await sink.until(messages, patienceMs);
    await wait(repetitionMs);
    const { distinct, duplicates, repeatedEffects } = sink;
    const left = await store.count();
    const row = (what: string, figure: number, target?: string): Row => ({
      what: `${database.name}, ${victim} killed: ${what}`,
      unit: 'messages',
      ...summary([figure]),
      ...(target === undefined ? {} : { target }),
    });
    return [
      { ...row('how often', killed), unit: 'times' },
      row('lost', messages - distinct, '0'),
      row('left in the store', left, '0'),
      row('twice', duplicates, victim === 'holder' ? `at most ${killed * usuallyUnremoved}` : '0'),
      row('twice, for who knows the key', repeatedEffects, '0'),
      { ...row('load average', loadavg()[0]!), unit: '1 minute' },
    ];
  } finally {
    await store.purge().catch(() => {});
    rmSync(project, { recursive: true, force: true });
  }
}

async function killDatabase({ service }: BenchedDatabase): Promise<void> {
  await run(command!, ['kill', service]);
  for (let left = startTries; ; left--)
    try {
      await run(command!, ['up', service]);
      return;
    } catch (error) {
      // PostgreSQL does not start while the process that was killed has not quite gone.
      if (left === 1) throw error;
      await wait(betweenMs);
    }
}
