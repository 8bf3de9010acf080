/**
 * npm run bench:transports [-- PROTOCOL...] [--messages N] [--rounds N] [--only speed|loss|sharing|backlog] [--format text|json]
 *
 * What inbound endpoints do with messages of 1 KiB, against the servers that the environment names (KAFKA_BROKERS,
 * MQTT_URL, ...); SERVICES_COMMAND kills and pauses them. The product is measured as it is bundled.
 *   speed     one replica, its sequence does nothing
 *   loss      two replicas of a deployment, one holds the inbound endpoint and calls an HTTP sink for each message;
 *             under way the holder is killed, or the server is killed or paused
 *   sharing   three replicas share; how even, and what follows when one is killed
 *   backlog   a million waits for one replica, or --messages N: what it needs. Takes minutes: only when it is named
 */
import { existsSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { bundle } from '../processes.ts';
import { formatText, type Row, type Section } from '../report.ts';
import { file, sftp } from './file.ts';
import { measureForwarding } from './forwarding.ts';
import { activemq, activemqConcurrent, artemis } from './jms.ts';
import { kafka } from './kafka.ts';
import { measureKills } from './kills.ts';
import { mqtt } from './mqtt.ts';
import type { BenchedTransport } from './place.ts';
import { rabbitmq, rabbitmqQuorum } from './rabbitmq.ts';
import { measureBacklog, measureLoss, measureSharing, measureSpeed, troubleMissing, troubles } from './rounds.ts';
import { backlogRows, lossRows, sharingRows, speedRows } from './rows.ts';
import { measureStores } from './store.ts';

/** A line here is all that a new one needs. */
const transports: readonly BenchedTransport[] = [
  file,
  kafka,
  mqtt,
  sftp,
  artemis,
  activemq,
  activemqConcurrent,
  rabbitmq,
  rabbitmqQuorum,
];

/** What is behind the transports: stores, and the processors on them. `kills`: --rounds is how often. */
const behind: Readonly<Record<string, (rounds: number, messages: number) => Promise<Section>>> = {
  stores: (rounds, messages) => measureStores({ rounds, messages }),
  forwarding: (rounds, messages) => measureForwarding({ rounds, messages: Math.ceil(messages / 4) }),
  kills: (rounds, messages) => measureKills({ kills: rounds, messages: Math.ceil(messages / 2) }),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    messages: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string' },
    format: { type: 'string', default: 'text' },
  },
});
const [messages, rounds] = [Number(values.messages ?? 20_000), Number(values.rounds)];
const backlog = Number(values.messages ?? 1_000_000);
const wanted = transports.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const known = [...transports.map(({ name }) => name), ...Object.keys(behind)];
const unknown = positionals.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`bench: no transport is called ${unknown.join(', ')}; there are ${known.join(', ')}.`);
  process.exit(2);
}
if (!existsSync(bundle)) {
  console.error('bench: what is measured is the bundle, and there is none; run: npm run build');
  process.exit(2);
}

/** A round that fails is said, and the others count. */
async function repeat<T>(what: () => Promise<T>, failed: string[]): Promise<readonly T[]> {
  const results: T[] = [];
  for (let n = 0; n < rounds; n++)
    try {
      results.push(await what());
    } catch (error) {
      failed.push(`round ${n + 1}: ${error instanceof Error ? error.message : String(error)}`);
    }
  return results;
}

async function measure(transport: BenchedTransport): Promise<Section> {
  const { name, target, missing } = transport;
  if (missing !== undefined) return { name, rows: [], skipped: [missing] };
  const rows: Row[] = [];
  const skipped: string[] = [];
  const wants = (section: string): boolean => values.only === undefined || values.only === section;
  if (wants('speed')) {
    const speeds = await repeat(() => measureSpeed(transport, Math.max(messages, 50_000)), skipped);
    rows.push(...speedRows(speeds, target));
  }
  if (wants('loss'))
    for (const trouble of troubles) {
      const reason = troubleMissing(trouble, transport);
      if (reason === undefined)
        rows.push(...lossRows(trouble, await repeat(() => measureLoss(transport, trouble, messages), skipped)));
      else skipped.push(`${trouble}: ${reason}`);
    }
  if (wants('sharing')) {
    const sharings = await repeat(() => measureSharing(transport, messages), skipped);
    rows.push(...sharingRows(sharings));
  }
  if (values.only === 'backlog') {
    const backlogs = await repeat(() => measureBacklog(transport, backlog), skipped);
    rows.push(...backlogRows(backlogs));
    return { name: `${name}, ${backlog} messages wait`, rows, skipped };
  }
  return { name: `${name}, ${messages} messages a round`, rows, skipped };
}

const machine = { node: process.version, cpus: cpus().length, model: cpus()[0]?.model };
const sections: (Section & { readonly load: number })[] = [];
const measurements: readonly (() => Promise<Section>)[] = [
  ...wanted.map((transport) => () => measure(transport)),
  ...Object.entries(behind)
    .filter(([name]) => positionals.length === 0 || positionals.includes(name))
    .map(
      ([, what]) =>
        () =>
          what(rounds, messages),
    ),
];
for (const measured of measurements) {
  const section = { ...(await measured()), load: loadavg()[0]! };
  sections.push(section);
  if (values.format === 'text')
    console.log(`${formatText(section)}load ${section.load.toFixed(1)} on ${machine.cpus} CPUs\n`);
}
if (values.format === 'json') console.log(JSON.stringify({ machine, sections }, undefined, 2));
