import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLogger } from '../../log.ts';
import { Switches, type Said } from './switches.ts';

const never = new AbortController().signal;

test('what is switched off waits until it is on, and what runs is told to stop', async () => {
  const switches = new Switches(silentLogger);
  const one = switches.of('task/a');
  const running = one.until(never);
  assert.equal(running.aborted, false);
  switches.take({ 'task/a': { on: false, reason: 'month end' } });
  assert.equal(running.aborted, true);
  assert.equal(one.reason, 'month end');
  assert.deepEqual(switches.off, [{ artifact: 'task/a', reason: 'month end' }]);
  const waiting = one.whenOn(never);
  switches.take({});
  await waiting;
  assert.equal(one.on, true);
});

test('an artifact that starts switched off is on when someone says so, also when that was said before it was made', () => {
  const switches = new Switches(silentLogger);
  const off: Said = { on: false, reason: 'is.active is false' };
  assert.equal(switches.of('messageProcessor/a', off).on, false);
  switches.take({ 'messageProcessor/a': { on: true, reason: '' }, 'messageProcessor/b': { on: true, reason: '' } });
  assert.equal(switches.of('messageProcessor/a', off).on, true);
  assert.equal(switches.of('messageProcessor/b', off).on, true);
});

test('what is said here counts until the others know it, whatever older thing they say', async () => {
  const switches = new Switches(silentLogger);
  const known = Promise.withResolvers<void>();
  const spread: [string, Said][] = [];
  switches.spreadBy((artifact, said) => {
    spread.push([artifact, said]);
    return known.promise;
  });
  const one = switches.of('messageProcessor/a');
  one.turnOff('4 attempts failed');
  one.turnOff('said again');
  assert.deepEqual(spread, [['messageProcessor/a', { on: false, reason: '4 attempts failed' }]]);
  switches.take({});
  assert.equal(one.on, false, 'an older state of the deployment must not switch it on');
  known.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  switches.take({});
  assert.equal(one.on, true);
});

test('waiting for it ends with the signal', async () => {
  const one = new Switches(silentLogger).of('task/a', { on: false, reason: '' });
  const life = new AbortController();
  const waiting = one.whenOn(life.signal);
  life.abort(new Error('stopped'));
  await assert.rejects(waiting, /stopped/);
});
