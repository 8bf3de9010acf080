/**
 * Pods that go, or are killed, while they are used. CLUSTER_DELETES, CLUSTER_KILLS and CLUSTER_STARTS say how often, for
 * figures worth quoting.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { ApiObject } from './api.ts';
import { noLoader, podOf, processOf, processStart } from './deployed.ts';
import { hearFarewells } from './farewells.ts';
import { errorWindow, latencies, lostOf, startLoad, type Sent } from './load.ts';
import { spread } from './spread.ts';
import { openTide, type Served, type Tide } from './tide.ts';
import { blame, doubted } from './witness.ts';

const perSecond = Number(process.env['CLUSTER_LOAD'] ?? 100);
const times = (name: string, short: number): number => Number(process.env[name] ?? short);

let tide: Tide;
before(async () => {
  if (noLoader === false) tide = await openTide();
});
after(() => tide?.[Symbol.asyncDispose]());

test('pods that are deleted hand over at once and lose no request', { skip: noLoader }, async (t) => {
  await using served = await tide.deploy('deleted', '--replicas', '3');
  await using load = startLoad({ doors: doorsOf(await started(served)), perSecond, path: '/tide/till' });
  await using farewells = hearFarewells(tide.api, served.namespace);
  const took: number[] = [];
  const count = times('CLUSTER_DELETES', 2);
  for (let n = 0; n < count; n++) {
    const [boot] = Object.values(await served.allHeld());
    const pod = await podNamed(served, boot!);
    const began = performance.now();
    await served.remove(pod);
    await served.heldWithout(boot!);
    took.push(performance.now() - began);
    await served.ready(3);
  }
  const sent = await load.stop();
  const { ours, byIngress } = blame(sent, tide.witness.seen);
  t.diagnostic(`${count} pods deleted: ${lostOf(sent)}; ${latencies(sent)}`);
  t.diagnostic(`closed by the Ingress between two requests: ${byIngress.length}`);
  const said = (await farewells.stop()).map(({ handedOver }) => handedOver);
  t.diagnostic(`handed over after SIGTERM: ${spread(said)}; seen by others after the deletion: ${spread(took)}`);
  assert.deepEqual(ours, []);
  // Target 0.5 s; a busy machine is given time.
  assert.ok(Math.max(...said) < 15_000, `handed over after ${spread(said)}`);
});

test('a container that is killed loses what was in flight on it', { skip: noLoader }, async (t) => {
  await using served = await tide.deploy('killed', '--replicas', '3');
  await started(served);
  const half = { perSecond: perSecond / 2, path: '/tide/till' };
  await using ingress = startLoad({ ...half, doors: [served.ingress] });
  await using nodePort = startLoad({ ...half, doors: [served.nodePort] });
  const kills: Kill[] = [];
  const took: number[] = [];
  const count = times('CLUSTER_KILLS', 2);
  for (let n = 0; n < count; n++) {
    const [boot] = Object.values(await served.allHeld());
    const pod = await podNamed(served, boot!);
    const pid = processOf(pod.metadata.uid!);
    if (pid === undefined) return t.skip("the nodes' processes are not this machine's");
    process.kill(pid, 'SIGKILL');
    const at = performance.now();
    await hasEnded(pid);
    kills.push({ at, gone: performance.now() });
    await served.heldWithout(boot!);
    took.push(performance.now() - at);
    await served.ready(3);
    // Another pod for the next time: a container that ends again and again is started ever later.
    await served.remove(pod);
    await served.ready(3);
  }
  const [sent, direct] = [await ingress.stop(), await nodePort.stop()];
  const { ours } = blame(sent, tide.witness.seen);
  const isUnderWay = (one: Sent): boolean => kills.some((kill) => wasUnderWay(one, kill));
  const ends = kills.map(({ at, gone }) => gone - at);
  const beyond = ours.filter((one) => !isUnderWay(one)).length;
  t.diagnostic(
    `${count} containers killed, Ingress: ${ours.length} lost, ${beyond} of them not under way; ${lostOf(sent)}`,
  );
  t.diagnostic(
    `under way to all three pods then: ${sent.filter(isUnderWay).length}; until it was gone: ${spread(ends)}`,
  );
  const windows = kills.map(({ at }) => errorWindow(near(direct, at), at));
  t.diagnostic(`NodePort, where nobody asks another pod: ${lostOf(direct)}; the last after ${spread(windows)}`);
  t.diagnostic(`held again: ${spread(took)}`);
  tellDoubts((text) => t.diagnostic(text));
  // An Ingress on a busy machine may take a moment to leave it alone.
  const later = ours.filter(({ at }) => !kills.some(({ gone }) => at <= gone + 5_000));
  assert.deepEqual(later, [], 'nothing is lost later on');
});

interface Kill {
  readonly at: number;
  /** Its memory is given back before its sockets are: so long it seems to take requests. */
  readonly gone: number;
}

/** It had been sent and was not answered; a moment is allowed for what the Ingress sends before it sees the end. */
function wasUnderWay({ at, tookMs }: Sent, kill: Kill): boolean {
  return at <= kill.gone + 20 && at + tookMs >= kill.at;
}

async function hasEnded(pid: number): Promise<void> {
  const isThere = (): boolean => {
    try {
      return !/\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
    } catch {
      return false;
    }
  };
  while (isThere()) await new Promise((again) => setTimeout(again, 1));
}

function near(sent: readonly Sent[], moment: number): readonly Sent[] {
  return sent.filter(({ at }) => Math.abs(at - moment) < 10_000);
}

test('evictions, as a drained node asks for them, lose no request', { skip: noLoader }, async (t) => {
  await using served = await tide.deploy('evicted', '--replicas', '2');
  await using load = startLoad({ doors: doorsOf(await started(served, 2)), perSecond, path: '/tide/till' });
  const before = await served.pods();
  let refused = 0;
  for (const pod of before) {
    await tide.api.until(
      `${pod.metadata.name} is evicted`,
      () => evict(pod),
      (status) => {
        if (status === 429) refused++;
        return status < 300;
      },
    );
  }
  await served.ready(2);
  const sent = await load.stop();
  t.diagnostic(`two evictions at once: refused ${refused} times until the first was replaced; ${lostOf(sent)}`);
  assert.ok(refused > 0, 'the budget holds the second one back');
  assert.deepEqual(blame(sent, tide.witness.seen).ours, []);
});

async function evict({ metadata: { name, namespace } }: ApiObject): Promise<number> {
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/eviction`;
  const { status } = await tide.api.ask('POST', path, {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name, namespace },
  });
  return status;
}

test('from the start of the container to ready', { skip: noLoader }, async (t) => {
  await using served = await tide.deploy('starts', '--replicas', '3');
  await started(served);
  const tookMs: number[] = [];
  const count = times('CLUSTER_STARTS', 3);
  for (let n = 0; n < count; n++) {
    const [old] = await served.pods();
    const known = new Set((await served.pods()).map(({ metadata }) => metadata.uid));
    await served.remove(old!, 0);
    const fresh = (await served.ready(3)).find(({ metadata }) => !known.has(metadata.uid))!;
    const pid = processOf(fresh.metadata.uid!);
    if (pid === undefined) return t.skip("the nodes' processes are not this machine's");
    const path = `/api/v1/namespaces/${served.namespace}/pods/${fresh.metadata.name}/log?timestamps=true`;
    const ready = /^(\S+) ready on port/m.exec(String(await tide.api.get(path)))![1]!;
    tookMs.push(Date.parse(ready) - processStart(pid));
  }
  t.diagnostic(`process start to ready, joining through the API server included: ${spread(tookMs)}`);
});

/** Every pod is ready, and each task is held. */
async function started(served: Served, count = 3): Promise<Served> {
  await served.ready(count);
  await served.allHeld();
  return served;
}

function doorsOf({ ingress, nodePort }: Served): Served['ingress'][] {
  return [ingress, nodePort];
}

async function podNamed(served: Served, boot: string): Promise<ApiObject> {
  return (await served.pods()).find(({ metadata }) => metadata.name === podOf(boot))!;
}

function tellDoubts(tell: (text: string) => void): void {
  const { runs, twice, stale } = doubted(tide.witness.seen);
  tell(`${runs} scheduled runs: ${twice} came twice, ${stale} with an old token`);
  assert.deepEqual({ twice, stale }, { twice: 0, stale: 0 });
}
