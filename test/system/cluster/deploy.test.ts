/** From a project to a deployment and back, as people do it; and everything that can be wrong on the way. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Api } from './api.ts';
import { buildCommands, tick, ticker, type Commands } from './commands.ts';
import { noLoader, objectsIn, visit } from './deployed.ts';

let api: Api;
let commands: Commands;
let ingress: string;
before(async () => {
  if (noLoader !== false) return;
  [api, commands] = await Promise.all([Api.open(), buildCommands()]);
  ingress = process.env['CLUSTER_INGRESS'] ?? `http://${api.host}`;
});
after(() => commands?.[Symbol.dispose]());

const own = (): string => randomBytes(3).toString('hex');
const linesOf = (out: string): any[] =>
  out
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));

// Most of the time is spent waiting for pods: side by side it is spent once.
describe('gantry deploy', { concurrency: 3 }, () => {
  test('a story: deployed, compared, changed, gone back, looked at, removed', { skip: noLoader }, async (t) => {
    await using space = await api.namespace('deploy');
    const at = `--namespace ${space.name}`;
    const host = `${own()}.test`;
    const shape = `${at} --replicas 2 --ingress-class test --host ${host}`;
    commands.project('hello', '1', { 'ticker.xml': ticker, 'tick.xml': tick });

    const tried = await commands.gantry(`deploy hello ${shape} --dry-run`);
    assert.equal(tried.code, 0, tried.err);
    assert.match(tried.out, /would be created: Deployment hello/);
    assert.equal((await api.ask('GET', `/apis/apps/v1/namespaces/${space.name}/deployments/hello`)).status, 404);
    assert.equal((await commands.gantry(`diff hello ${shape}`)).code, 1);

    const first = await commands.gantry(`deploy hello ${shape} --load LOAD --format json`);
    assert.equal(first.code, 0, first.err + first.out);
    const result = linesOf(first.out).at(-1);
    assert.deepEqual([result.type, result.revision, result.outcome], ['result', 1, 'serves']);
    // Pods that were told to go serve on until every proxy has heard of it.
    const answersWith = (version: string): Promise<unknown> =>
      api.until(
        `version ${version} answers`,
        () => visit(ingress, host, '/hello/'),
        ({ status, text }) => status === 200 && text.includes(`"version": "${version}"`),
      );
    await answersWith('1');

    const same = await commands.gantry(`diff hello ${shape}`);
    assert.deepEqual([same.code, same.out], [0, ''], same.err);
    const unchanged = await commands.gantry(`deploy hello ${shape} --load LOAD`);
    assert.equal(unchanged.code, 0, unchanged.err);
    assert.match(unchanged.out, /0 to create, 0 to change, 0 to remove/);

    commands.project('hello', '2', { 'ticker.xml': ticker, 'tick.xml': tick });
    const differs = await commands.gantry(`diff hello ${shape}`);
    assert.equal(differs.code, 1, differs.err);
    assert.match(differs.out, /^--- live\/Deployment\/hello\n\+\+\+ deployed\/Deployment\/hello\n@@ /m);
    const second = await commands.gantry(`deploy hello ${shape} --load LOAD --format json`);
    assert.equal(second.code, 0, second.err);
    const took = linesOf(second.out).find(({ type }) => type === 'serves').tookMs;
    t.diagnostic(`a changed artifact: both new pods serve ${took} ms after it was applied`);
    await answersWith('2');

    // The holder may still be a pod that was told to go.
    const look = async (): Promise<any> => JSON.parse((await commands.gantry(`status ${at} --format json`)).out)[0];
    const status = await api.until('a new pod holds the task', look, ({ groups, singletons }) =>
      groups[0].pods.some(({ name, state }: any) => state === 'ready' && name === singletons[0]?.holder),
    );
    assert.equal(status.groups[0].ready, 2);
    assert.equal(status.releases.at(-1).revision, 3);
    assert.deepEqual(
      status.singletons.map(({ artifact }: { artifact: string }) => artifact),
      ['task/ticker'],
    );
    const pods: string[] = status.groups[0].pods
      .filter((pod: any) => pod.state === 'ready')
      .map((pod: any) => pod.name);
    assert.ok(pods.includes(status.singletons[0].holder) && status.singletons[0].token > 0);
    const logs = await commands.gantry(`logs ${at} --tail 50`);
    for (const pod of pods) assert.match(logs.out, new RegExp(`^${pod} .*ready on port`, 'm'));

    const other = pods.find((pod) => pod !== status.singletons[0].holder)!;
    const moved = await commands.gantry(`move ticker ${other} ${at}`);
    assert.match(moved.out, new RegExp(`runs on ${other}`), moved.err);
    const drained = await commands.gantry(`drain ${other} ${at}`);
    assert.match(drained.out, /1 artifact moved/, drained.err);
    assert.equal((await commands.gantry(`undrain ${other} ${at} --deployment hello`)).code, 0);

    const back = await commands.gantry(`rollback ${at} --to 1`);
    assert.equal(back.code, 0, back.err);
    await answersWith('1');
    const history = JSON.parse((await commands.gantry(`history ${at} --format json`)).out);
    assert.deepEqual(
      history.map(({ revision, outcome, how }: any) => [revision, outcome, how]),
      [
        [1, 'serves', 'deploy'],
        [2, 'serves', 'deploy'],
        [3, 'serves', 'deploy'],
        [4, 'serves', 'rollback to 1'],
      ],
    );

    const image = history[0].image;
    const narrower = await commands.gantry(`deploy hello ${at} --replicas 2 --image ${history[2].image}`);
    assert.equal(narrower.code, 0, narrower.err);
    assert.match(narrower.out, /removed Ingress hello/, 'what is not wanted any more is removed');
    assert.notEqual(image, history[2].image);

    const gone = await commands.gantry(`undeploy hello ${at} --yes`);
    assert.equal(gone.code, 0, gone.err);
    for (const path of [
      `/apis/apps/v1/namespaces/${space.name}/deployments`,
      `/api/v1/namespaces/${space.name}/pods`,
      `/api/v1/namespaces/${space.name}/services`,
      `/apis/coordination.k8s.io/v1/namespaces/${space.name}/leases`,
      `/apis/rbac.authorization.k8s.io/v1/namespaces/${space.name}/roles`,
      `/apis/networking.k8s.io/v1/namespaces/${space.name}/networkpolicies`,
    ])
      assert.deepEqual((await api.get(path)).items, [], path);
    const maps = (await api.get(`/api/v1/namespaces/${space.name}/configmaps`)).items;
    assert.deepEqual(
      maps.map((map: any) => map.metadata.name),
      ['kube-root-ca.crt'],
    );
  });

  test(
    'an update that fails leaves the old version serving, and --atomic brings it back',
    { skip: noLoader },
    async (t) => {
      await using space = await api.namespace('failed');
      const host = `${own()}.test`;
      const shape = `--namespace ${space.name} --replicas 2 --ingress-class test --host ${host}`;
      commands.project('steady', '1');
      const first = await commands.gantry(`deploy steady ${shape} --load LOAD`);
      assert.equal(first.code, 0, first.err);
      await api.until(
        'it answers',
        () => visit(ingress, host, '/steady/'),
        ({ status }) => status === 200,
      );

      commands.project('steady', '2');
      const ending = new AbortController();
      let asked = 0;
      const wrong: string[] = [];
      const ask = async (): Promise<void> => {
        while (!ending.signal.aborted) {
          const { status, text } = await visit(ingress, host, '/steady/').catch((error: Error) => ({
            status: 0,
            text: error.message,
          }));
          asked++;
          if (status !== 200 || !/"1"/.test(text)) wrong.push(`${status} ${text}`);
        }
      };
      const asking = ask();
      t.after(() => ending.abort());
      const failed = await commands.gantry(`deploy steady ${shape} --image gantry.local/no-such:1`);
      assert.equal(failed.code, 1);
      assert.match(failed.out, /IMAGE_NOT_PULLED steady-\S+: gantry.local\/no-such:1 cannot be pulled/);
      assert.match(failed.err, /revision 2 of steady does not serve\. The version before serves on, with 2 pods/);

      const atomic = await commands.gantry(`deploy steady ${shape} --image gantry.local/no-such:2 --atomic`);
      assert.equal(atomic.code, 3, atomic.err + atomic.out);
      assert.match(atomic.err, /revision 3 of steady did not serve; revision 1 is back/);

      // These pods start, but their image has other artifacts than the Deployment says.
      const { image } = JSON.parse((await commands.gantry(`history --namespace ${space.name} --format json`)).out)[0];
      const other = await commands.gantry(`deploy steady ${shape} --image ${image} --timeout 25 --atomic`);
      assert.equal(other.code, 3, other.err + other.out);
      assert.match(other.out, /NOT_READY steady-/);
      assert.match(other.out, /says at \/ready:\n.*artifacts/);

      commands.project('steady', '3', { '.env': 'NODE_OPTIONS=--no-such-option\n' });
      const crashing = await commands.gantry(`deploy steady ${shape} --load LOAD --atomic`);
      assert.equal(crashing.code, 3, crashing.err + crashing.out);
      assert.match(crashing.out, /CRASHES steady-\S+: It ended with exit code 9/);
      assert.match(crashing.out, /--no-such-option is not allowed|bad option/, 'the end of its log is shown');
      ending.abort();
      await asking;
      t.diagnostic(`${asked} requests during four failed updates, ${wrong.length} of them failed`);
      assert.deepEqual(wrong, []);
      const { code } = await commands.gantry(`undeploy steady --namespace ${space.name} --yes`);
      assert.equal(code, 0);
    },
  );

  test('who has no rights is told which, and the RBAC that is printed is enough', { skip: noLoader }, async () => {
    await using space = await api.namespace('rights');
    const shape = `--namespace ${space.name} --replicas 2`;
    commands.project('humble', '1', { 'ticker.xml': ticker, 'tick.xml': tick });
    const KUBECONFIG = await commands.kubeconfigOf(api, space.name, 'nobody');
    const refused = await commands.gantry(`deploy humble ${shape} --dry-run`, { KUBECONFIG });
    assert.equal(refused.code, 1);
    assert.match(refused.err, new RegExp(`NOT_ALLOWED You may not get \\S+ humble\\S* in namespace ${space.name}`));
    const yaml = refused.err.slice(refused.err.indexOf('apiVersion: rbac'), refused.err.lastIndexOf('}') + 1);
    for (const object of objectsIn(yaml)) await api.apply(object);
    const done = await commands.gantry(`deploy humble ${shape} --load LOAD`, { KUBECONFIG });
    assert.equal(done.code, 0, done.err);
    for (const line of [
      `status ${shape.split(' --replicas')[0]}`,
      `history --namespace ${space.name}`,
      `logs --namespace ${space.name}`,
    ])
      assert.equal((await commands.gantry(line, { KUBECONFIG })).code, 0, line);
  });

  test('what the cluster lacks is said before anything is made', { skip: noLoader }, async () => {
    commands.project('lone', '1');
    const missing = `gantry-missing-${own()}`;
    const noNamespace = await commands.gantry(`deploy lone --image a/b:1 --namespace ${missing}`);
    assert.equal(noNamespace.code, 1);
    assert.match(
      noNamespace.err,
      new RegExp(`NO_NAMESPACE There is no namespace "${missing}"\\. Give --create-namespace`),
    );

    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    const config = `current-context: x\ncontexts: [{name: x, context: {cluster: x, user: x}}]\nclusters: [{name: x, cluster: {server: "https://127.0.0.1:${port}"}}]\nusers: [{name: x, user: {token: t}}]\n`;
    const KUBECONFIG = join(commands.folder, 'nowhere.kubeconfig');
    writeFileSync(KUBECONFIG, config);
    const nobody = await commands.gantry('status', { KUBECONFIG });
    assert.equal(nobody.code, 1);
    assert.match(nobody.err, /NO_CLUSTER .*is not reached: .*ECONNREFUSED.* Is the cluster up/);
    const noConfig = await commands.gantry('status', { KUBECONFIG: join(commands.folder, 'none') });
    assert.match(noConfig.err, /NO_CLUSTER no Kubernetes cluster is known/);
    const noContext = await commands.gantry('status --context other');
    assert.match(noContext.err, /NO_CLUSTER there is no "other" as context/);

    await using space = await api.namespace('lacks');
    const classes = await commands.gantry(
      `deploy lone --namespace ${space.name} --ingress-class nope --host a.test --dry-run`,
    );
    assert.match(
      classes.err,
      /NO_INGRESS_CLASS There is no Ingress class "nope": nobody will serve the Ingress\. There (is|are): .*test/,
    );
    const empty = await commands.gantry(`status --namespace ${space.name}`);
    assert.match(empty.err, /NO_RELEASE Namespace \S+ has no deployment/);

    await api.apply({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'small', namespace: space.name },
      spec: { hard: { 'requests.memory': '64Mi' } },
    });
    await api.until(
      'the quota is in force',
      () => api.get(`/api/v1/namespaces/${space.name}/resourcequotas/small`),
      (quota) => quota.status?.hard !== undefined,
    );
    const quota = await commands.gantry(`deploy lone --namespace ${space.name} --image gantry.local/a:1`);
    assert.equal(quota.code, 1);
    assert.match(
      quota.err,
      /REFUSED Pods of lone would be refused\. The quota small is used up: one more pod asks for requests\.memory/,
    );
    assert.equal((await api.ask('GET', `/apis/apps/v1/namespaces/${space.name}/deployments/lone`)).status, 404);
  });

  test('a quota that is met half-way is said, with what is in use', { skip: noLoader }, async () => {
    await using space = await api.namespace('quota');
    const at = `--namespace ${space.name}`;
    commands.project('tight', '1');
    assert.equal((await commands.gantry(`deploy tight ${at} --replicas 1 --load LOAD`)).code, 0);
    const { items } = await api.get(`/api/v1/namespaces/${space.name}/pods`);
    const { memory } = items[0].spec.containers[0].resources.requests;
    const allowed = `${2 * Number.parseInt(memory)}Mi`;
    const metadata = { name: 'small', namespace: space.name };
    await api.apply({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata,
      spec: { hard: { 'requests.memory': allowed } },
    });
    await api.until(
      'the quota counts the pod',
      () => api.get(`/api/v1/namespaces/${space.name}/resourcequotas/small`),
      (quota) => quota.status?.used?.['requests.memory'] === memory,
    );
    const more = await commands.gantry(`deploy tight ${at} --replicas 3 --load LOAD --timeout 60`);
    assert.equal(more.code, 1, more.out);
    assert.match(more.out, /QUOTA tight: The quota small is used up: one more pod asks for requests\.memory=/);
  });

  test('what someone else has set is a conflict that names them', { skip: noLoader }, async () => {
    await using space = await api.namespace('conflict');
    const at = `--namespace ${space.name}`;
    commands.project('shared', '1');
    assert.equal((await commands.gantry(`deploy shared ${at} --replicas 1 --load LOAD`)).code, 0);
    const path = `/apis/apps/v1/namespaces/${space.name}/deployments/shared`;
    await api.ask('PATCH', `${path}?fieldManager=ada`, { spec: { replicas: 2 } }, 'application/merge-patch+json');
    const refused = await commands.gantry(`deploy shared ${at} --replicas 1 --load LOAD`);
    assert.equal(refused.code, 1);
    assert.match(
      refused.err,
      /FIELD_CONFLICT Someone else has set what is to be written:\n {2}Deployment shared \.spec\.replicas: ada/,
    );
    assert.equal((await api.get(path)).spec.replicas, 2, 'nothing was applied');
    const forced = await commands.gantry(`deploy shared ${at} --replicas 1 --load LOAD --force-conflicts`);
    assert.equal(forced.code, 0, forced.err);
    assert.equal((await api.get(path)).spec.replicas, 1);

    // An autoscaler takes over where the number of replicas is, not from one.
    assert.equal((await commands.gantry(`deploy shared ${at} --replicas 2 --load LOAD`)).code, 0);
    const scaled = await commands.gantry(`deploy shared ${at} --replicas 2 --max-replicas 5 --load LOAD`);
    assert.equal(scaled.code, 0, scaled.err);
    assert.equal((await api.get(path)).spec.replicas, 2);

    await api.apply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'taken', namespace: space.name },
      spec: { ports: [{ port: 1 }] },
    });
    const taken = await commands.gantry(`deploy shared ${at} --name taken --load LOAD`);
    assert.match(taken.err, /NOT_OURS There is a Service taken already/);
  });

  test('what the plan refuses is never applied', { skip: noLoader }, async () => {
    await using space = await api.namespace('refused');
    commands.project('torn', '1', { 'ticker.xml': ticker, 'tick.xml': tick });
    const twice = await commands.gantry(
      `deploy torn --namespace ${space.name} --image a/b:1 --isolate one=ticker --isolate two=ticker`,
    );
    assert.equal(twice.code, 1);
    assert.match(twice.err, /error \S+ .*ticker/);
    const { items } = await api.get(`/api/v1/namespaces/${space.name}/configmaps`);
    assert.deepEqual(
      items.map((map: any) => map.metadata.name),
      ['kube-root-ca.crt'],
    );
  });
});
