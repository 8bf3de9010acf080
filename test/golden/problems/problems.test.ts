import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { zipSync } from 'fflate';
import { vocabulary } from '../../../src/artifacts/try-out.ts';
import { runCheck } from '../../../src/console/cli/commands/check.ts';

const here = fileURLToPath(new URL('./', import.meta.url));
let scratch: string;
before(() => {
  scratch = mkdtempSync(join(tmpdir(), 'gantry-problems-'));
});
after(() => rmSync(scratch, { recursive: true }));

/** Compares with a file beside this one; UPDATE=1 rewrites it. */
function golden(name: string, actual: string): void {
  const file = join(here, 'expected', name);
  if (process.env['UPDATE'] === '1' || !existsSync(file)) writeFileSync(file, actual);
  assert.equal(actual, readFileSync(file, 'utf8'));
}

const check = (paths: readonly string[], format: 'text' | 'json' = 'text'): ReturnType<typeof runCheck> =>
  runCheck(paths, { vocabulary, format, env: {} });

for (const [folder, failed] of [
  ['everything-wrong', true],
  ['mixed', true],
  ['no-project', true],
] as const) {
  test(`${folder}: every problem in one go, as text and as JSON`, async () => {
    const text = await check([join(here, folder)]);
    golden(`${folder}.txt`, text.output);
    const json = await check([join(here, folder)], 'json');
    golden(`${folder}.json`, json.output);
    assert.equal(text.exitCode, failed ? 1 : 0);
    assert.equal(json.exitCode, text.exitCode);
    assert.equal(JSON.parse(json.output).ok, !failed);
  });
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const artifactsXml = (...names: string[]): Uint8Array => {
  const dependencies = names.map((n) => `<dependency artifact="${n}" version="1.0.0" include="true"/>`);
  return bytes(`<artifacts><artifact name="Bad" version="1.0.0" type="carbon/application">${dependencies.join('')}</artifact></artifacts>`);
};
const artifactXml = (name: string, type: string, file: string): Uint8Array =>
  bytes(`<artifact name="${name}" version="1.0.0" type="${type}"><file>${file}</file></artifact>`);

test('a .car that reaches outside itself is read only where it does not', async () => {
  const car = join(scratch, 'Bad_1.0.0.car');
  const zip = zipSync({
    'artifacts.xml': artifactsXml('Good', 'Climber', 'Registry', 'Gone', 'Library', 'Odd'),
    '../../outside.xml': bytes('<sequence/>'),
    '/etc/absolute.xml': bytes('<sequence/>'),
    'a\\b.xml': bytes('<sequence/>'),
    'Good_1.0.0/link.xml': [bytes('/etc/passwd'), { os: 3, attrs: 0o120777 << 16 }],
    'Good_1.0.0/artifact.xml': artifactXml('Good', 'synapse/sequence', 'Good-1.0.0.xml'),
    'Good_1.0.0/Good-1.0.0.xml': bytes('<sequence name="Good" xmlns="http://ws.apache.org/ns/synapse"><lgo/></sequence>'),
    'Climber_1.0.0/artifact.xml': artifactXml('Climber', 'synapse/sequence', '../Good_1.0.0/Good-1.0.0.xml'),
    'Registry_1.0.0/artifact.xml': artifactXml('Registry', 'registry/resource', 'registry-info.xml'),
    'Registry_1.0.0/registry-info.xml': bytes(
      '<resources><item><file>a.txt</file><path>/_system/config/../../etc</path></item>' +
        '<item><file>a.txt</file><path>/somewhere/else</path></item></resources>',
    ),
    'Library_1.0.0/artifact.xml': artifactXml('Library', 'synapse/lib', 'lib.zip'),
    'Library_1.0.0/lib.zip': bytes('x'),
    'Odd_1.0.0/artifact.xml': artifactXml('Odd', 'web/application', 'odd.war'),
    'Odd_1.0.0/odd.war': bytes('x'),
  });
  writeFileSync(car, zip);
  golden('bad-car.txt', (await check([car])).output);
});

test('an archive that is none, and one without artifacts.xml', async () => {
  const cut = join(scratch, 'Cut.car');
  writeFileSync(cut, zipSync({ 'artifacts.xml': artifactsXml() }).subarray(0, 60));
  const empty = join(scratch, 'Empty.car');
  writeFileSync(empty, zipSync({ 'readme.txt': bytes('hello') }));
  golden('no-car.txt', (await check([cut, empty])).output);
});

test('a link out of the project, a path that is not there, a file of another kind', async () => {
  const folder = mkdtempSync(join(scratch, 'linked-'));
  writeFileSync(join(folder, 'Fine.xml'), '<sequence name="Fine" xmlns="http://ws.apache.org/ns/synapse"/>');
  symlinkSync(join(here, 'mixed/Main.xml'), join(folder, 'Outside.xml'));
  symlinkSync('Fine.xml', join(folder, 'Inside.xml'));
  const renamed = (text: string): string => text.replaceAll(folder.slice(folder.lastIndexOf('/') + 1), 'linked');
  golden('paths.txt', renamed((await check([folder, join(scratch, 'nowhere'), join(here, 'no-project/notes.txt')])).output));
});
