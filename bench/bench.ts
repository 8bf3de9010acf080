/**
 * npm run bench -- [startup] [throughput] [failover] [scale] [--quick] [--format text|json]
 *
 * Measures the product as it is bundled; all sections take about five minutes, --quick one. Figures depend on what
 * else the machine does: its load is printed with them.
 */
import { existsSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { measureFailover } from './failover/deployment.ts';
import { bundle } from './processes.ts';
import { formatText, type Section } from './report.ts';
import { measureScale } from './scale/scale.ts';
import { measureStartup } from './startup.ts';
import { measureThroughput } from './throughput/throughput.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, format: { type: 'string', default: 'text' } },
});
const { quick } = values;

const sections: Readonly<Record<string, () => Promise<Section>>> = {
  startup: () => measureStartup(quick ? { starts: 5, requests: 5_000 } : { starts: 20, requests: 20_000 }),
  throughput: () => measureThroughput(quick ? { rounds: 3, requests: 4_000 } : { rounds: 5, requests: 20_000 }),
  failover: () => measureFailover(quick ? { kills: 5, moves: 5 } : { kills: 50, moves: 20 }),
  scale: () =>
    measureScale(quick ? { artifacts: 200, processes: 5, rounds: 1 } : { artifacts: 1_000, processes: 20, rounds: 5 }),
};

const wanted = positionals.length > 0 ? positionals : Object.keys(sections);
const unknown = wanted.filter((name) => !(name in sections));
if (unknown.length > 0) {
  console.error(`bench: there is no section ${unknown.join(', ')}; there are ${Object.keys(sections).join(', ')}.`);
  process.exit(2);
}
if (!existsSync(bundle)) {
  console.error('bench: what is measured is the bundle, and there is none; run: npm run build');
  process.exit(2);
}

const machine = { node: process.version, cpus: cpus().length, model: cpus()[0]?.model };
const measured: (Section & { readonly load: number })[] = [];
for (const name of wanted) {
  const section = { ...(await sections[name]!()), load: loadavg()[0]! };
  measured.push(section);
  if (values.format === 'text')
    console.log(`${formatText(section)}load ${section.load.toFixed(1)} on ${machine.cpus} CPUs\n`);
}
if (values.format === 'json') console.log(JSON.stringify({ machine, sections: measured }, undefined, 2));
