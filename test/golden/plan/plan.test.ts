/** Project -> plan -> every output format. `UPDATE=1` rewrites the expected files; read the diff. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatPlan, planDeployment, type Plan, type PlanFormat } from '../../../src/deploy/plan/index.ts';
import { parseXml } from '../../../src/message/xml/parse.ts';
import { artifact, harbour, project, shop, task } from './projects.ts';

const measured = { startupMs: 95, deployMs: 12 };

const plans: Readonly<Record<string, Plan>> = {
  coordinated: planDeployment(harbour, { nodes: 3, measured }),
  isolated: planDeployment(harbour, {
    nodes: 3,
    isolate: { night: ['nightlyReport_Task'], cargo: ['CargoLists', 'ForwardManifests'] },
    measured,
  }),
  single: planDeployment(harbour, { replicas: 1 }),
  sized: planDeployment(shop, { rps: 9000, rpsPerReplica: 2500, survive: 1, measured }),
  refused: planDeployment(harbour, { pattern: 'replicated', isolate: { night: ['nightlyReport'] } }),
  many: planDeployment(harbour, { pattern: 'isolated', nodes: 6 }),
};

const endings: Readonly<Record<string, PlanFormat>> = { txt: 'text', json: 'json', yaml: 'yaml', mmd: 'mermaid', svg: 'svg' };

/** Not every format of every plan: only those that show something of their own. */
const golden = [
  ...Object.keys(endings).map((ending) => `coordinated.${ending}`),
  'isolated.txt', 'isolated.mmd', 'isolated.svg', 'single.txt', 'sized.txt', 'refused.txt', 'refused.svg', 'many.svg',
];

for (const file of golden) {
  const [name, ending] = file.split('.') as [string, string];
  test(`${file} is what it was`, () => {
    const path = join(import.meta.dirname, file);
    const written = formatPlan(plans[name]!, endings[ending]!);
    if (process.env['UPDATE'] === '1') writeFileSync(path, written);
    assert.equal(written, readFileSync(path, 'utf8'));
  });
}

test('no line of the text is wider than 100 columns', () => {
  for (const plan of Object.values(plans)) {
    for (const line of formatPlan(plan, 'text').split('\n')) assert.ok(line.length <= 100, `${line.length}: ${line}`);
  }
});

test('a picture is well-formed XML, whatever the artifacts are called', () => {
  const names = ['<b>', '"quoted"', 'a&b', 'line\nbreak', 'nul\u0000', '\ud800', ']]>', '😀', 'x'.repeat(300)];
  const odd = project('odd & "ends" <here>', names.flatMap((name) => [task(name), artifact('api', name)]));
  for (const plan of [...Object.values(plans), planDeployment(odd, { nodes: 5 })]) {
    const root = parseXml(formatPlan(plan, 'svg'), { file: 'plan.svg' });
    assert.equal(root.name, 'svg');
  }
});

test('a name cannot break out of its label in the flowchart', () => {
  const odd = project('odd', [task('a"] --> evil'), task('<img src=x>'), task('end;\nsubgraph x')]);
  const chart = formatPlan(planDeployment(odd), 'mermaid');
  for (const line of chart.split('\n').slice(0, -1)) {
    assert.match(line, /^ *(flowchart TB|subgraph \w+\["[^"<]*"\]|direction TB|\w+(\(?\[)+"[^"<]*"(\]\)?)+|\w+\(\["[^"<]*"\]\)|end|balancer --> \w+|classDef .*|class [\w,]+ \w+)$/);
  }
});
