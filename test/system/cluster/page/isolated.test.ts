/**
 * "Isolation": POD 1 in several replicas for the requests, POD 2 and POD 3 with a task each. A lost pod must start
 * again before its task runs; a cut-off one must not run it beside its replacement.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { noLoader, podOf } from '../deployed.ts';
import { lostOf } from '../load.ts';
import { strike, noNodeFaults } from '../node-faults.ts';
import { doubted } from '../witness.ts';
import { killHolders, podNamed } from './faults.ts';
import { nodeOf, oneNode, workerNodes, openPage, type Deployed, type Page } from './page.ts';
import { Figures, losses, spread } from './table.ts';

const task = 'task/Sweep';

describe('isolation', { skip: noLoader }, () => {
  const figures = new Figures('isolation');
  let page: Page;
  let deployed: Deployed;
  before(async () => {
    page = await openPage('isolated');
    const groups = ['--isolate', 'sweep=Sweep', '--isolate', 'count=Count'];
    deployed = await page.deploy(await page.image(1), '--replicas', '2', ...groups);
    await deployed.ready(4);
    await deployed.serving();
  });
  after(async () => {
    await deployed?.[Symbol.asyncDispose]();
    await page?.[Symbol.asyncDispose]();
    figures.tell();
  });

  test('POD 2 and POD 3 hold their own task and nothing else', async () => {
    const all = await deployed.allHeld();
    for (const [artifact, boot] of Object.entries(all)) {
      const group = /^depot-(sweep|count)-/.exec(boot)?.[1];
      assert.equal(group, { 'task/Sweep': 'sweep', 'task/Count': 'count' }[artifact], `${artifact} is held by ${boot}`);
    }
  });

  test('POD 1 alone answers requests, and POD 2 takes none of them with it', async () => {
    const load = deployed.load(100);
    await load.more(200);
    const boot = (await deployed.allHeld())[task]!;
    await deployed.remove(podOf(boot));
    await deployed.takenFrom(boot, task);
    await load.more(200);
    const sent = await load.stop();
    assert.equal(losses(sent).count, 0, lostOf(sent));
    const pods = [...new Set(sent.map(({ pod }) => pod))];
    assert.equal(pods.length, 2);
    for (const pod of pods) assert.doesNotMatch(pod!, /^depot-(sweep|count)-/);
  });

  test('what a killed pod held is held again when it is back', async (t) => {
    const took = await killHolders(page, deployed, task, 4);
    if (took === undefined) return t.skip("the nodes' processes are not this machine's");
    figures.note('POD 2 killed, until its task is held again', spread(took), took.length);
    assert.ok(Math.min(...took) <= 10_000, spread(took));
  });

  test('the node of POD 2 crashes: it comes up on another one', { skip: noNodeFaults }, async (t) => {
    if ((await workerNodes(page.api)).length < 2) return t.skip(oneNode);
    await deployed.ready(4);
    const boot = (await deployed.allHeld())[task]!;
    const node = nodeOf(await podNamed(deployed, boot));
    const began = performance.now();
    let took: number;
    {
      await using _down = await strike(page.api, node, 'crash');
      await deployed.takenFrom(boot, task);
      took = performance.now() - began;
    }
    figures.note(
      'node of POD 2 crashed, until its task is held again (Kubernetes by itself: 352.9 s)',
      spread([took]),
      1,
    );
    // The target is 75 s; Kubernetes alone takes 40 to 60 of them until it calls the node lost.
    assert.ok(took <= 150_000, `${took} ms`);
  });

  test('no run of a task came twice in all of this', () => {
    const { runs, twice } = doubted(page.witness.seen);
    figures.note('scheduled runs that came twice, in all of this', `${twice} of ${runs}`, 1);
    assert.ok(runs > 0);
    assert.equal(twice, 0);
  });
});
