/**
 * From the project to pods: image, manifests, a cluster that runs them, a request that is answered, and each stateful
 * artifact held by exactly one pod, also after that pod was lost. Prints what it measured.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { Api, type ApiObject } from './api.ts';
import {
  buildProduct,
  holders,
  isReady,
  loadIntoNodes,
  noLoader,
  objectsIn,
  podOf,
  podsOf,
  processOf,
  processStart,
  startBackend,
  visit,
  type Backend,
  type Product,
} from './deployed.ts';

const project = resolve(import.meta.dirname, '../../../examples/orders');
const tag = `gantry-test/orders:${randomBytes(4).toString('hex')}`;
const task = 'task/recurringOrder_Task';
/** Kills of the holder; more for a figure worth quoting. */
const kills = Number(process.env['CLUSTER_KILLS'] ?? 3);

let api: Api;
let product: Product;
let backend: Backend;
let ingress: string;
before(async () => {
  if (noLoader !== false) return;
  [api, product] = await Promise.all([Api.open(), buildProduct()]);
  ingress = process.env['CLUSTER_INGRESS'] ?? `http://${api.host}`;
  backend = await startBackend(api.host);
  const archive = product.file('gantry-test-orders.tar');
  await product.gantry('image', project, '--tag', tag, '--output', archive);
  await loadIntoNodes(archive);
  product.file('settings.env', `orders_backend=${backend.url}\norders_backend_standby=${backend.url}\n`);
});
after(async () => {
  await backend?.[Symbol.asyncDispose]();
  product?.[Symbol.dispose]();
});

interface Deployed extends AsyncDisposable {
  readonly namespace: string;
  readonly pods: () => Promise<readonly ApiObject[]>;
  readonly holders: () => Promise<Readonly<Record<string, string>>>;
}

/** Applies what the command line makes, and waits until every pod takes requests. */
async function deploy(purpose: string, podCount: number, ...options: readonly string[]): Promise<Deployed> {
  const space = await api.namespace(purpose);
  const { name: namespace } = space;
  const settings = ['--namespace', namespace, '--image', tag, '--env-file', product.file('settings.env')];
  const yaml = await product.gantry('manifests', project, ...settings, ...options);
  for (const object of objectsIn(yaml)) await api.apply(object);
  const pods = (): Promise<readonly ApiObject[]> => podsOf(api, namespace);
  await api.until(`${podCount} pods are ready`, pods, (all) => all.filter(isReady).length === podCount);
  return {
    namespace,
    pods,
    holders: () => holders(api, namespace, 'orders'),
    [Symbol.asyncDispose]: () => space[Symbol.asyncDispose](),
  };
}

const isHeld = (all: Readonly<Record<string, string>>): boolean =>
  Object.keys(all).length >= 3 && Object.values(all).every((boot) => boot !== '');

test(
  'coordinated: three pods serve, one holds each stateful artifact, another takes over',
  { skip: noLoader },
  async (t) => {
    const host = `${randomBytes(4).toString('hex')}.test`;
    const applied = performance.now();
    await using deployed = await deploy('coordinated', 3, '--replicas', '3', '--ingress-class', 'test', '--host', host);
    t.diagnostic(`three pods ready ${Math.round(performance.now() - applied)} ms after the first object was applied`);
    const firstPods = await deployed.pods();
    await tellStarts(deployed, firstPods, (text) => t.diagnostic(text));

    const answer = await api.until(
      'a request is answered',
      () => visit(ingress, host, '/orders'),
      ({ status }) => status === 200,
    );
    assert.match(answer.text, /"item":"tea"/);

    const first = await api.until('everything has a holder', deployed.holders, isHeld);
    const names = firstPods.map((pod) => pod.metadata.name);
    for (const [artifact, boot] of Object.entries(first))
      assert.ok(names.includes(podOf(boot)), `${artifact} is held by ${boot}`);

    /** When the task has another holder than this boot, and everything has one. */
    const takenFrom = (boot: string): Promise<unknown> =>
      api.until('another process holds it', deployed.holders, (now) => isHeld(now) && now[task] !== boot, 10);
    const allReady = (): Promise<unknown> =>
      api.until('three pods are ready again', deployed.pods, (all) => all.filter(isReady).length === 3);
    const holderNow = async (): Promise<string> =>
      (await api.until('everything has a holder', deployed.holders, isHeld))[task]!;
    const remove = (pod: string, options: object = {}): Promise<void> =>
      api.delete(`/api/v1/namespaces/${deployed.namespace}/pods/${pod}`, options);

    await t.test('a pod that is deleted hands over before it goes', async (s) => {
      const boot = await holderNow();
      const began = performance.now();
      await remove(podOf(boot));
      await takenFrom(boot);
      s.diagnostic(`deleted pod: handed over after ${Math.round(performance.now() - began)} ms, preStop included`);
      await allReady();
    });

    await t.test('a pod that is killed loses what it held to another process', async (s) => {
      const took: number[] = [];
      for (let n = 0; n < kills; n++) {
        const boot = await holderNow();
        const pod = (await deployed.pods()).find(({ metadata }) => metadata.name === podOf(boot))!;
        const pid = processOf(pod.metadata.uid!);
        if (pid === undefined) return s.skip("the nodes' processes are not this machine's");
        const began = performance.now();
        process.kill(pid, 'SIGKILL');
        await takenFrom(boot);
        took.push(performance.now() - began);
        // A container that ends again and again is started ever later: a new pod takes its place at once.
        await remove(podOf(boot), { gracePeriodSeconds: 0 });
        await allReady();
      }
      took.sort((a, b) => a - b);
      const at = (share: number): number =>
        Math.round(took[Math.min(took.length - 1, Math.floor(share * took.length))]!);
      s.diagnostic(
        `kill -9 of the holder, ${kills} times: held again after ${at(0.5)} ms (median), ${at(1)} ms (worst)`,
      );
    });

    const keys = backend.requests.map(({ headers }) => headers['idempotency-key']).filter((key) => key !== undefined);
    t.diagnostic(`${keys.length} scheduled sends with a key, ${keys.length - new Set(keys).size} of them twice`);
    assert.equal(new Set(keys).size, keys.length, 'a scheduled run was sent twice');
  },
);

test('isolated: each group holds its own artifact and no other', { skip: noLoader }, async () => {
  await using deployed = await deploy('isolated', 3, '--replicas', '2', '--isolate', 'often=recurringOrder_Task');
  const now = await api.until('everything has a holder', deployed.holders, isHeld);
  for (const [artifact, boot] of Object.entries(now))
    assert.equal(boot.startsWith('orders-often-'), artifact === task, artifact);
});

test('with peer promises a killed holder is replaced as well', { skip: noLoader }, async (t) => {
  await using deployed = await deploy('peers', 3, '--replicas', '3', '--peers');
  const boot = (await api.until('everything has a holder', deployed.holders, isHeld))[task]!;
  const pod = (await deployed.pods()).find(({ metadata }) => metadata.name === podOf(boot))!;
  const pid = processOf(pod.metadata.uid!);
  if (pid === undefined) return t.skip("the nodes' processes are not this machine's");
  const began = performance.now();
  process.kill(pid, 'SIGKILL');
  await api.until('another process holds it', deployed.holders, (now) => isHeld(now) && now[task] !== boot, 10);
  t.diagnostic(`kill -9 of the holder, once: held again after ${Math.round(performance.now() - began)} ms`);
});

/** From the start of the process to the line that says it is ready. */
async function tellStarts(
  { namespace }: Deployed,
  pods: readonly ApiObject[],
  tell: (text: string) => void,
): Promise<void> {
  for (const { metadata } of pods) {
    const pid = processOf(metadata.uid!);
    if (pid === undefined) return;
    const log = await api.get(`/api/v1/namespaces/${namespace}/pods/${metadata.name}/log?timestamps=true`);
    const ready = /^(\S+) ready on port/m.exec(String(log))?.[1];
    if (ready !== undefined)
      tell(`${metadata.name}: ready ${Math.round(Date.parse(ready) - processStart(pid))} ms after its process began`);
  }
}
