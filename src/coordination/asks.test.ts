/** What people say of an artifact beside where it is: whether it may work, and that it shall run now. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../clock.ts';
import { askRun, askSwitch, foundAssignment, Member, MemoryArbiter, type Switches, type Runnable } from './index.ts';

const { signal } = new AbortController();
const by = 'a person';
let lastRandom = 0;

function deployment() {
  const clock = new VirtualClock();
  const arbiter = new MemoryArbiter();
  const runs: string[] = [];
  const said = new Map<string, Switches[]>();
  const join = (pod: string): Member => {
    const task: Runnable = {
      key: 'task/nightly',
      run: (term) => new Promise((resolve) => term.signal.addEventListener('abort', () => resolve(), { once: true })),
      runNow: async (term) => void runs.push(`${pod} ${term.valid()}`),
    };
    said.set(pod, []);
    const member = new Member({
      arbiter,
      pod,
      node: 'n',
      artifacts: [task],
      expect: 2,
      clock,
      random: () => (++lastRandom * 0.001) % 1,
      onSwitches: (switches) => said.get(pod)!.push(switches),
    });
    void member.start();
    return member;
  };
  return { clock, arbiter, runs, said, join };
}

test('a run that was asked for happens once, at its holder, and leaves the schedule as it is', async () => {
  const { clock, arbiter, runs, join } = deployment();
  await foundAssignment(arbiter, clock.wall(), signal);
  const members = [join('pod-1'), join('pod-2')];
  await clock.advance(2_000);
  const holder = members.find((member) => member.status().holding.length === 1)!.status().pod;

  assert.deepEqual(await askRun(arbiter, 'task/nightly', { at: clock.wall(), by }, signal), { outcome: 'asked' });
  const twice = await askRun(arbiter, 'task/nightly', { at: clock.wall(), by }, signal);
  assert.match(twice.outcome === 'refused' ? twice.reason : '', /asked for already/);
  await clock.advance(1_000);
  assert.deepEqual(runs, [`${holder} true`]);
  const { assignment } = await arbiter.snapshot({ signal });
  assert.ok(assignment !== undefined && assignment !== 'same');
  assert.equal(assignment.value.runs, undefined);
  assert.equal(assignment.value.artifacts['task/nightly']!.lastFire, undefined);
  await Promise.all([...members.map((member) => member.stop()), clock.advance(1_000)]);
});

test('a run of what nobody has is refused, and says what there is', async () => {
  const { clock, arbiter, join } = deployment();
  await foundAssignment(arbiter, clock.wall(), signal);
  const members = [join('pod-1'), join('pod-2')];
  await clock.advance(1_000);
  const answer = await askRun(arbiter, 'task/daily', { at: 0, by }, signal);
  assert.match(answer.outcome === 'refused' ? answer.reason : '', /no task\/daily; there are task\/nightly/);
  await Promise.all([...members.map((member) => member.stop()), clock.advance(1_000)]);
});

test('what is switched off is known to all members, and to one that joins later, whoever said it', async () => {
  const { clock, arbiter, said, join } = deployment();
  await foundAssignment(arbiter, clock.wall(), signal);
  const one = join('pod-1');
  const two = join('pod-2');
  await clock.advance(1_000);
  await askSwitch(arbiter, 'task/nightly', { on: false, at: clock.wall(), by, reason: 'month end' }, signal);
  await clock.advance(1_000);
  for (const pod of ['pod-1', 'pod-2']) assert.equal(said.get(pod)!.at(-1)!['task/nightly']!.reason, 'month end');

  await Promise.all([two.stop(), clock.advance(1_000)]);
  const late = join('pod-3');
  await clock.advance(3_000);
  assert.equal(said.get('pod-3')!.at(-1)!['task/nightly']!.on, false);

  // The artifact itself may say so too.
  const written = one.say('task/nightly', { on: true, at: clock.wall(), by: 'pod-1', reason: '' });
  await clock.advance(1_000);
  await written;
  assert.equal(said.get('pod-3')!.at(-1)!['task/nightly']!.on, true);
  await Promise.all([one.stop(), late.stop(), clock.advance(1_000)]);
});
