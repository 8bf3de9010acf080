import assert from 'node:assert/strict';
import { test } from 'node:test';
import { harbour, shop } from '../../../test/golden/plan/projects.ts';
import { insideOf, type Inside } from './inside.ts';
import { planDeployment, planFor } from './plan-deployment.ts';

for (const project of [harbour, shop]) {
  test(`what another process printed of ${project.name} gives the same plan as the project itself`, () => {
    const printed = JSON.parse(JSON.stringify(insideOf(project))) as Inside;
    for (const options of [{ nodes: 3 }, { replicas: 1 }, { pattern: 'isolated' }] as const)
      assert.deepEqual(planFor(printed, options), planDeployment(project, options));
  });
}
