/** Members in processes of their own, with the API server as their arbiter, and what they do when it or one of them fails. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import {
  leaseSelector,
  toRecord,
  type KubernetesObject,
} from '../../../src/coordination/arbiters/kubernetes/objects.ts';
import { openKubernetesEvents } from '../../../src/coordination/arbiters/kubernetes/open.ts';
import type { MemberRecord } from '../../../src/coordination/index.ts';
import { silentLogger } from '../../../src/log.ts';
import { noCluster, openNamespace, type TestNamespace } from './cluster.ts';
import { Link } from './link.ts';
import { Replicas } from './replicas.ts';

const pods = ['pod-1', 'pod-2', 'pod-3'];
let deployments = 0;

describe('coordination on Kubernetes', { skip: noCluster, timeout: 240_000 }, () => {
  let namespace: TestNamespace;
  const names = Array.from({ length: 10 }, (_, i) => `orders-${i}`);
  before(async () => {
    namespace = await openNamespace(names);
  });
  after(() => namespace[Symbol.asyncDispose]());

  /** Three replicas with six artifacts, each with a link of its own to the API server, once their work is even. */
  async function scene() {
    const deployment = names[deployments++]!;
    const stack = new AsyncDisposableStack();
    const links = new Map<string, Link>();
    for (const pod of pods) links.set(pod, stack.use(await Link.open(namespace.host, namespace.port)));
    const replicas = stack.use(new Replicas({ deployment, artifacts: 6, members: pods.length }));
    for (const pod of pods) replicas.start(pod, namespace.kubeconfig(links.get(pod)!.port));
    await replicas.settled(pods);
    return {
      deployment,
      replicas,
      link: (pod: string): Link => links.get(pod)!,
      links: [...links.values()],
      events: (type: string) => replicas.count((told) => told.what === 'event' && told.type === type),
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  }

  test('what a killed process held is at work elsewhere, under higher tokens, and nothing else moves', async () => {
    await using stage = await scene();
    const { replicas } = stage;
    const before = new Map(replicas.holders);
    const orphans = replicas.heldBy('pod-2');
    await replicas.signal('pod-2', 'SIGKILL');
    await replicas.until(() => orphans.every((one) => replicas.holders.get(one)?.pod !== 'pod-2'));
    for (const [artifact, { pod, token }] of replicas.holders) {
      const was = before.get(artifact)!;
      if (orphans.includes(artifact)) assert.ok(token > was.token, `${artifact} went from ${was.token} to ${token}`);
      else assert.deepEqual({ pod, token }, was);
    }
  });

  test('a process that stops gives everything away first and leaves no lease that lives', async () => {
    await using stage = await scene();
    const { replicas } = stage;
    const given = replicas.heldBy('pod-1');
    await replicas.signal('pod-1', 'SIGTERM');
    await replicas.until(() => given.every((one) => ![undefined, 'pod-1'].includes(replicas.holders.get(one)?.pod)));
    assert.equal(stage.events('revoked'), 0);
    const { items } = await namespace.ask<{ items: KubernetesObject[] }>(
      'GET',
      `/apis/coordination.k8s.io/v1/namespaces/${namespace.name}/leases?labelSelector=${leaseSelector(stage.deployment)}`,
    );
    const members = items.map((item) => toRecord(item)!.value as MemberRecord);
    const live = members.filter(({ state }) => state !== 'revoked').map(({ pod }) => pod);
    assert.deepEqual(new Set(live), new Set(['pod-2', 'pod-3']));
  });

  test('an API server that is frozen for 800 ms moves nothing', async () => {
    await using stage = await scene();
    const holders = stage.replicas.list();
    for (const link of stage.links) link.freeze();
    await wait(800);
    for (const link of stage.links) link.open();
    await stage.replicas.renewals(pods, 8);
    // A lease may have run out for an instant: then its artifacts stopped and began again, under the same tokens.
    await stage.replicas.until(() => stage.replicas.holders.size === holders.length);
    assert.deepEqual(stage.replicas.list(), holders);
    assert.equal(stage.events('revoked'), 0);
  });

  test('an API server that ends and comes back revokes nobody: all go on with what they had', async () => {
    await using stage = await scene();
    const { replicas } = stage;
    const holders = replicas.list();
    for (const link of stage.links) link.break();
    await replicas.until(() => replicas.holders.size === 0);
    for (const link of stage.links) link.open();
    await replicas.until(() => replicas.holders.size === holders.length);
    await replicas.renewals(pods, 8);
    assert.deepEqual(replicas.list(), holders);
    assert.equal(stage.events('revoked'), 0);
  });

  test('a process that is cut off stops by itself, before others begin', async () => {
    await using stage = await scene();
    const { replicas } = stage;
    const orphans = replicas.heldBy('pod-3');
    const stillAtWork = new Set(orphans);
    stage.link('pod-3').swallow();
    // holders forgets an artifact when its holder says that it ended; a successor that begins before takes its place.
    await replicas.until(() => {
      for (const one of stillAtWork) {
        const by = replicas.holders.get(one);
        if (by === undefined) stillAtWork.delete(one);
        else assert.equal(by.pod, 'pod-3', `${one} began elsewhere while pod-3 was at work`);
      }
      return stillAtWork.size === 0;
    });
    await replicas.until(() => orphans.every((one) => replicas.holders.has(one)));
    assert.deepEqual(replicas.heldBy('pod-3'), []);
    stage.link('pod-3').open();
    await replicas.settled(pods);
    assert.equal(stage.events('rejoined'), 1);
  });

  test('what happens to a member is an event of the cluster', async () => {
    const context = { deployment: names[0]!, log: silentLogger };
    const env = { KUBECONFIG: namespace.kubeconfig() };
    await using events = await openKubernetesEvents('kubernetes', context, env);
    const event = { time: Date.now(), pod: 'pod-1', boot: 'pod-1.07c1', reason: 'its holder was silent' };
    events.take({ ...event, type: 'acquired', artifact: 'task/nightly', token: 7 });
    const path = `/apis/events.k8s.io/v1/namespaces/${namespace.name}/events`;
    let found: { note: string; reason: string; regarding: { kind: string } } | undefined;
    while (!found) [found] = (await namespace.ask<{ items: (typeof found & object)[] }>('GET', path)).items;
    assert.equal(found.note, 'task/nightly, token 7: its holder was silent');
    assert.equal(found.reason, 'Acquired');
    assert.equal(found.regarding.kind, 'ConfigMap');
  });

  test('two deployments in one namespace do not see each other', async () => {
    await using stage = await scene();
    await using other = await scene();
    assert.equal(other.replicas.holders.size, 6);
    await other.replicas.signal('pod-1', 'SIGKILL');
    await other.replicas.until(() => [...other.replicas.holders.values()].every(({ pod }) => pod !== 'pod-1'));
    await stage.replicas.renewals(pods, 2);
    assert.equal(stage.replicas.holders.size, 6);
    assert.equal(stage.events('revoked'), 0);
  });
});
