import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { harbour, shop } from '../../../test/golden/plan/projects.ts';
import { planDeployment, type Plan, type PlanOptions } from './index.ts';

const sized = (options: PlanOptions): Plan => planDeployment(shop, options);
const size = (options: PlanOptions): string => {
  const { sizing, problems } = sized(options);
  return sizing === undefined
    ? problems.map(({ code }) => code).join()
    : `${sizing.replicas} on ${sizing.nodes}, ${sizing.pod.cpuMillis}m`;
};

test('the rate alone is enough: what a replica costs was measured, and one more is planned', () => {
  const { sizing } = sized({ rps: 9000 });
  assert.equal(size({ rps: 9000 }), '4 on 3, 650m');
  assert.match(sizing!.steps.join(' '), /0\.206 ms of CPU.*9000\/3398, rounded up: 3 replicas.*3 \+ 1 = 4 replicas/);
});

test('large payloads cost more, and fewer requests fit into a replica', () => {
  assert.equal(size({ rps: 9000, payloadKiB: 100 }), '12 on 3, 700m');
});

test('what must survive decides how many more there are', () => {
  const each = { rps: 9000, rpsPerReplica: 2500 };
  assert.equal(size({ ...each, survive: 0 }), '4 on 3, 650m');
  assert.equal(size({ ...each, survive: 'pod' }), '5 on 3, 650m');
  assert.equal(size({ ...each, survive: 'node' }), '6 on 3, 650m');
  assert.equal(size({ ...each, survive: 2 }), '8 on 4, 650m');
  assert.equal(size({ ...each, survive: 'zone' }), '6 on 3, 650m');
  assert.equal(size({ ...each, survive: 'zone', zones: 2 }), '8 on 2, 650m');
});

test('small nodes are more nodes; a node without room for one pod is refused', () => {
  const each = { rps: 9000, rpsPerReplica: 2500, survive: 'node' } as const;
  assert.equal(size({ ...each, nodeCpuMillis: 2_000, nodeMemoryMi: 8_192 }), '6 on 3, 650m');
  assert.equal(size({ ...each, nodeCpuMillis: 1_000, nodeMemoryMi: 4_096 }), '5 on 5, 650m');
  assert.equal(size({ ...each, nodeCpuMillis: 500 }), 'NODE_TOO_SMALL');
  assert.equal(size({ ...each, nodeMemoryMi: 200 }), 'NODE_TOO_SMALL');
  assert.equal(size({ ...each, nodes: 2, nodeCpuMillis: 2_000 }), 'NODE_TOO_SMALL');
  assert.equal(size({ rps: 20_000, survive: 'zone', nodeCpuMillis: 2_000 }), '9 on 6, 700m');
});

test('numbers that cannot be are refused, each with what to do', () => {
  const cases: [PlanOptions, string, RegExp][] = [
    [{ rps: -1 }, 'BAD_NUMBER', /peak you expect/],
    [{ rps: 1, payloadKiB: -1 }, 'BAD_NUMBER', /10k/],
    [{ survive: 'zone', nodes: 2 }, 'CANNOT_SURVIVE', /--nodes 3 or more/],
    [{ survive: 'zone', zones: 1 }, 'BAD_NUMBER', /at least 2/],
    [{ survive: 'node', nodes: 1 }, 'CANNOT_SURVIVE', /--nodes 2 or more/],
    [{ rps: 1, nodeCpuMillis: 0 }, 'BAD_NUMBER', /CPUs of a worker node/],
    [{ rps: 1, nodeMemoryMi: 0 }, 'BAD_NUMBER', /memory of a worker node/],
  ];
  for (const [options, code, hint] of cases) {
    const plan = sized(options);
    const found = plan.problems.find((problem) => problem.code === code);
    assert.match(found?.hint ?? '', hint, JSON.stringify(options));
    assert.equal(plan.ok, false);
  }
});

test('whatever the nodes are like, they have room, and enough is left when the worst is lost', () => {
  const numbers = fc.record({
    rps: fc.integer({ min: 1, max: 60_000 }),
    survive: fc.constantFrom('node' as const, 'zone' as const, 2),
    zones: fc.integer({ min: 2, max: 4 }),
    nodeCpuMillis: fc.integer({ min: 900, max: 16_000 }),
    nodeMemoryMi: fc.integer({ min: 512, max: 65_536 }),
  });
  fc.assert(
    fc.property(numbers, (options) => {
      const plan = sized(options);
      const { sizing } = plan;
      assert.ok(sizing && plan.ok, JSON.stringify(plan.problems));
      const perNode = plan.nodes.map(({ pods }) => pods.length).toSorted((a, b) => b - a);
      assert.ok(perNode[0]! * sizing.pod.cpuMillis <= 0.9 * options.nodeCpuMillis, 'CPU of the fullest node');
      assert.ok(perNode[0]! * sizing.pod.memoryMi <= 0.9 * options.nodeMemoryMi, 'memory of the fullest node');
      const needed = Math.ceil(options.rps / 3398);
      const lost =
        options.survive === 'zone'
          ? Math.ceil(plan.replicas / options.zones)
          : perNode.slice(0, options.survive === 'node' ? 1 : options.survive).reduce((sum, pods) => sum + pods, 0);
      assert.ok(plan.replicas - lost >= needed, `${plan.replicas} - ${lost} < ${needed}`);
    }),
  );
});

test('what a sizing says a pod asks for is what its cost is reckoned from; pods apart ask for the usual', () => {
  const plan = planDeployment(harbour, { pattern: 'isolated', rps: 9000 });
  const row = plan.cost.find(({ chosen }) => chosen)!;
  assert.equal(row.cpuMillis, 4 * 650 + 4 * 100);
});
