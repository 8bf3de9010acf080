import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { askSwitch, foundAssignment, MemoryArbiter } from '../../coordination/index.ts';
import { KeptSwitches } from './kept-switches.ts';

const { signal } = new AbortController();

function fileIn(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-state-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return KeptSwitches.fileOf('orders', ['examples/orders'], { XDG_STATE_HOME: folder });
}

test('what was paused is paused when the deployment is started again', async (t) => {
  const file = fileIn(t);
  const first = new MemoryArbiter();
  await foundAssignment(first, 1_000, signal, new KeptSwitches(file).read());
  const kept = new KeptSwitches(file);
  const end = kept.follow(first, (error) => assert.fail(error));
  const paused = { on: false, at: 2_000, by: 'gantry pause', reason: 'month end' };
  await askSwitch(first, 'task/nightly', paused, signal);
  await new Promise((resolve) => setImmediate(resolve));
  end();

  const again = new MemoryArbiter();
  await foundAssignment(again, 3_000, signal, new KeptSwitches(file).read());
  const { assignment } = await again.snapshot({ signal });
  assert.ok(assignment !== undefined && assignment !== 'same');
  assert.deepEqual(assignment.value.switches, { 'task/nightly': paused });
});

test('nothing is written while nothing is said, and what cannot be read counts as nothing', async (t) => {
  const file = fileIn(t);
  const arbiter = new MemoryArbiter();
  await foundAssignment(arbiter, 1_000, signal);
  const end = new KeptSwitches(file).follow(arbiter, (error) => assert.fail(error));
  await new Promise((resolve) => setImmediate(resolve));
  end();
  assert.deepEqual(readdirSync(join(file, '..', '..')), []);
  const broken = join(file, '..', '..', 'broken.json');
  writeFileSync(broken, '{');
  assert.deepEqual(new KeptSwitches(broken).read(), {});
});

test('two projects of one name at different places keep what was said apart', () => {
  const env = { XDG_STATE_HOME: '/state' };
  assert.notEqual(KeptSwitches.fileOf('orders', ['a/orders'], env), KeptSwitches.fileOf('orders', ['b/orders'], env));
});
