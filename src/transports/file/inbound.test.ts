import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { test } from 'node:test';
import { VirtualClock } from '../../clock.ts';
import { names, problems, runFor, scanCounter, start, temporaryFolder, textOf } from './try-out.ts';

const href = (path: string): string => pathToFileURL(path).href;

test('each file that fits the pattern is given to the sequence once and deleted', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'b.csv'), '2');
  await writeFile(join(folder, 'a.csv'), '1');
  await writeFile(join(folder, 'other.txt'), 'no');
  const seen: string[] = [];
  await runFor(2, {
    folder,
    parameters: { 'transport.vfs.FileNamePattern': '.*\\.csv', 'transport.vfs.FileSortAttribute': 'name' },
    async take(message) {
      seen.push(`${message.headers.get('FILE_NAME')}=${await textOf(message)}`);
      return 'done';
    },
  });
  assert.deepEqual(seen, ['a.csv=1', 'b.csv=2']);
  assert.deepEqual(await names(folder), ['other.txt']);
});

test('a message says which file it was', async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'sub'));
  const path = join(folder, 'sub/an order.xml');
  await writeFile(path, '<a/>');
  await utimes(path, 1_700_000_000, 1_700_000_000);
  let seen: Record<string, unknown> = {};
  await runFor(1, {
    folder,
    parameters: { 'transport.vfs.FileURI': `${href(folder)}/*` },
    async take({ headers, properties, body, conversation }) {
      seen = { ...Object.fromEntries(headers), type: body.contentType, key: conversation.fence?.key };
      assert.equal(properties.get('inbound.endpoint.name'), 'Files');
      return 'done';
    },
  });
  assert.deepEqual(seen, {
    FILE_PATH: path,
    FILE_NAME: 'an order.xml',
    FILE_URI: href(path),
    FILE_LENGTH: '4',
    LAST_MODIFIED: '1700000000000',
    RELATIVE_PATH: 'sub/an order.xml',
    type: 'text/xml',
    key: 'Files/sub/an order.xml@1700000000000',
  });
});

test('a file whose sequence faults is moved to the failure folder under its own name', async (t) => {
  const [folder, failed] = [await temporaryFolder(t), await temporaryFolder(t)];
  await writeFile(join(folder, 'a.csv'), '1');
  const parameters = {
    'transport.vfs.ActionAfterFailure': 'MOVE',
    'transport.vfs.MoveAfterFailure': `${href(failed)}/new`,
  };
  await runFor(1, { folder, parameters, take: async () => 'rollback' });
  assert.deepEqual([await names(folder), await names(join(failed, 'new'))], [[], ['a.csv']]);
});

test('moving does not overwrite a file of that name', async (t) => {
  const [folder, to] = [await temporaryFolder(t), await temporaryFolder(t)];
  await writeFile(join(to, 'a.csv'), 'old');
  await writeFile(join(folder, 'a.csv'), 'new');
  const parameters = { 'transport.vfs.ActionAfterProcess': 'MOVE', 'transport.vfs.MoveAfterProcess': href(to) };
  await runFor(1, { folder, parameters, take: async () => 'done' });
  assert.equal(await readFile(join(to, 'a.csv'), 'utf8'), 'old');
  assert.equal(await readFile(join(to, 'a.csv.1'), 'utf8'), 'new');
});

test('a move stamps names and folders in the way Java does', async (t) => {
  const [folder, to] = [await temporaryFolder(t), await temporaryFolder(t)];
  await writeFile(join(folder, 'a.csv'), '1');
  const clock = new VirtualClock(0, new Date(2026, 10, 21, 9, 5, 7).getTime());
  const parameters = {
    'transport.vfs.ActionAfterProcess': 'MOVE',
    'transport.vfs.MoveAfterProcess': href(to),
    'transport.vfs.MoveTimestampFormat': "yyyyMMdd'T'HHmmss_",
    'transport.vfs.SubFolderTimestampFormat': 'yyyy-MM',
  };
  await runFor(1, { folder, parameters, clock, take: async () => 'done' });
  assert.deepEqual(await names(join(to, '2026-11')), ['20261121T090507_a.csv']);
});

test('a large file is streamed and arrives whole', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'big.bin'), Buffer.alloc(3_000_000, 'x'));
  let length = 0;
  await runFor(1, {
    folder,
    async take({ body }) {
      assert.equal(body.form, 'stream');
      for await (const part of body.takeStream()) length += part.length;
      return 'done';
    },
  });
  assert.equal(length, 3_000_000);
});

test('a file that grows while it is processed is put back instead of deleted', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'big.bin');
  await writeFile(path, Buffer.alloc(100_000));
  await runFor(1, {
    folder,
    async take() {
      await writeFile(join(folder, (await names(folder))[0]!), 'more', { flag: 'a' });
      return 'done';
    },
  });
  assert.equal((await readFile(path)).length, 100_004);
});

test('a file is taken once its size has stayed the same for CheckSizeInterval', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'a.csv');
  await writeFile(path, '1');
  const clock = new VirtualClock(0, Date.now());
  const scans = scanCounter(clock);
  const { promise, resolve } = Promise.withResolvers<string>();
  const running = start({
    folder,
    clock: scans.clock,
    parameters: { interval: '100', 'transport.vfs.CheckSizeInterval': '250' },
    async take(message) {
      resolve(await textOf(message));
      return 'done';
    },
  });
  await scans.next();
  await clock.advance(100);
  await scans.next();
  await writeFile(path, '1 and more');
  for (let i = 0; i < 4; i++) {
    assert.deepEqual(await names(folder), ['a.csv']);
    await clock.advance(100);
    if (i < 3) await scans.next();
  }
  assert.equal(await promise, '1 and more');
  running.term.handOver();
  await running.ended;
});

test('a file that was processed but cannot be moved is not processed twice', async (t) => {
  const [folder, to] = [await temporaryFolder(t), await temporaryFolder(t)];
  const target = join(to, 'done');
  await writeFile(target, 'a file where a folder is wanted');
  await writeFile(join(folder, 'a'), '1');
  const records = await temporaryFolder(t);
  const parameters = {
    'transport.vfs.ActionAfterProcess': 'MOVE',
    'transport.vfs.MoveAfterProcess': href(target),
    'transport.vfs.FailedRecordsFileDestination': href(records),
    'transport.vfs.FailedRecordsFileName': 'failed.properties',
  };
  await runFor(1, { folder, parameters, take: async () => 'done' });
  assert.deepEqual(await names(folder), ['a.done-process']);
  assert.match(await readFile(join(records, 'failed.properties'), 'utf8'), /\/a=\d\d-\d\d-\d{4} /);
  // The next holder moves it, now that it can, and takes the next file.
  await writeFile(join(folder, 'b'), '2');
  const other = await temporaryFolder(t);
  await runFor(1, {
    folder,
    parameters: { ...parameters, 'transport.vfs.MoveAfterProcess': href(other) },
    take: async (message) => (assert.equal(message.headers.get('FILE_NAME'), 'b'), 'done'),
  });
  assert.deepEqual(await names(other), ['a', 'b']);
});

test('a file that could be neither deleted nor moved goes where MoveAfterFailedMove says', async (t) => {
  const [folder, to, last] = [await temporaryFolder(t), await temporaryFolder(t), await temporaryFolder(t)];
  await writeFile(join(to, 'done'), 'a file where a folder is wanted');
  await writeFile(join(folder, 'a'), '1');
  const parameters = {
    'transport.vfs.ActionAfterProcess': 'MOVE',
    'transport.vfs.MoveAfterProcess': href(join(to, 'done')),
    'transport.vfs.MoveAfterFailedMove': href(last),
  };
  await runFor(1, { folder, parameters, take: async () => 'done' });
  assert.deepEqual([await names(folder), await names(last)], [[], ['a']]);
});

test('a folder that is not there is waited for, and said', async (t) => {
  const folder = join(await temporaryFolder(t), 'later');
  const taken = Promise.withResolvers<void>();
  const clock = new VirtualClock(0, Date.now());
  const scans = scanCounter(clock);
  const running = start({ folder, clock: scans.clock, take: async () => (taken.resolve(), 'done') });
  await scans.next();
  assert.match(running.standing(), new RegExp(`^there is no folder ${folder} \\(transport\\.vfs\\.FileURI`));
  await mkdir(folder);
  await writeFile(join(folder, 'a'), '1');
  await clock.advance(10);
  await taken.promise;
  assert.equal(running.standing(), 'running');
  running.term.handOver();
  await running.ended;
});

test(
  'a folder that must not be read is waited for',
  { skip: process.getuid?.() === 0 && 'root may read everything' },
  async (t) => {
    const folder = await temporaryFolder(t);
    await chmod(folder, 0);
    t.after(() => chmod(folder, 0o700));
    const clock = new VirtualClock();
    const scans = scanCounter(clock);
    const running = start({ folder, clock: scans.clock, take: async () => 'done' });
    await scans.next();
    assert.match(running.standing(), /EACCES/);
    running.term.handOver();
    await running.ended;
  },
);

const run = promisify(execFile);
const canFreeze = process.getuid?.() === 0 && existsSync('/usr/bin/chattr');

test(
  'a file that cannot be claimed holds up no other, and is taken once it can be',
  { skip: !canFreeze && 'only root, on a file system with attributes, can make such a file' },
  async (t) => {
    const folder = await temporaryFolder(t);
    const path = join(folder, 'a');
    await writeFile(path, '1');
    const frozen = await run('chattr', ['+i', path]).catch(() => undefined);
    if (!frozen) return t.skip('this file system has no attributes');
    t.after(() => run('chattr', ['-i', path]).catch(() => {}));
    await writeFile(join(folder, 'b'), '2');
    const parameters = {
      'transport.vfs.FileSortAttribute': 'Name',
      'transport.vfs.FailedRecordNextRetryDuration': '20',
    };
    const taken: string[] = [];
    await runFor(2, {
      folder,
      parameters,
      async take(message) {
        taken.push(await textOf(message));
        if (taken.length === 1) await run('chattr', ['-i', path]);
        return 'done';
      },
    });
    assert.deepEqual(taken, ['2', '1']);
    assert.deepEqual(await names(folder), []);
  },
);

test('the answer of a flow is written to ReplyFileURI', async (t) => {
  const [folder, to] = [await temporaryFolder(t), await temporaryFolder(t)];
  await writeFile(join(folder, 'a.txt'), 'hello');
  const parameters = { 'transport.vfs.ReplyFileURI': href(to), 'transport.vfs.ReplyFileName': 'answer.txt' };
  await runFor(1, {
    folder,
    parameters,
    async take(message, { reply }) {
      message.body.setText('bye');
      await reply!(message);
      return 'done';
    },
  });
  assert.equal(await readFile(join(to, 'answer.txt'), 'utf8'), 'bye');
  assert.deepEqual(await names(to), ['answer.txt']);
});

test('what the parameters lack is said with the name of the parameter', () => {
  assert.match(problems({})[0]!, /error MISSING_PARAMETER .*transport\.vfs\.FileURI/);
  assert.match(problems({ 'transport.vfs.FileURI': 'smb2://h/in' })[0]!, /error BAD_PARAMETER .*FileURI.* SMB/);
  assert.match(
    problems({ 'transport.vfs.FileURI': '/in', 'transport.vfs.ActionAfterProcess': 'MOVE' })[0]!,
    /error MISSING_PARAMETER .*MoveAfterProcess/,
  );
  assert.deepEqual(problems({ 'transport.vfs.FileURI': 'sftp://u:s%40cret@h/in', interval: '1000' }), []);
});
