/** `gantry run --arbiter`: the replicas share their work under an arbiter that is not the supervisor's memory. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { gantry, runGantry, scratch } from './gantry.ts';

const task = 'task/recurringOrder_Task';

test('replicas under an arbiter of their own take over at once from one whose process was seen to end', async () => {
  const address = `sqlite:${join(scratch, 'arbiter.db')}`;
  await using running = await runGantry(['examples/orders'], { args: ['--replicas', '3', '--arbiter', address] });
  const { pod } = await running.event((event) => event.type === 'artifact-acquired' && event.artifact === task);
  await running.command('crash', pod!);
  const isTakeover = (message: string): boolean =>
    message.startsWith(`ACQUIRED ${task}`) && message.includes('its process has ended (SIGKILL)');
  await running.until(() => running.logs.some((log) => log.pod !== pod && isTakeover(log.message)));
});

test('an arbiter that nobody knows is a mistake on the command line', async () => {
  const { code, stderr } = await gantry('run', 'examples/orders', '--arbiter', 'paper:list');
  assert.equal(code, 2);
  assert.match(stderr, /"paper[^"]*" names no arbiter: use kubernetes, postgres/);
});
