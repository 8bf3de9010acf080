import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { UsageError } from '../usage.ts';
import { runImage } from './image.ts';
import { runManifests } from './manifests.ts';

const folder = mkdtempSync(join(tmpdir(), 'gantry-refused-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const root = resolve(import.meta.dirname, '../../../..');
const wrong = join(root, 'test/golden/problems/everything-wrong');
const orders = join(root, 'examples/orders');

/** Runs a command and listens to what it says. */
async function told(
  run: typeof runImage,
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  let [out, err] = ['', ''];
  const code = await run(args, { print: (line) => (out += line), warn: (line) => (err += line) });
  return { code, out, err };
}

const commands = { image: runImage, manifests: runManifests };

for (const [name, run] of Object.entries(commands)) {
  for (const path of [wrong, join(folder, 'nowhere')]) {
    test(`gantry ${name} of ${path === wrong ? 'a faulty project' : 'no project'} says why and writes nothing`, async () => {
      const output = join(folder, `${name}-out`);
      const { code, out, err } = await told(run, path, '--output', output);
      assert.deepEqual([code, out], [1, '']);
      assert.match(err, / error [A-Z_]+ /);
      assert.ok(!existsSync(output));
    });
  }

  test(`gantry ${name} without a PATH is a mistake on the command line`, () => assert.rejects(run([]), UsageError));
}

test('a placeholder that only a Secret will fill is no error, and its artifact is planned for', async () => {
  const trigger = '<trigger interval="5"/><property name="message" value="$SYSTEM:later"/>';
  const path = join(folder, 'Later.xml');
  const className = 'org.apache.synapse.startup.tasks.MessageInjector';
  writeFileSync(
    path,
    `<task name="Later" class="${className}" xmlns="http://ws.apache.org/ns/synapse">${trigger}</task>`,
  );
  const { code, out, err } = await told(runManifests, path, '--replicas', '2');
  assert.equal(code, 0, err);
  assert.match(err, /warning UNSET_PLACEHOLDER/);
  assert.match(out, /name: GANTRY_ARBITER/);
});

const silent: Readonly<Record<string, string>> = {
  UNDECLARED_PLACEHOLDER: `<api name="Asks" context="/asks" xmlns="http://ws.apache.org/ns/synapse">
  <resource methods="GET"><inSequence><call><endpoint><http uri-template="\${configs.backend}/x"/></endpoint></call></inSequence></resource>
</api>`,
  NOTHING_TO_RUN: '<sequence name="Unused" xmlns="http://ws.apache.org/ns/synapse"><drop/></sequence>',
};
for (const [code, xml] of Object.entries(silent)) {
  test(`what would be ready and answer 404 is no image and no manifest: ${code}`, async () => {
    const path = join(folder, code);
    mkdirSync(path);
    writeFileSync(join(path, 'Only.xml'), xml);
    for (const run of [runImage, runManifests]) {
      const made = await told(run, path, '--output', join(folder, `${code}-out`));
      assert.deepEqual([made.code, made.out], [1, '']);
      assert.match(made.err, new RegExp(`error ${code} `));
    }
  });
}

test('several files need a folder', () => assert.rejects(runManifests([orders, '--format', 'helm']), UsageError));

test('a chart is written file by file', async () => {
  const output = join(folder, 'chart');
  const { code } = await told(runManifests, orders, '--format', 'helm', '-o', output);
  assert.equal(code, 0);
  assert.deepEqual(readdirSync(output).toSorted(), ['Chart.yaml', 'templates', 'values.schema.json', 'values.yaml']);
});

test('a name that no registry takes is a mistake on the command line', () =>
  assert.rejects(runImage([orders, '--tag', 'Orders:1']), UsageError));
