/** "Multiple replicas": nothing stateful. Load balancing, high availability, rolling updates, scaling, all under load. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { noLoader } from '../deployed.ts';
import { errorWindow, lostOf, type Load, type Sent } from '../load.ts';
import { strike, noNodeFaults } from '../node-faults.ts';
import { kill, kills } from './faults.ts';
import { nodeOf, oneNode, workerNodes, openPage, type Deployed, type Image, type Page } from './page.ts';
import { Figures, losses } from './table.ts';

const perSecond = Number(process.env['CLUSTER_LOAD'] ?? 200);

/** How many of a hundred each pod answered. */
function shares(sent: readonly Sent[]): ReadonlyMap<string, number> {
  const answered = sent.filter(({ pod }) => pod !== undefined);
  const byPod = Map.groupBy(answered, ({ pod }) => pod!);
  return new Map([...byPod].map(([pod, own]) => [pod, (100 * own.length) / answered.length]));
}

describe('multiple replicas', { skip: noLoader }, () => {
  const figures = new Figures('multiple replicas');
  let page: Page;
  let image: Image;
  let deployed: Deployed;
  before(async () => {
    page = await openPage('replicated');
    image = await page.image(1, 'stateless');
    deployed = await page.deploy(image, '--replicas', '3');
    await deployed.ready(3);
    await deployed.serving();
  });
  after(async () => {
    await deployed?.[Symbol.asyncDispose]();
    await page?.[Symbol.asyncDispose]();
    figures.tell();
  });

  /** The Ingress hears of a pod a little later than the cluster. */
  const everyoneAnswers = async (load: Load, pods: number): Promise<void> => {
    const latest = async (): Promise<number> => shares(load.sent.slice(-100)).size;
    await page.api.until('every replica answers', latest, (answering) => answering === pods);
  };

  test('they have no right in the cluster', async () => {
    const [pod] = await deployed.pods();
    assert.equal(pod!['spec'].automountServiceAccountToken, false);
    const { items } = await page.api.get(`/apis/rbac.authorization.k8s.io/v1/namespaces/${deployed.namespace}/roles`);
    assert.deepEqual(items, []);
  });

  test('they stand on different nodes, as far as there are any', async () => {
    const nodes = await workerNodes(page.api);
    const used = new Set((await deployed.pods()).map(nodeOf));
    assert.equal(used.size, Math.min(3, nodes.length), [...used].join(' '));
  });

  test('requests are spread evenly', async () => {
    const load = deployed.load(perSecond);
    await everyoneAnswers(load, 3);
    const known = load.sent.length;
    await load.more(1_500);
    const sent = await load.stop();
    const each = [...shares(sent.slice(known)).values()].toSorted((a, b) => a - b);
    figures.note('each of 3 replicas answers', `${each[0]!.toFixed(0)} to ${each[2]!.toFixed(0)} % of the requests`, 1);
    assert.equal(losses(sent).count, 0, lostOf(sent));
    assert.equal(each.length, 3);
    assert.ok(each[0]! > 25 && each[2]! < 42, each.join(' '));
  });

  test('a pod that is deleted takes no request with it', async () => {
    const load = deployed.load(perSecond);
    await load.more(100);
    const [pod] = await deployed.pods();
    await deployed.remove(pod!.metadata.name);
    await deployed.ready(3);
    const sent = await load.stop();
    figures.note('a pod deleted', losses(sent).text, 1);
    assert.equal(losses(sent).count, 0, lostOf(sent));
  });

  test('a pod that is killed takes those in flight on it, and no others', async (t) => {
    const sent: Sent[] = [];
    for (let n = 0; n < kills; n++) {
      const [pod] = await deployed.ready(3);
      const load = deployed.load(perSecond);
      await load.more(100);
      const inFlight = load.inFlight;
      const killed = performance.now();
      if (!kill(pod!)) return t.skip("the nodes' processes are not this machine's");
      await load.more(perSecond * 3);
      const all = await load.stop();
      t.diagnostic(`${lostOf(all)}; ${inFlight} in flight, lost until ${errorWindow(all, killed)} ms after`);
      sent.push(...all);
      // What was sent within the instant until the Ingress knew, and no more.
      assert.ok(losses(all).count <= Math.max(5, inFlight), lostOf(all));
      await deployed.remove(pod!.metadata.name);
    }
    figures.note('a pod killed', losses(sent).text, kills);
  });

  test('a rolling update loses nothing', async () => {
    const next = await page.image(2, 'stateless');
    await deployed.ready(3);
    const load = deployed.load(perSecond);
    await load.more(100);
    await deployed.bring(next);
    await deployed.ready(3, next);
    const sent = await load.stop();
    figures.note(`a rolling update under ${perSecond} requests/s`, losses(sent).text, 1);
    assert.equal(losses(sent).count, 0, lostOf(sent));
  });

  test('scaled from 3 to 5 and to 2, nothing is lost and every replica has its part', async () => {
    await deployed.ready(3);
    const load = deployed.load(perSecond);
    await deployed.scale(5);
    const five = await deployed.ready(5);
    await everyoneAnswers(load, 5);
    const scaled = load.sent.length;
    await load.more(1_000);
    const each = [...shares(load.sent.slice(scaled)).values()].toSorted((a, b) => a - b);
    await deployed.scale(2);
    await deployed.ready(2);
    const sent = await load.stop();
    figures.note('scaled from 3 to 5 and to 2', losses(sent).text, 1);
    figures.note('each of 5 replicas answers', `${each[0]!.toFixed(0)} to ${each[4]!.toFixed(0)} % of the requests`, 1);
    assert.equal(losses(sent).count, 0, lostOf(sent));
    assert.equal(each.length, five.length);
    assert.ok(each[0]! > 12 && each[4]! < 30, each.join(' '));
  });

  test('the node crashes: the others go on', { skip: noNodeFaults }, async (t) => {
    if ((await workerNodes(page.api)).length < 2) return t.skip(oneNode);
    await deployed.scale(3);
    const [pod] = await deployed.ready(3);
    const load = deployed.load(perSecond);
    await load.more(100);
    let crashed: number;
    {
      await using _down = await strike(page.api, nodeOf(pod!), 'crash');
      crashed = performance.now();
      await load.more(perSecond * 20);
    }
    const sent = await load.stop();
    t.diagnostic(lostOf(sent));
    const window = errorWindow(losses(sent).own, crashed);
    const text = `${losses(sent).text}; the last one was sent ${(window / 1_000).toFixed(2)} s after`;
    figures.note('a node crashed', text, 1);
    assert.ok(window <= 10_000, text);
  });
});
