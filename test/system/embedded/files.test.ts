/** Files through whole replicas: a proxy on vfs that answers, and a folder that replicas share while they die. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { runGantry, scratch } from './gantry.ts';
import { inbound, project } from './project.ts';

function folders(...names: readonly string[]): readonly [root: string, uri: (name: string) => string] {
  const root = mkdtempSync(join(scratch, 'files-'));
  for (const name of names) mkdirSync(join(root, name));
  return [root, (name) => `${pathToFileURL(root).href}/${name}`];
}

const parameter = ([name, value]: readonly [string, string]): string =>
  `<parameter name="${name}">${value}</parameter>`;

test('a proxy on vfs takes a file and writes the answer of its flow to ReplyFileURI', async () => {
  const [root, uri] = folders('in', 'out');
  const parameters = {
    'transport.PollInterval': '1',
    'transport.vfs.FileURI': uri('in'),
    'transport.vfs.ContentType': 'application/json',
    'transport.vfs.ReplyFileURI': uri('out'),
    'transport.vfs.ReplyFileName': 'answer.json',
  };
  const folder = project('vfs-proxy', {
    'proxy-services/Files':
      '<proxy name="Files" transports="vfs" startOnLoad="true"><target><inSequence>' +
      '<payloadFactory media-type="json"><format>{ "seen": "$1" }</format><args><arg evaluator="json" expression="$.name"/></args></payloadFactory>' +
      `<respond/></inSequence></target>${Object.entries(parameters).map(parameter).join('')}</proxy>`,
  });
  await using running = await runGantry([folder], { args: ['--replicas', '2', '--nodes', '2'] });
  writeFileSync(join(root, 'in/one.json'), '{ "name": "Ada" }');
  // Each scan comes a second after the last; health tells nothing of single files.
  while (!readdirSync(join(root, 'out')).includes('answer.json')) await running.status();
  assert.deepEqual(JSON.parse(readFileSync(join(root, 'out/answer.json'), 'utf8')), { seen: 'Ada' });
  while (readdirSync(join(root, 'in')).length > 0) await running.status();
});

test('three replicas share a folder; though two of them are killed, every file arrives', async () => {
  const [root, uri] = folders('in', 'new');
  const arrived = new Map<string, number>();
  const all = Promise.withResolvers<void>();
  const quarter = Promise.withResolvers<void>();
  const files = 400;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const key = String(request.headers['idempotency-key']);
      arrived.set(key, (arrived.get(key) ?? 0) + 1);
      if (arrived.size === files / 4) quarter.resolve();
      if (arrived.size === files) all.resolve();
      response.writeHead(202).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const folder = project('shared-folder', {
    'inbound-endpoints/In': inbound('In', 'file', {
      interval: 50,
      coordination: 'false',
      'transport.vfs.FileURI': uri('in'),
      'transport.vfs.FileProcessCount': 5,
      'transport.vfs.AutoLockReleaseInterval': 2_000,
    }),
    'sequences/Take': `<sequence name="Take"><call><endpoint><address uri="${url}"/></endpoint></call></sequence>`,
  });
  try {
    await using running = await runGantry([folder], { args: ['--replicas', '3', '--nodes', '3'] });
    for (let n = 0; n < files; n++) writeFileSync(join(root, `new/${n}.txt`), String(n));
    for (let n = 0; n < files; n++) renameSync(join(root, `new/${n}.txt`), join(root, `in/${n}.txt`));
    await quarter.promise;
    for (const pod of ['pod-1', 'pod-2']) assert.equal((await running.command('crash', pod)).code, 0);
    await all.promise;
    // What was in hand when its replica died comes a second time, under the same key.
    const twice = [...arrived.values()].filter((times) => times > 1).length;
    assert.ok(twice <= 2, `${twice} came twice`);
    while (readdirSync(join(root, 'in')).some((name) => !name.endsWith('.alive'))) await running.status();
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
