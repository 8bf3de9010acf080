import assert from 'node:assert/strict';
import { test } from 'node:test';
import { artifact, project } from '../../../test/golden/plan/projects.ts';
import type { Project } from '../../artifacts/model.ts';
import type { Placement } from '../../artifacts/placement.ts';
import { planDeployment, type Plan } from './index.ts';

function planned(placements: Record<string, Placement & { readonly pinnedServers?: string[] }>): Project {
  const tasks = Object.entries(placements).map(([name, { pinnedServers = [] }]) =>
    artifact('task', name, { pinnedServers }),
  );
  const asked = Object.entries(placements).map(
    ([name, { weight, group, apart }]) =>
      [`task/${name}`, { ...(weight && { weight }), ...(group && { group }), ...(apart && { apart }) }] as const,
  );
  return { ...project('p', tasks), placements: new Map(asked) };
}

const codes = (plan: Plan): string[] =>
  plan.problems.map(({ code }) => code).filter((code) => code.startsWith('GROUP_') || code.startsWith('PINNED_'));
const begins = (plan: Plan): string[] =>
  plan.pods.map((pod) => pod.runs.map((key) => key.replace('task/', '')).join(' '));

test('a group begins on one replica, heavy work counts as such, and what should be apart is', () => {
  const plan = planDeployment(
    planned({ a: { group: 'g' }, b: { weight: 3 }, c: { group: 'g' }, d: { apart: ['big'] }, e: { apart: ['big'] } }),
    { replicas: 2 },
  );
  assert.deepEqual(begins(plan), ['a c d', 'b e']);
  assert.deepEqual(plan.artifacts.find(({ name }) => name === 'b')?.placement, { weight: 3 });
});

test('a group that is isolated into different pods is refused, and one pod of its own is given to it unasked', () => {
  const ledger = planned({ a: { group: 'ledger' }, b: { group: 'ledger' }, c: {} });
  const split = planDeployment(ledger, { isolate: { one: ['a'], two: ['b', 'c'] } });
  assert.deepEqual([split.ok, ...codes(split)], [false, 'GROUP_SPLIT']);
  assert.deepEqual(codes(planDeployment(ledger, { isolate: { one: ['a'] } })), ['GROUP_SPLIT']);
  assert.deepEqual(codes(planDeployment(ledger, { isolate: { one: ['a', 'b'] } })), []);
  const each = planDeployment(ledger, { pattern: 'isolated', replicas: 1 });
  assert.deepEqual(
    each.pods.map(({ group, mayHold }) => `${group}: ${mayHold.join(' ')}`),
    ['main: ', 'ledger: task/a task/b', 'c: task/c'],
  );
});

test('pins are names of pods or nodes; those that fit nothing are warned of, several are explained', () => {
  const plan = planDeployment(
    planned({
      pod: { pinnedServers: ['pod-2'] },
      node: { pinnedServers: ['node-3'] },
      server: { pinnedServers: ['mi-1'] },
    }),
    { replicas: 3 },
  );
  assert.deepEqual(begins(plan), ['', 'pod', 'node']);
  assert.deepEqual(codes(plan), ['PINNED_NOWHERE']);
  assert.equal(plan.ok, true);
  assert.deepEqual(codes(planDeployment(planned({ two: { pinnedServers: ['pod-1', 'pod-2'] } }))), ['PINNED_ONCE']);
});
