import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { artifact, fileInbound, harbour, project, shop, task } from '../../../test/golden/plan/projects.ts';
import { planDeployment, type Plan, type PlanOptions } from './index.ts';

const codes = (plan: Plan): string[] => plan.problems.map((p) => p.code);
const errors = (plan: Plan): string[] => plan.problems.filter((p) => p.level === 'error').map((p) => p.code);
const outage = (plan: Plan, pattern: string, what: string) =>
  plan.availability.find((r) => r.pattern === pattern && r.what === what);

test('story: a harbour is planned, isolated, sized and refused', () => {
  const plan = planDeployment(harbour, { nodes: 3 });
  assert.equal(plan.pattern, 'coordinated');
  assert.match(plan.reason, /^4 of 12 artifacts are stateful/);
  assert.deepEqual(
    plan.pods.map((p) => `${p.name} ${p.title} ${p.node}`),
    ['pod-1 POD 1 node-1', 'pod-2 POD 1 node-2', 'pod-3 POD 1 node-3'],
  );
  assert.equal(plan.pods[1]!.mayHold.length, 4, 'every replica may take over every stateful artifact');

  const isolated = planDeployment(harbour, { nodes: 3, isolate: { night: ['nightlyReport_Task', 'tideTable_Task'] } });
  assert.equal(isolated.pattern, 'isolated');
  const apart = isolated.pods.at(-1)!;
  assert.deepEqual([apart.title, apart.group, apart.serves], ['POD 2', 'night', 'none']);
  assert.deepEqual(apart.mayHold, ['task/nightlyReport_Task', 'task/tideTable_Task']);
  assert.ok(!isolated.pods[0]!.mayHold.includes('task/tideTable_Task'), 'POD 1 leaves them alone');

  const sized = planDeployment(harbour, { rps: 5000, rpsPerReplica: 2000, survive: 1 });
  assert.deepEqual([sized.replicas, sized.nodes.length], [sized.sizing!.replicas, sized.sizing!.nodes]);

  const refused = planDeployment(harbour, { pattern: 'replicated' });
  assert.equal(refused.ok, false);
  assert.deepEqual(refused.pods, [], 'nobody can start a refused plan');
});

test('the artifacts choose the pattern when the user does not', () => {
  const cases: [Plan, string][] = [
    [planDeployment(shop), 'replicated'],
    [planDeployment(harbour), 'coordinated'],
    [planDeployment(harbour, { replicas: 1 }), 'single'],
    [planDeployment(harbour, { isolate: { cargo: ['CargoLists'] } }), 'isolated'],
    [planDeployment(shop, { pattern: 'coordinated' }), 'coordinated'],
  ];
  for (const [plan, pattern] of cases) assert.equal(plan.pattern, pattern, plan.reason);
});

test('what replicas share by lanes is everywhere, in pods that hold its lanes by terms', () => {
  const readings = artifact('inboundEndpoint', 'readings', {
    protocol: 'mqtt',
    parameters: new Map([['scale', 'shared']]),
  });
  const plan = planDeployment(project('plant', [readings]));
  assert.equal(plan.pattern, 'replicated');
  assert.ok(plan.pods.every(({ shares }) => shares?.includes('inboundEndpoint/readings')));
  assert.match(plan.because.join(' '), /the lanes of inboundEndpoint\/readings/);
  assert.deepEqual(codes(planDeployment(project('plant', [readings]), { replicas: 14, nodes: 14 })), ['FEW_LANES']);
  const apart = planDeployment(project('plant', [readings, task('nightly')]), { isolate: { night: ['nightly'] } });
  assert.equal(apart.pods.find(({ group }) => group === 'night')?.shares, undefined);
});

test('two replicas on two nodes are the least that is planned unasked', () => {
  const plan = planDeployment(shop);
  assert.deepEqual([plan.replicas, plan.nodes.length], [2, 2]);
});

test('isolated without groups gives each stateful artifact a pod of its own', () => {
  const plan = planDeployment(harbour, { pattern: 'isolated', replicas: 2, nodes: 2 });
  assert.deepEqual(
    plan.pods.map((p) => p.title),
    ['POD 1', 'POD 1', 'POD 2', 'POD 3', 'POD 4', 'POD 5'],
  );
  assert.equal(plan.pods[3]!.group, 'tide-table-task', 'a group becomes part of a Deployment name');
});

test('whatever would run a stateful artifact twice is refused, each with what to do', () => {
  const twice = planDeployment(harbour, { pattern: 'replicated', replicas: 3 });
  assert.deepEqual(errors(twice), ['RUNS_TWICE', 'RUNS_TWICE', 'RUNS_TWICE', 'RUNS_TWICE']);
  const cases: [PlanOptions, string, RegExp][] = [
    [{ isolate: { a: ['CargoLists'], b: ['CargoLists'] } }, 'IN_TWO_GROUPS', /groups a and b/],
    [{ isolate: { a: { artifacts: ['CargoLists'], replicas: 2 } } }, 'ISOLATED_TWICE', /2 replicas/],
    [{ isolate: { a: ['CargoList'] } }, 'UNKNOWN_ARTIFACT', /Did you mean CargoLists\?/],
    [{ isolate: { a: ['Berths'] } }, 'ISOLATED_STATELESS', /Take it out of group a/],
    [{ isolate: { a: [] } }, 'GROUP_EMPTY', /group=artifact/],
    [{ isolate: { main: ['CargoLists'] } }, 'GROUP_NAME', /another name/],
    [{ isolate: { 'Night Work': ['CargoLists'] } }, 'GROUP_NAME', /night-work/],
    [{ pattern: 'coordinated', isolate: { a: ['CargoLists'] } }, 'ISOLATE_NEEDS_PATTERN', /--pattern isolated/],
    [{ pattern: 'single', replicas: 2 }, 'SINGLE_IS_ONE', /Leave --pattern out/],
    [{ replicas: 0 }, 'BAD_NUMBER', /whole number/],
    [{ nodes: 1.5 }, 'BAD_NUMBER', /whole number/],
    [{ rps: 10, rpsPerReplica: 0 }, 'BAD_NUMBER', /above 0/],
    [{ nodes: 2, survive: 2 }, 'CANNOT_SURVIVE', /--nodes 3/],
    [{ rps: 1e9, rpsPerReplica: 1 }, 'BAD_NUMBER', /from 1 to 500/],
  ];
  for (const [options, code, said] of cases) {
    const plan = planDeployment(harbour, options);
    const found = plan.problems.find((p) => p.code === code);
    assert.ok(found, `${JSON.stringify(options)} gave ${codes(plan).join(', ')} and not ${code}`);
    assert.match(`${found.text} ${found.hint}`, said);
    assert.equal(plan.ok, false);
    assert.deepEqual(plan.pods, []);
  }
});

test('a name shared by two stateful artifacts must be told apart by its kind', () => {
  const twins = project('twins', [task('Harvest'), artifact('messageProcessor', 'Harvest', { messageStore: 'S' })]);
  const vague = planDeployment(twins, { isolate: { a: ['Harvest'] } });
  assert.match(vague.problems[0]!.hint!, /task\/Harvest or messageProcessor\/Harvest/);
  assert.ok(planDeployment(twins, { isolate: { a: ['task/Harvest'] } }).ok);
});

test('a plan that works but disappoints says so', () => {
  const one = planDeployment(harbour, { replicas: 1, nodes: 1 });
  assert.ok(codes(one).includes('ONE_NODE') && codes(one).includes('ONE_REPLICA'));
  const two = planDeployment(harbour, { replicas: 5, nodes: 2 });
  assert.deepEqual(codes(two), ['CROWDED_NODES', 'LOCAL_FILES']);
  assert.deepEqual(codes(planDeployment(shop, { pattern: 'coordinated' })), ['NOTHING_STATEFUL']);
});

test('every pod runs a processor over the store in its memory, and loses it with the pod', () => {
  const memory = project('p', [
    artifact('messageStore', 'Notes', { className: undefined }),
    artifact('messageProcessor', 'Tell', { messageStore: 'Notes', className: 'forward' }),
    task('Count'),
  ]);
  const plan = planDeployment(memory, { replicas: 2, nodes: 2, isolate: { apart: ['Count'] } });
  assert.deepEqual(
    plan.artifacts.filter((a) => a.stateful).map((a) => a.key),
    ['task/Count'],
  );
  assert.match(
    plan.problems.find((p) => p.code === 'STORE_IN_MEMORY')!.text,
    /every pod runs messageProcessor\/Tell over its own store/,
  );
  assert.ok(!codes(planDeployment(memory, { replicas: 1 })).includes('STORE_IN_MEMORY'), 'one pod has one memory');
  assert.deepEqual(planDeployment(memory, { isolate: { apart: ['Tell'] } }).ok, false);
});

test('only files of the worker node itself need a shared volume', () => {
  const remote = project('p', [fileInbound('Remote', 'sftp://host/in'), fileInbound('Local', '/var/in')]);
  const local = planDeployment(remote, { nodes: 2 }).problems.filter((p) => p.code === 'LOCAL_FILES');
  assert.deepEqual(
    local.map((p) => p.artifact),
    ['inboundEndpoint/Local'],
  );
});

test('a store in a file is warned of where there are several worker nodes, one in a database server is not', () => {
  const store = (name: string, url: string): ReturnType<typeof artifact> =>
    artifact('messageStore', name, {
      name,
      className: 'org.apache.synapse.message.store.impl.jdbc.JDBCMessageStore',
      parameters: new Map([['store.jdbc.connection.url', url]]),
    });
  const stores = project('p', [store('File', 'jdbc:sqlite:a.db'), store('Server', 'jdbc:postgresql://h/d'), task('T')]);
  const warned = planDeployment(stores, { nodes: 2 }).problems.filter((p) => p.code === 'STORE_IN_FILE');
  assert.deepEqual(
    warned.map((p) => p.artifact),
    ['messageStore/File'],
  );
});

test('an artifact with errors is not placed, and said so', () => {
  const at = { file: 'x.xml', line: 1, column: 1 };
  const bad = { ...task('Bad'), problems: [{ code: 'X', level: 'error' as const, at, text: 'x' }] };
  const plan = planDeployment(project('p', [bad, task('Good')]));
  assert.deepEqual(plan.pods[0]!.mayHold, ['task/Good']);
  assert.deepEqual(codes(plan), ['NOT_DEPLOYED']);
});

test('downtime is the sum that is written beside it', () => {
  const plan = planDeployment(harbour, { nodes: 3, measured: { startupMs: 80, deployMs: 20 } });
  assert.equal(outage(plan, 'single', 'traffic')!.podFailure!.seconds, 1 + 0.08 + 0.02 + 1);
  assert.equal(outage(plan, 'coordinated', 'stateful')!.podFailure!.seconds, 1.5);
  assert.equal(outage(plan, 'coordinated', 'traffic')!.rollingUpdate!.seconds, 0);
  assert.equal(outage(plan, 'isolated', 'stateful')!.nodeFailure!.seconds, 55 + 5 + 2.9 + 0.1);
  assert.equal(plan.start.source, 'measured');
  for (const row of plan.availability) {
    for (const cell of [row.podFailure, row.nodeFailure, row.rollingUpdate]) {
      if (cell === undefined || cell.seconds === null || cell.seconds === 0) continue;
      const shown = cell.how.replace(/\(with .*\)/, '').matchAll(/(\d+(?:\.\d+)?) s/g);
      const sum = [...shown].reduce((total, m) => total + Number(m[1]), 0);
      assert.ok(Math.abs(sum - cell.seconds) < 0.02, `${cell.how} is not ${cell.seconds}`);
    }
  }
});

test('the loss of the only worker node lasts until it is back, whatever the pattern', () => {
  for (const replicas of [1, 3]) {
    const plan = planDeployment(harbour, { nodes: 1, replicas });
    for (const row of plan.availability.filter((r) => r.chosen)) assert.equal(row.nodeFailure!.seconds, null);
  }
});

test('a refused pattern has its reason in the table instead of figures', () => {
  const row = outage(planDeployment(harbour), 'replicated', 'stateful')!;
  assert.match(row.refused!, /4 stateful artifacts in every replica/);
  assert.equal(row.podFailure, undefined);
});

test('sizing leaves enough replicas when the fullest nodes are lost, and never one too many', () => {
  const numbers = fc.record({
    rps: fc.integer({ min: 1, max: 40_000 }),
    rpsPerReplica: fc.integer({ min: 500, max: 5000 }),
    survive: fc.integer({ min: 0, max: 3 }),
  });
  fc.assert(
    fc.property(numbers, (options) => {
      const plan = planDeployment(shop, options);
      assert.deepEqual(errors(plan), []);
      const perNode = plan.nodes.map((n) => n.pods.length).sort((a, b) => b - a);
      const left = plan.replicas - perNode.slice(0, options.survive).reduce((a, b) => a + b, 0);
      const needed = Math.ceil(options.rps / options.rpsPerReplica);
      assert.ok(left >= needed, `${left} left of ${plan.replicas}, ${needed} needed`);
      const fewer = plan.replicas - 1;
      if (fewer > 0) {
        const stillLeft = fewer - options.survive * Math.ceil(fewer / plan.nodes.length);
        assert.ok(stillLeft < needed, 'one replica less would do');
      }
    }),
  );
});

const anyProject = fc
  .array(fc.constantFrom('api', 'sequence', 'task', 'messageProcessor', 'inbound'), { maxLength: 14 })
  .map((kinds) =>
    project(
      'any',
      kinds.map((kind, i) =>
        kind === 'inbound'
          ? fileInbound(`Files${i}`, '/in')
          : artifact(kind as 'api', `A${i}`, { messageStore: 'S', className: 'x' }),
      ),
    ),
  );

test('every artifact is placed exactly as its class demands, and pods spread evenly', () => {
  const options = fc.record({
    pattern: fc.constantFrom('auto' as const, 'coordinated' as const, 'isolated' as const),
    replicas: fc.integer({ min: 1, max: 9 }),
    nodes: fc.integer({ min: 1, max: 5 }),
  });
  fc.assert(
    fc.property(anyProject, options, (p, o) => {
      const plan = planDeployment(p, o);
      assert.deepEqual(errors(plan), []);
      for (const a of plan.artifacts) {
        const serving = plan.pods.filter((pod) => pod.stateless.includes(a.key));
        const holding = plan.pods.filter((pod) => pod.mayHold.includes(a.key));
        const running = plan.pods.filter((pod) => pod.runs.includes(a.key));
        const main = plan.pods.filter((pod) => pod.group === 'main');
        assert.deepEqual(serving, a.stateful ? [] : main, `${a.key} is served by every replica of POD 1 or by none`);
        assert.equal(running.length, a.stateful ? 1 : 0, `${a.key} runs once`);
        assert.deepEqual([...new Set(holding.map((pod) => pod.group))], a.stateful ? [a.group] : []);
        if (a.group !== 'main') assert.equal(holding.length, 1, `${a.key} is in one isolated pod`);
        for (const pod of running) assert.ok(holding.includes(pod), 'who runs it may hold it');
      }
      const spread = (of: (pod: { group: string }) => boolean): void => {
        const counts = plan.nodes.map((n) => plan.pods.filter((pod) => pod.node === n.name && of(pod)).length);
        assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, `uneven: ${counts.join(' ')}`);
      };
      spread(() => true);
      spread((pod) => pod.group === 'main');
      const load = plan.pods.filter((pod) => pod.group === 'main').map((pod) => pod.runs.length);
      assert.ok(Math.max(...load) - Math.min(...load) <= 1, 'stateful artifacts are shared out evenly');
    }),
  );
});
