import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test, type TestContext } from 'node:test';
import { VirtualClock } from '../../clock.ts';
import type { Dispatcher, Term } from '../../engine/ports.ts';
import { Fault } from '../../errors.ts';
import { silentLogger } from '../../log.ts';
import { emptyEnvironment } from '../../message/environment.ts';
import { claimFile, finishFile } from './claim.ts';
import { fileInbound } from './inbound.ts';
import { chooseFiles, type FoundFile } from './scan.ts';
import { readFileInbound, type FileInboundSpec } from './spec.ts';

const nowhere = { file: 'inbound.xml', line: 1, column: 1 };

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'gantry-file-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

function spec(path: string, parameters: Record<string, string> = {}): FileInboundSpec {
  const all = { 'transport.vfs.FileURI': pathToFileURL(path).href, interval: '1000', ...parameters };
  const config = {
    name: 'Files',
    protocol: 'file',
    className: undefined,
    sequence: 'Take',
    onError: undefined,
    suspended: false,
    parameters: new Map(Object.entries(all)),
  };
  return readFileInbound(config, nowhere).spec!;
}

function term(token: number): Term & { end(): void } {
  const life = new AbortController();
  return {
    artifact: 'inboundEndpoint/Files',
    token,
    signal: life.signal,
    valid: () => !life.signal.aborted,
    assert() {
      if (life.signal.aborted) throw new Fault('TERM_LOST');
    },
    lastFire: undefined,
    runs: 0,
    claim: async () => true,
    end: () => life.abort(new DOMException('ended', 'AbortError')),
  };
}

/** Runs the inbound endpoint until `files` files were taken, then ends its term. */
async function run(
  path: string,
  parameters: Record<string, string>,
  files: number,
  take: (name: string, text: string) => void | Promise<void>,
): Promise<void> {
  const clock = new VirtualClock(0, Date.now());
  const held = term(1);
  let taken = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  const dispatcher: Dispatcher = {
    async inject(_sequence, message) {
      await message.body.load();
      taken++;
      try {
        await take(message.headers.get('FILE_NAME')!, Buffer.from(message.body.bytes()).toString());
      } finally {
        if (taken === files) resolve();
      }
    },
    injectProxy: async () => {},
  };
  const inbound = fileInbound({
    spec: spec(path, parameters),
    dispatcher,
    environment: emptyEnvironment,
    clock,
    log: silentLogger,
  });
  const running = inbound.run(held);
  await promise;
  // The file in hand is finished before the next wait; the virtual clock never lets that wait end.
  while ((await readdir(path)).some((name) => name.startsWith('.'))) await new Promise((done) => setImmediate(done));
  held.end();
  await running;
}

test('each file that fits the pattern is given to the sequence once and deleted', async (t) => {
  const path = await folder(t);
  await writeFile(join(path, 'b.csv'), '2');
  await writeFile(join(path, 'a.csv'), '1');
  await writeFile(join(path, 'other.txt'), 'no');
  const seen: string[] = [];
  await run(
    path,
    { 'transport.vfs.FileNamePattern': '.*\\.csv', 'transport.vfs.FileSortAttribute': 'name' },
    2,
    (name, text) => {
      seen.push(`${name}=${text}`);
    },
  );
  assert.deepEqual(seen, ['a.csv=1', 'b.csv=2']);
  assert.deepEqual(await readdir(path), ['other.txt']);
});

test('a file whose sequence faults is moved to the failure folder under its own name', async (t) => {
  const path = await folder(t);
  const failed = await folder(t);
  await writeFile(join(path, 'a.csv'), '1');
  const parameters = {
    'transport.vfs.ActionAfterFailure': 'MOVE',
    'transport.vfs.MoveAfterFailure': pathToFileURL(failed).href,
  };
  await run(path, parameters, 1, () => Promise.reject(new Fault('CUSTOM')));
  assert.deepEqual(await readdir(failed), ['a.csv']);
  assert.deepEqual(await readdir(path), []);
});

test('a streamed file arrives whole', async (t) => {
  const path = await folder(t);
  const big = 'x'.repeat(300_000);
  await writeFile(join(path, 'big.bin'), big);
  let length = 0;
  await run(path, { 'transport.vfs.Streaming': 'true' }, 1, (_name, text) => void (length = text.length));
  assert.equal(length, big.length);
});

test('of two holders racing for a file one wins, and the one that was overtaken can neither delete nor move it', async (t) => {
  const path = await folder(t);
  const original = join(path, 'a.csv');
  await writeFile(original, '1');
  const [first, second] = await Promise.all([claimFile(original, original, 1), claimFile(original, original, 1)]);
  assert.equal([first, second].filter((claimed) => claimed !== undefined).length, 1);
  const stale = (first ?? second)!;
  const taken = (await claimFile(stale, original, 2))!;
  await assert.rejects(finishFile(stale, original, { do: 'delete' }, new Date()), { code: 'ENOENT' });
  assert.equal(await readFile(taken, 'utf8'), '1');
});

test('moving does not overwrite a file of that name', async (t) => {
  const path = await folder(t);
  const to = await folder(t);
  await writeFile(join(to, 'a.csv'), 'old');
  await writeFile(join(path, 'a.csv'), 'new');
  const claimed = (await claimFile(join(path, 'a.csv'), join(path, 'a.csv'), 1))!;
  await finishFile(claimed, join(path, 'a.csv'), { do: 'move', to, timestamp: undefined, create: true }, new Date());
  assert.equal(await readFile(join(to, 'a.csv'), 'utf8'), 'old');
  assert.equal(await readFile(join(to, 'a.csv.1'), 'utf8'), 'new');
});

test('locked, failed, claimed, too young and too large files are left alone', () => {
  const file = (name: string, more: Partial<FoundFile> = {}): FoundFile => ({
    path: `/in/${name}`,
    name,
    size: 1,
    modifiedAt: 0,
    ...more,
  });
  const files = [
    file('a'),
    file('busy'),
    file('busy.lock'),
    file('bad'),
    file('bad.fail'),
    file('.c.claim-3'),
    file('young', { modifiedAt: 9_500 }),
    file('large', { size: 100 }),
  ];
  const limits = spec('/in', { 'transport.vfs.MinimumAge': '1', 'transport.vfs.FileSizeLimit': '10' });
  assert.deepEqual(
    chooseFiles(limits, files, 10_000).map((found) => found.name),
    ['a'],
  );
});

test('files are sorted and limited as the parameters say', () => {
  const file = (name: string, size: number): FoundFile => ({ path: `/in/${name}`, name, size, modifiedAt: size });
  const wanted = spec('/in', {
    'transport.vfs.FileSortAttribute': 'Size',
    'transport.vfs.FileSortAscending': 'false',
    'transport.vfs.FileProcessCount': '2',
  });
  assert.deepEqual(
    chooseFiles(wanted, [file('s', 1), file('l', 3), file('m', 2)], 10).map((found) => found.name),
    ['l', 'm'],
  );
});

test('what the parameters lack is said with the name of the parameter', () => {
  const config = {
    name: 'F',
    protocol: 'file',
    className: undefined,
    sequence: 'S',
    onError: undefined,
    suspended: false,
  };
  const none = readFileInbound({ ...config, parameters: new Map() }, nowhere);
  assert.match(none.problems[0]!.text, /transport\.vfs\.FileURI/);
  const sftp = readFileInbound({ ...config, parameters: new Map([['transport.vfs.FileURI', 'sftp://h/in']]) }, nowhere);
  assert.equal(sftp.problems[0]!.code, 'NOT_SUPPORTED');
});

test('a move stamps the name in the way Java does', async (t) => {
  const path = await folder(t);
  const to = await folder(t);
  await writeFile(join(path, 'a.csv'), '1');
  await utimes(join(path, 'a.csv'), 0, 0);
  const claimed = (await claimFile(join(path, 'a.csv'), join(path, 'a.csv'), 1))!;
  const after = { do: 'move', to, timestamp: "yyyyMMdd'T'HHmmss_", create: true } as const;
  await finishFile(claimed, join(path, 'a.csv'), after, new Date(2026, 10, 21, 9, 5, 7));
  assert.deepEqual(await readdir(to), ['20261121T090507_a.csv']);
});
