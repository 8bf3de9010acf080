/** What a user gets told about mistakes, by the real commands. Messages are in test/golden/bad-input/expected. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { zipSync } from 'fflate';
import { gantry, root, runGantry, scratch } from './gantry.ts';

const folder = 'test/golden/bad-input';
const shop = `${folder}/shop`;

/** Compares with a file of the catalogue; UPDATE=1 rewrites it. */
function golden(name: string, actual: string): void {
  const file = join(root, folder, 'expected', name);
  if (process.env['UPDATE'] === '1' || !existsSync(file)) writeFileSync(file, actual);
  assert.equal(actual, readFileSync(file, 'utf8'));
}

/** An archive with an entry that would be written beside it, were it unpacked. */
function climbingCar(): string {
  const car = join(scratch, 'Climbing_1.0.0.car');
  const text = (content: string): Uint8Array => new TextEncoder().encode(content);
  const entries = {
    'artifacts.xml': text(
      '<artifacts><artifact name="Climbing" version="1.0.0" type="carbon/application"/></artifacts>',
    ),
    '../Escaped.xml': text('<sequence name="Escaped" xmlns="http://ws.apache.org/ns/synapse"/>'),
  };
  writeFileSync(car, zipSync(entries));
  return car;
}

test('check tells every mistake of a project, an archive and a folder that is no project in one go', async () => {
  const none = join(scratch, 'none');
  mkdirSync(none);
  const paths = [shop, climbingCar(), none, join(scratch, 'nowhere')];
  const text = await gantry('check', ...paths);
  assert.equal(text.code, 1);
  assert.equal(text.stderr, '');
  golden('check.txt', text.stdout);
  const json = await gantry('check', ...paths, '--format', 'json');
  assert.equal(json.code, 1);
  golden('check.json', json.stdout);
  const { artifacts, ok } = JSON.parse(json.stdout) as {
    artifacts: { problems: { code: string; line: number; column: number }[] }[];
    ok: boolean;
  };
  assert.equal(ok, false);
  const problems = artifacts.flatMap((artifact) => artifact.problems);
  assert.deepEqual(
    new Set(problems.map(({ code }) => code)),
    new Set([
      'BAD_XML',
      'CRON_NEVER_FIRES',
      'DUPLICATE_NAME',
      'MISSING_SEQUENCE',
      'NOT_A_PROJECT',
      'NO_SUCH_PATH',
      'UNKNOWN_MEDIATOR',
      'UNSAFE_PATH',
      'UNSET_PLACEHOLDER',
    ]),
  );
  for (const { line, column } of problems) assert.ok(line >= 1 && column >= 1);
});

test('run starts what is sound, names the rest on stdout, and health names it until it is repaired', async () => {
  await using running = await runGantry([shop], { args: ['--replicas', '2', '--nodes', '2'] });
  const answer = await fetch(`${running.http}/shop`);
  assert.equal(answer.status, 200);
  assert.deepEqual(await answer.json(), { open: true });
  const healthz = await fetch(`${running.health}/healthz`);
  assert.equal(healthz.status, 500);
  const said = (await healthz.json()) as Record<string, unknown>;
  assert.equal(said['status'], 'not ready, faulty CAPPs detected');
  assert.deepEqual(new Set(said['Faulty CAPPs'] as string[]), new Set(['Returns', 'Till', 'Twice', 'Never', 'Broken']));
  assert.equal((await fetch(`${running.health}/ready`)).status, 200);
  const { artifacts } = await running.status();
  const states = artifacts.map(({ kind, name, file, state }) => `${kind} ${name} ${file.split('/').at(-1)} ${state}`);
  golden('states.txt', `${states.toSorted().join('\n')}\n`);
  assert.ok(
    running.texts.some((text) => /^faulty .*api Returns.*Broken/.test(text)),
    running.texts.join('\n'),
  );
});

test('run tells the same mistakes on stderr, one line each, and does not start what holds nothing', async () => {
  const none = join(scratch, 'empty');
  mkdirSync(none);
  const { code, stdout, stderr } = await gantry('run', none, '--port', '0');
  assert.equal(code, 1);
  assert.equal(stdout, '');
  golden('run-none.txt', stderr);
});

test('a port that is taken ends run with one line that names it and the option', async () => {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  try {
    for (const option of ['--port', '--admin-port', '--health-port', '--page-port']) {
      const free = ['--port', '--admin-port', '--health-port', '--page-port'].filter((other) => other !== option);
      const ports = [option, String(port), ...free.flatMap((other) => [other, '0'])];
      const { code, stderr } = await gantry('run', 'examples/orders', '--pattern', 'single', ...ports);
      assert.equal(code, 1, option);
      golden(`port-in-use${option.replace('--', '-')}.txt`, stderr.replaceAll(String(port), 'PORT'));
    }
  } finally {
    server.close();
  }
});
