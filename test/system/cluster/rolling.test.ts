/** Updates while it is used: nothing is lost. CLUSTER_ROLLS=10 for a figure worth quoting. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { noLoader } from './deployed.ts';
import { hearFarewells } from './farewells.ts';
import { latencies, lostOf, startLoad, type Sent } from './load.ts';
import { spread } from './spread.ts';
import { openTide, type Tide } from './tide.ts';
import { blame, large } from './witness.ts';

const rolls = Number(process.env['CLUSTER_ROLLS'] ?? 1);
const perSecond = Number(process.env['CLUSTER_LOAD'] ?? 100);

let tide: Tide;
before(async () => {
  if (noLoader === false) tide = await openTide();
});
after(() => tide?.[Symbol.asyncDispose]());

test(`${rolls} rolling updates at ${perSecond} requests/s lose nothing`, { skip: noLoader }, async (t) => {
  await using served = await tide.deploy('rolling', '--replicas', '3');
  await served.ready(3);
  const { ingress, nodePort } = served;
  await using load = startLoad({ doors: [ingress, nodePort], perSecond, path: '/tide/till' });
  await using farewells = hearFarewells(tide.api, served.namespace);
  const took: number[] = [];
  for (let n = 0; n < rolls; n++) {
    took.push(await served.roll());
    t.diagnostic(`update ${n + 1}: ${Math.round(took.at(-1)!)} ms; ${lostOf(load.sent)}`);
  }
  // The last pods serve on for a while after the update is through.
  await served.ready(3);
  const sent = await load.stop();
  const { ours, byIngress } = blame(sent, tide.witness.seen);
  t.diagnostic(`${rolls} rolling updates: ${lostOf(sent)}; ${latencies(sent)}`);
  t.diagnostic(`closed by the Ingress between two requests: ${byIngress.length}, at ${timesOf(byIngress)}`);
  const said = await farewells.stop();
  t.diagnostic(`last request after a pod was told to go: ${spread(said.map((one) => one.lastRequest ?? 0))}`);
  t.diagnostic(`handed over after it was told to go: ${spread(said.map((one) => one.handedOver))}`);
  assert.deepEqual(ours, []);
});

/** Of the day, to be compared with what the Ingress did then. */
function timesOf(sent: readonly Sent[]): string {
  return sent.map(({ at }) => new Date(performance.timeOrigin + at).toISOString().slice(11, 23)).join(', ');
}

test('what is in flight when its pod has to go is answered: slow, and large', { skip: noLoader }, async () => {
  await using served = await tide.deploy('slow', '--replicas', '2');
  await served.ready(2);
  const { url } = served.nodePort;
  const ask = async (path: string): Promise<number> => (await (await fetch(`${url}${path}`)).bytes()).length;
  const begun = tide.witness.seen.length;
  const slow = Array.from({ length: 6 }, () => ask('/tide/slow'));
  const streams = Array.from({ length: 6 }, () => ask('/tide/large'));
  await tide.api.until(
    'all are in flight',
    async () => tide.witness.seen.slice(begun).filter(({ path }) => path === '/slow' || path === '/large').length,
    (count) => count === 12,
    10,
  );
  await Promise.all((await served.pods()).map((pod) => served.remove(pod)));
  assert.ok((await Promise.all(slow)).every((length) => length > 0));
  assert.deepEqual(new Set(await Promise.all(streams)), new Set([large.parts * large.bytes]));
});
