/** Who holds a folder: terms that end, are handed over or in doubt, and replicas that share. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from 'node:test';
import { VirtualClock } from '../../clock.ts';
import { names, runFor, scanCounter, start, temporaryFolder, termOf, textOf } from './try-out.ts';

const href = (path: string): string => pathToFileURL(path).href;

test('a hand-over lets the file in hand finish and takes no other', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'a'), '1');
  await writeFile(join(folder, 'b'), '1');
  const [begun, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let taken = 0;
  const running = start({
    folder,
    parameters: { 'transport.vfs.FileSortAttribute': 'Name' },
    async take(_message, { signal }) {
      taken++;
      begun.resolve();
      await go.promise;
      assert.equal(signal.aborted, false);
      return 'done';
    },
  });
  await begun.promise;
  running.term.handOver();
  go.resolve();
  await running.ended;
  assert.equal(taken, 1);
  assert.deepEqual(await names(folder), ['b']);
});

test('losing the term aborts the flow; the file waits for the next holder, who takes the claim over', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'a'), '1');
  const begun = Promise.withResolvers<void>();
  const running = start({
    folder,
    async take(_message, { signal }) {
      begun.resolve();
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return 'rollback';
    },
  });
  await begun.promise;
  running.term.lose();
  await running.ended;
  assert.deepEqual(await names(folder), ['a.claim-1']);
  await runFor(1, { folder, term: termOf(2), take: async () => 'done' });
  assert.deepEqual(await names(folder), []);
});

test('a file that is processed while the lease is renewed late is processed once', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'a'), '1');
  const begun = Promise.withResolvers<void>();
  let taken = 0;
  const running = start({
    folder,
    async take() {
      taken++;
      running.term.doubt();
      begun.resolve();
      return 'done';
    },
  });
  await begun.promise;
  assert.deepEqual(await names(folder), ['a.claim-1']);
  running.term.renew();
  while ((await names(folder)).length > 0) await new Promise((resolve) => setImmediate(resolve));
  running.term.handOver();
  await running.ended;
  assert.equal(taken, 1);
});

test('a holder that lost its term without knowing can neither delete nor move what the next one took over', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'a'), '1');
  const [begun, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const slow = start({
    folder,
    async take() {
      begun.resolve();
      await go.promise;
      return 'done';
    },
  });
  await begun.promise;
  const second = Promise.withResolvers<void>();
  const next = start({
    folder,
    term: termOf(2),
    async take() {
      go.resolve();
      slow.term.handOver();
      await slow.ended;
      second.resolve();
      return 'requeue';
    },
  });
  await second.promise;
  next.term.handOver();
  await next.ended;
  assert.deepEqual(await names(folder), ['a']);
});

test('replicas that share a folder take each file once', async (t) => {
  const folder = await temporaryFolder(t);
  for (let i = 0; i < 60; i++) await writeFile(join(folder, `f${i}`), String(i));
  const seen: string[] = [];
  const all = Promise.withResolvers<void>();
  const take = async (message: Parameters<Parameters<typeof start>[0]['take']>[0]): Promise<'done'> => {
    seen.push(await textOf(message));
    if (seen.length === 60) all.resolve();
    return 'done';
  };
  const replicas = [1, 2, 3].map(() => start({ folder, shared: true, parameters: { sequential: 'false' }, take }));
  await all.promise;
  for (const { term } of replicas) term.handOver();
  await Promise.all(replicas.map(({ ended }) => ended));
  assert.equal(new Set(seen).size, 60);
  assert.equal(seen.length, 60);
  assert.deepEqual(await names(folder), [], 'signs of life are taken away too');
});

test('the claim of a replica that shows no sign of life is void after AutoLockReleaseInterval', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'a.claim-rdeadbeef'), '1');
  await runFor(1, {
    folder,
    shared: true,
    parameters: { 'transport.vfs.AutoLockReleaseInterval': '50' },
    take: async (message) => (assert.equal(message.headers.get('FILE_NAME'), 'a'), 'done'),
  });
  assert.deepEqual(await names(folder), []);
});

test('the sign of life of a replica that was killed is taken away in the end', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'gantry-rdeadbeef.alive'), '7');
  const clock = new VirtualClock(0, Date.now());
  const scans = scanCounter(clock);
  const parameters = { interval: '100', 'transport.vfs.AutoLockReleaseInterval': '50' };
  const running = start({ folder, clock: scans.clock, parameters, take: async () => 'done' });
  await scans.next();
  assert.deepEqual(await names(folder), ['gantry-rdeadbeef.alive']);
  for (let i = 0; i < 2; i++) {
    await clock.advance(100);
    await scans.next();
  }
  assert.deepEqual(await names(folder), []);
  running.term.handOver();
  await running.ended;
});

test('a claim is taken over also where FileURI names one file', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'a.csv.claim-1'), '1');
  await writeFile(join(folder, 'b.csv.claim-1'), 'of another');
  const taken: string[] = [];
  await runFor(1, {
    folder,
    term: termOf(2),
    parameters: { 'transport.vfs.FileURI': href(join(folder, 'a.csv')) },
    take: async (message) => (taken.push(await textOf(message)), 'done'),
  });
  assert.deepEqual(taken, ['1']);
  assert.deepEqual(await names(folder), ['b.csv.claim-1']);
});
