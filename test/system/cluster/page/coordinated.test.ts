/**
 * "Multiple replicas with coordination", done better than by pods apart: all replicas are equal, any of them may hold
 * what is stateful, one does. What a lost pod and a lost node cost, hand-over, updates, scaling; and never twice.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { noLoader, podOf } from '../deployed.ts';
import { errorWindow, lostOf } from '../load.ts';
import { strike, noNodeFaults } from '../node-faults.ts';
import { doubted } from '../witness.ts';
import { killHolders, podNamed } from './faults.ts';
import { nodeOf, oneNode, workerNodes, openPage, type Deployed, type Image, type Page } from './page.ts';
import { Figures, losses, spread } from './table.ts';

const perSecond = Number(process.env['CLUSTER_LOAD'] ?? 200);
const task = 'task/Sweep';

describe('coordination', { skip: noLoader }, () => {
  const figures = new Figures('coordination');
  let page: Page;
  let image: Image;
  let deployed: Deployed;
  before(async () => {
    page = await openPage('coordinated');
    image = await page.image(1);
    deployed = await page.deploy(image, '--replicas', '3');
    await deployed.ready(3);
    await deployed.serving();
  });
  after(async () => {
    await deployed?.[Symbol.asyncDispose]();
    await page?.[Symbol.asyncDispose]();
    figures.tell();
  });

  /** How many artifacts each pod holds, once nobody holds more than a fair share of them. */
  const dealt = (pods: number): Promise<Readonly<Record<string, string>>> =>
    page.api.until('what is stateful is dealt out evenly', deployed.held, (all) => {
      const boots = Object.values(all);
      const fair = Math.ceil(boots.length / pods);
      const each = Map.groupBy(boots, (boot) => boot);
      return (
        !boots.includes('') &&
        each.size === Math.min(pods, boots.length) &&
        [...each.values()].every((own) => own.length <= fair)
      );
    });

  test('one pod holds each stateful artifact, and each pod has its share', async () => {
    const all = await dealt(3);
    assert.deepEqual(Object.keys(all).toSorted(), ['inboundEndpoint/Deliveries', 'task/Count', 'task/Sweep']);
    const pods = (await deployed.pods()).map(({ metadata }) => metadata.name);
    for (const boot of Object.values(all)) assert.ok(pods.includes(podOf(boot)), boot);
  });

  test('what a killed pod held is held by another', async (t) => {
    const took = await killHolders(page, deployed, task, 3);
    if (took === undefined) return t.skip("the nodes' processes are not this machine's");
    figures.note('pod killed, its task held by another', spread(took), took.length);
    assert.ok(Math.min(...took) <= 5_000, spread(took));
  });

  test('what a deleted pod held is handed over', async () => {
    await deployed.ready(3);
    const boot = (await deployed.allHeld())[task]!;
    const began = performance.now();
    await deployed.remove(podOf(boot));
    await deployed.takenFrom(boot, task);
    const took = performance.now() - began;
    figures.note('pod deleted, its task handed over', spread([took]), 1);
    assert.ok(took <= 5_000, `${took} ms`);
  });

  test('an update loses no request and no run', async () => {
    const next = await page.image(2);
    await deployed.ready(3);
    const load = deployed.load(perSecond);
    await load.more(100);
    const begun = performance.now();
    await deployed.bring(next);
    await deployed.ready(3, next);
    await dealt(3);
    const ended = performance.now();
    const sent = await load.stop();
    figures.note(`a rolling update under ${perSecond} requests/s`, losses(sent).text, 1);
    assert.equal(losses(sent).count, 0, lostOf(sent));
    // Two tasks, each due once a second: once more each if the second has just begun.
    const due = 2 * Math.floor((ended - begun) / 1_000);
    const came = page.witness.seen.filter(({ key, at }) => key !== undefined && at >= begun && at <= ended).length;
    figures.note('scheduled runs during that update', `${came} came, ${due} to ${due + 2} were due`, 1);
    assert.ok(came >= due - 4, `${came} of ${due}`);
  });

  test('scaled from 3 to 5 and to 2, nothing is lost and what is stateful is dealt out again', async () => {
    await deployed.ready(3);
    const load = deployed.load(perSecond);
    await deployed.scale(5);
    await deployed.ready(5);
    await dealt(5);
    await deployed.scale(2);
    await deployed.ready(2);
    await dealt(2);
    const sent = await load.stop();
    figures.note('scaled from 3 to 5 and to 2', losses(sent).text, 1);
    assert.equal(losses(sent).count, 0, lostOf(sent));
  });

  test('the node of a holder crashes: another takes over', { skip: noNodeFaults }, async (t) => {
    if ((await workerNodes(page.api)).length < 2) return t.skip(oneNode);
    await deployed.scale(3);
    await deployed.ready(3);
    const boot = (await dealt(3))[task]!;
    const node = nodeOf(await podNamed(deployed, boot));
    const load = deployed.load(perSecond);
    await load.more(100);
    const crashing = performance.now();
    let took: number;
    {
      await using _down = await strike(page.api, node, 'crash');
      await deployed.takenFrom(boot, task);
      took = performance.now() - crashing;
      await load.more(perSecond * 15);
    }
    const sent = await load.stop();
    const window = errorWindow(losses(sent).own, crashing);
    figures.note('node crashed, its task held by another', spread([took]), 1);
    const requests = `${losses(sent).text}; the last one was sent ${(window / 1_000).toFixed(2)} s after`;
    figures.note('node crashed, requests', requests, 1);
    assert.ok(took <= 10_000, `${took} ms`);
  });

  test('no run of a task came twice in all of this', () => {
    const { runs, twice } = doubted(page.witness.seen);
    figures.note('scheduled runs that came twice, in all of this', `${twice} of ${runs}`, 1);
    assert.ok(runs > 0);
    assert.equal(twice, 0);
  });
});
