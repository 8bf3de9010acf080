import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultKinds, lengthOf } from './faults/fault.ts';
import { planFaults, type PlanOptions } from './plan.ts';

const options: PlanOptions = {
  seed: 7,
  lengthMs: 10 * 60_000,
  slots: 3,
  artifacts: 50,
  perMinute: 40,
  wanted: faultKinds.map((kind) => ({ kind })),
};

test('the same seed makes the same plan, another one another', () => {
  assert.deepEqual(planFaults(options), planFaults(options));
  assert.notDeepEqual(planFaults(options).faults, planFaults({ ...options, seed: 8 }).faults);
});

test('ten minutes bring every kind of fault, about as many as were asked for', () => {
  const { faults, lengthMs } = planFaults(options);
  assert.deepEqual(new Set(faults.map(({ fault }) => fault.kind)), new Set(faultKinds));
  const perMinute = faults.length / (lengthMs / 60_000);
  assert.ok(perMinute > 32 && perMinute < 48, `${perMinute} a minute`);
});

test('a fault alone is over, and its effects too, before the next one begins', () => {
  const { faults } = planFaults(options);
  for (const [index, { fault, atMs, how }] of faults.entries()) {
    const next = faults[index + 1];
    if (how !== 'alone' || !next) continue;
    assert.ok(next.atMs - atMs - lengthOf(fault, 3) >= 2_500, `${fault.kind} at ${atMs}, the next at ${next.atMs}`);
  }
});

test('faults of a storm overlap', () => {
  const storm = planFaults(options).faults.filter(({ how }) => how === 'storm');
  const overlapping = storm.filter(({ fault, atMs }, index) => {
    const next = storm[index + 1];
    return next !== undefined && next.atMs < atMs + lengthOf(fault, 3);
  });
  assert.ok(overlapping.length > storm.length / 2);
});

test('every calm comes seconds after the last fault before it is over, and the plan ends with one', () => {
  const { faults, calms, lengthMs } = planFaults(options);
  assert.equal(calms.at(-1), lengthMs);
  for (const calm of calms)
    for (const { fault, atMs } of faults)
      if (atMs < calm)
        assert.ok(calm - atMs - lengthOf(fault, 3) >= 4_000, `${fault.kind} at ${atMs}, calm at ${calm}`);
});

test('a low rate has no storms, so that everything can be measured', () => {
  const { faults } = planFaults({ ...options, perMinute: 5 });
  assert.ok(faults.length > 10);
  assert.ok(faults.every(({ how }) => how === 'alone'));
});

test('only what is wanted comes, and lasts as long as is wanted', () => {
  const { faults } = planFaults({ ...options, wanted: [{ kind: 'pause', forMs: 5_000 }] });
  assert.ok(faults.every(({ fault }) => fault.kind === 'pause' && fault.forMs === 5_000));
  assert.deepEqual(planFaults({ ...options, wanted: [] }).faults, []);
});
