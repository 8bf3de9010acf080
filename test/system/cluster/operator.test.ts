/** The operator on a real cluster: an Integration from its first day to its last. Prints what it measured. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ApiObject } from './api.ts';
import { noLoader, visit } from './deployed.ts';
import { conditionOf, images, openOperated, processNamed, type Operated } from './operated.ts';

let it: Operated;
before(async () => {
  if (noLoader === false) it = await openOperated('operated');
});
after(() => it?.[Symbol.asyncDispose]());

const backend = [
  { name: 'orders_backend', value: 'http://127.0.0.1:9' },
  { name: 'orders_backend_standby', value: 'http://127.0.0.1:9' },
];
const orders = (more: object = {}): object => ({
  artifact: { image: images.first },
  replicas: 2,
  env: backend,
  ...more,
});
const apply = (name: string, spec: object): Promise<unknown> => it.api.apply(it.integration(name, spec));
const remove = (name: string): Promise<void> =>
  it.api.delete(`/apis/gantry.dev/v1alpha1/namespaces/${it.namespace}/integrations/${name}`);
const deployment = async (name: string): Promise<ApiObject | undefined> =>
  (await it.objects('deployments')).find(({ metadata }) => metadata.name === name);
const template = async (name: string): Promise<any> => (await deployment(name))?.['spec'].template;
const ms = (since: number): number => Math.round(performance.now() - since);

test('an image becomes a deployment that answers, and its status says how it stands', { skip: noLoader }, async (t) => {
  const host = `${it.namespace}.test`;
  const began = performance.now();
  await apply('orders', orders({ expose: { type: 'Ingress', host, ingressClassName: 'test' } }));
  await it.api.until(
    'there is a Deployment',
    () => deployment('orders'),
    (one) => one !== undefined,
    20,
  );
  t.diagnostic(`first object to Deployment, the image looked into: ${ms(began)} ms`);
  const { status } = await it.until('orders', 'Ready', 'Serving');
  t.diagnostic(`until all pods serve: ${ms(began)} ms`);
  assert.equal(status?.pattern, 'coordinated');
  assert.equal(status.pods, '2/2');
  assert.equal(status.url, `http://${host}`);
  assert.equal(status.history?.[0]?.outcome, 'Served');
  const ingress = process.env['CLUSTER_INGRESS'] ?? `http://${it.api.host}`;
  await it.api.until(
    'a request is answered',
    () => visit(ingress, host, '/nothing'),
    (answer) => answer.status === 404,
  );
  const held = await it.api.until(
    'the status names the holder of a task',
    async () => (await it.get('orders')).status?.coordination ?? [],
    (all) => all.some(({ artifact, holder, token }) => artifact.startsWith('task/') && holder && token! > 0),
  );
  assert.ok(held.every(({ holder }) => holder === undefined || holder.startsWith('orders-')));
  const inspections = (await it.objects('pods')).filter(({ metadata }) => metadata.name.includes('-inspect-'));
  assert.deepEqual(inspections, []);
});

test('nothing is written while nothing changes', { skip: noLoader }, async (t) => {
  const seconds = Number(process.env['CLUSTER_IDLE_SECONDS'] ?? 10);
  const plurals = ['deployments', 'services', 'roles', 'ingresses', 'controllerrevisions', 'pods', 'configmaps'];
  /** Everything but leases; an operator that was replaced meanwhile counts as another state as well. */
  const state = async (): Promise<string> => {
    const objects = (await Promise.all(plurals.map((plural) => it.objects(plural)))).flat();
    const { metadata } = await it.leader();
    const versions = objects.map((one) => `${one.metadata.name} ${String(one.metadata['resourceVersion' as never])}`);
    return [metadata.name, ...versions].join();
  };
  // Pods come and go by themselves on a busy machine, and that is something to tell: only a window without counts.
  for (let window = 1; ; window++) {
    const [leader, before_] = [await it.leader(), await state()];
    const [writes, { metadata }] = [await it.metric(leader, 'gantry_operator_writes_total'), await it.get('orders')];
    await new Promise((passed) => setTimeout(passed, seconds * 1_000));
    const [after_, now] = [await it.metric(leader, 'gantry_operator_writes_total'), await it.get('orders')];
    if ((await state()) !== before_ && window < 6) continue;
    assert.equal(after_ - writes, 0);
    assert.equal(now.metadata.resourceVersion, metadata.resourceVersion);
    return t.diagnostic(`0 writes in ${seconds} s, its leases aside (window ${window})`);
  }
});

test('what somebody else changes or deletes is put back', { skip: noLoader }, async (t) => {
  const took: number[] = [];
  const path = `/apis/apps/v1/namespaces/${it.namespace}/deployments/orders`;
  for (let n = 0; n < 5; n++) {
    const began = performance.now();
    await it.api.ask(
      'PATCH',
      path,
      { spec: { template: { spec: { terminationGracePeriodSeconds: 7 } } } },
      'application/merge-patch+json',
    );
    await it.api.until(
      'it is put back',
      () => template('orders'),
      ({ spec }) => spec.terminationGracePeriodSeconds !== 7,
      20,
    );
    took.push(ms(began));
  }
  for (const [plural, name] of [
    ['services', 'orders'],
    ['networkpolicies', 'orders'],
    ['deployments', 'orders'],
  ] as const) {
    const [object] = (await it.objects(plural)).filter(({ metadata }) => metadata.name === name);
    const began = performance.now();
    await it.api.delete(pathTo(plural, name));
    await it.api.until(
      `${plural} ${name} is back`,
      () => it.objects(plural),
      (all) => all.some(({ metadata }) => metadata.name === name && metadata.uid !== object!.metadata.uid),
      20,
    );
    took.push(ms(began));
  }
  t.diagnostic(`put back within ${Math.max(...took)} ms (target 2,000), ${took.length} times: ${took.join(', ')}`);
  assert.ok(Math.max(...took) < 15_000, 'target: 2,000 ms');
  await it.until('orders', 'Ready', 'Serving');
  const events = (await it.objects('events')).map((event) => event['reason']);
  assert.ok(events.includes('Repaired'), events.join());
});

function pathTo(plural: string, name: string): string {
  const groups: Readonly<Record<string, string>> = { networkpolicies: 'networking.k8s.io/v1', deployments: 'apps/v1' };
  const group = plural in groups ? `/apis/${groups[plural]}` : '/api/v1';
  return `${group}/namespaces/${it.namespace}/${plural}/${name}`;
}

test('a changed spec is soon in the objects', { skip: noLoader }, async (t) => {
  const took: number[] = [];
  for (let n = 0; n < 10; n++) {
    const began = performance.now();
    await apply('orders', orders({ env: [...backend, { name: 'round', value: String(n) }] }));
    const isThere = (found: any): boolean =>
      found.spec.containers[0].env.some((one: any) => one.name === 'round' && one.value === String(n));
    await it.api.until('the pods are told', () => template('orders'), isThere, 20);
    took.push(ms(began));
  }
  took.sort((a, b) => a - b);
  t.diagnostic(
    `spec to objects, ${took.length} times: ${took[Math.floor(took.length / 2)]} ms median, ${took.at(-1)} ms worst (target 2,000)`,
  );
  assert.ok(took[Math.floor(took.length / 2)]! < 15_000, 'target: 2,000 ms');
  const { status } = await it.until('orders', 'Ready', 'Serving');
  assert.equal(status?.history?.at(-1)?.outcome, 'Served');
});

test(
  'another image rolls the pods; one that is not there leaves the old ones serving',
  { skip: noLoader },
  async () => {
    await apply('orders', orders({ artifact: { image: images.second } }));
    const { status } = await it.until('orders', 'Ready', 'Serving');
    assert.equal(status?.artifact?.image, images.second);
    await apply('orders', orders({ artifact: { image: 'gantry-test/no-such-image:1' } }));
    const stuck = await it.until('orders', 'Ready', 'ArtifactUnavailable');
    assert.match(conditionOf(stuck, 'Ready')!.message, /no-such-image:1 cannot be started.*image cannot be pulled/);
    assert.equal(conditionOf(stuck, 'Available')?.status, 'True');
    assert.equal((await template('orders')).spec.containers[0].image, images.second);
    await apply('orders', orders({ artifact: { image: images.second } }));
    await it.until('orders', 'Ready', 'Serving');
  },
);

test('what cannot be had is refused with the reason, and nothing is touched', { skip: noLoader }, async () => {
  const before_ = (await deployment('orders'))!['metadata'];
  await apply('orders', orders({ artifact: { image: images.second }, pattern: 'Replicated' }));
  const refused = await it.until('orders', 'Ready', 'PlanRefused');
  assert.match(conditionOf(refused, 'Ready')!.message, /RUNS_TWICE task\/\w+ would run 2 times/);
  assert.match(conditionOf(refused, 'Ready')!.message, /spec\.pattern coordinated/);
  assert.equal((await deployment('orders'))!.metadata['generation' as never], before_['generation' as never]);
});

test('a paused Integration is left alone until it goes on', { skip: noLoader }, async () => {
  await apply('orders', orders({ artifact: { image: images.second }, paused: true, replicas: 3 }));
  await it.until('orders', 'Progressing', 'Paused');
  assert.equal((await deployment('orders'))!['spec'].replicas, 2);
  await apply('orders', orders({ artifact: { image: images.second }, replicas: 3 }));
  await it.until('orders', 'Ready', 'Serving');
  assert.equal((await deployment('orders'))!['spec'].replicas, 3);
});

test('kubectl scale reaches the pods', { skip: noLoader }, async () => {
  const path = `/apis/gantry.dev/v1alpha1/namespaces/${it.namespace}/integrations/orders/scale`;
  const { body } = await it.api.ask('GET', path);
  assert.equal(body.status.selector, 'app.kubernetes.io/instance=orders,app.kubernetes.io/component=main');
  const { status } = await it.api.ask('PUT', path, { ...body, spec: { replicas: 2 } });
  assert.equal(status, 200);
  await it.api.until(
    'there are two',
    () => deployment('orders'),
    (one) => one?.['spec'].replicas === 2,
  );
  await it.until('orders', 'Ready', 'Serving');
});

test(
  'isolated pods are there before POD 1 lets go, and go after it can hold everything again',
  { skip: noLoader },
  async () => {
    const isolate = [{ group: 'often', artifacts: ['recurringOrder_Task'] }];
    const holds = async (): Promise<string | undefined> =>
      (await template('orders'))?.spec.containers[0].env.find((one: any) => one.name === 'GANTRY_HOLDS')?.value;
    await apply('orders', orders({ artifact: { image: images.second }, isolate }));
    await it.api.until(
      'POD 1 lets go',
      async () => ({
        holds: await holds(),
        group: await deployment('orders-often'),
      }),
      ({ holds: now, group }) => {
        assert.ok(now === undefined || group !== undefined, 'POD 1 let go before the isolated pod was there');
        return now !== undefined;
      },
      20,
    );
    assert.equal((await it.until('orders', 'Ready', 'Serving')).status?.pattern, 'isolated');
    await apply('orders', orders({ artifact: { image: images.second } }));
    await it.api.until(
      'the isolated pod goes',
      async () => ({
        group: await deployment('orders-often'),
        holds: await holds(),
        main: (await deployment('orders'))!['status'],
      }),
      ({ group, holds: now, main }) => {
        assert.ok(
          group !== undefined || (now === undefined && main.updatedReplicas === 2),
          'it went before POD 1 could hold its artifacts',
        );
        return group === undefined;
      },
      20,
    );
    assert.equal((await it.until('orders', 'Ready', 'Serving')).status?.pattern, 'coordinated');
  },
);

test('a change that fails is taken back, if that is asked for', { skip: noLoader }, async () => {
  const good = orders({ artifact: { image: images.second } });
  const update = { onFailure: 'Rollback', deadlineSeconds: 30 };
  const last = (await it.get('orders')).status!.revision;
  await apply('orders', { ...good, update, resources: { requests: { cpu: '900' } } });
  const back = await it.until('orders', 'Degraded', 'RolledBack');
  assert.equal(back.status?.revision, last);
  await it.api.until(
    'the pods are those from before',
    () => template('orders'),
    ({ spec }) => spec.containers[0].resources.requests.cpu !== '900',
  );
  await apply('orders', good);
  await it.until('orders', 'Ready', 'Serving');
});

test('what belongs to somebody else is not taken over', { skip: noLoader }, async () => {
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'bills', namespace: it.namespace },
    spec: { ports: [{ port: 81 }] },
  };
  await it.api.apply(service);
  await apply('bills', orders());
  const taken = await it.until('bills', 'Ready', 'NameTaken');
  assert.match(conditionOf(taken, 'Ready')!.message, /Service bills is there already and not of this Integration/);
  assert.equal(await deployment('bills'), undefined);
  await it.api.delete(pathTo('services', 'bills'));
  await it.until('bills', 'Ready', 'Serving');
  await remove('bills');
});

test('the files of a ConfigMap run, and other files roll the pods', { skip: noLoader }, async () => {
  const files = (answer: string): ApiObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'greeting-files', namespace: it.namespace },
    data: {
      'Greeting.xml': `<api xmlns="http://ws.apache.org/ns/synapse" name="Greeting" context="/greet"><resource methods="GET"><inSequence><payloadFactory media-type="json"><format>{"say": "${answer}"}</format></payloadFactory><respond/></inSequence></resource></api>`,
    },
  });
  const host = `greet-${it.namespace}.test`;
  const ingress = process.env['CLUSTER_INGRESS'] ?? `http://${it.api.host}`;
  const says = (word: string): Promise<unknown> =>
    it.api.until(
      `it says ${word}`,
      () => visit(ingress, host, '/greet'),
      ({ text }) => text.includes(word),
    );
  await apply('greeting', {
    artifact: { configMap: { name: 'greeting-files' } },
    expose: { type: 'Ingress', host, ingressClassName: 'test' },
  });
  await it.until('greeting', 'Ready', 'ArtifactMissing');
  await it.api.apply(files('hello'));
  assert.equal((await it.until('greeting', 'Ready', 'Serving')).status?.pattern, 'replicated');
  await says('hello');
  await it.api.apply(files('goodbye'));
  await says('goodbye');
  await it.api.until(
    'it serves the second revision',
    () => it.get('greeting'),
    (one) => one.status?.revision === 2 && conditionOf(one, 'Ready')?.status === 'True',
  );
  await it.api.apply({ ...files(''), data: { 'Greeting.xml': '<api name="x"><resource></api>' } });
  const faulty = await it.until('greeting', 'Ready', 'ArtifactFaulty');
  assert.match(conditionOf(faulty, 'Ready')!.message, /Greeting\.xml:1:\d+ error/);
  await says('goodbye');
  await remove('greeting');
});

test(
  'an OCI artifact on a cluster that drops image volumes is said, not left hanging',
  { skip: noLoader },
  async (t) => {
    await apply('oci', { artifact: { oci: { reference: 'example.com/orders:1' } } });
    const { status } = await it.api.until(
      'something is said',
      () => it.get('oci'),
      ({ status: now }) =>
        now?.conditions?.some(({ type, reason }) => type === 'Ready' && reason !== 'Inspecting') ?? false,
    );
    const ready = status!.conditions!.find(({ type }) => type === 'Ready')!;
    t.diagnostic(ready.reason);
    assert.ok(['ImageVolumesUnsupported', 'ArtifactUnavailable'].includes(ready.reason), ready.message);
    await remove('oci');
  },
);

test('when the leader is killed another one acts', { skip: noLoader }, async (t) => {
  const leader = await it.leader();
  const pid = processNamed(leader);
  if (pid === undefined) return t.skip("the nodes' processes are not this machine's");
  const began = performance.now();
  process.kill(pid, 'SIGKILL');
  await apply('orders', orders({ artifact: { image: images.second }, replicas: 3 }));
  await it.api.until(
    'another one has acted',
    () => deployment('orders'),
    (one) => one?.['spec'].replicas === 3,
    20,
  );
  t.diagnostic(`kill -9 of the leader to a change being carried out: ${ms(began)} ms`);
  await it.until('orders', 'Ready', 'Serving');
});

test('a leader that is told to go hands over', { skip: noLoader }, async (t) => {
  const leader = await it.leader();
  const began = performance.now();
  await it.api.delete(`/api/v1/namespaces/${it.namespace}/pods/${leader.metadata.name}`);
  await apply('orders', orders({ artifact: { image: images.second } }));
  await it.api.until(
    'another one has acted',
    () => deployment('orders'),
    (one) => one?.['spec'].replicas === 2,
    20,
  );
  t.diagnostic(`deletion of the leader's pod to a change being carried out: ${ms(began)} ms`);
});

test('nothing is left of an Integration that is deleted', { skip: noLoader }, async (t) => {
  await it.until('orders', 'Ready', 'Serving');
  const began = performance.now();
  await remove('orders');
  const plurals = [
    'deployments',
    'services',
    'configmaps',
    'serviceaccounts',
    'roles',
    'rolebindings',
    'ingresses',
    'networkpolicies',
    'poddisruptionbudgets',
    'controllerrevisions',
    'leases',
    'pods',
  ];
  const left = async (): Promise<readonly string[]> =>
    (await Promise.all(plurals.map((plural) => it.objects(plural))))
      .flat()
      .map(({ metadata }) => metadata.name)
      .filter((name) => /^(gantry\.)?(orders|bills|greeting|oci)\b/.test(name) && name !== 'greeting-files');
  await it.api.until('nothing is left', left, (names) => names.length === 0);
  t.diagnostic(`everything gone ${ms(began)} ms after it was deleted`);
});
