/** The whole path of `gantry deploy --push`: an image made here, sent to a registry, pulled by the nodes, and serving. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Api } from './api.ts';
import { buildCommands, type Commands } from './commands.ts';
import { podsOf } from './deployed.ts';
import { noRegistry, startRegistry, type Registry } from './registry.ts';

let api: Api;
let commands: Commands;
let registry: Registry;
before(async () => {
  if (noRegistry !== false) return;
  [api, commands, registry] = await Promise.all([Api.open(), buildCommands(), startRegistry()]);
});
after(async () => {
  await registry?.[Symbol.asyncDispose]();
  commands?.[Symbol.dispose]();
});

/** "pushed 127.0.0.1:40000/acme/x:1: 0.1 MB of 55.3 MB", in megabytes. */
function pushedIn(text: string): { readonly image: string; readonly sent: number; readonly of: number } {
  const [, image, sent, of] = /^pushed (\S+): ([\d.]+) MB of ([\d.]+) MB$/m.exec(text) ?? [];
  assert.ok(image !== undefined, text);
  return { image, sent: Number(sent), of: Number(of) };
}

test(
  'deployed by --push: the nodes pull it by its digest, and after a change only that is sent',
  { skip: noRegistry },
  async (t) => {
    await using space = await api.namespace('pushed');
    // Another run may have left a node an image of the same name.
    const name = `pushed-${randomBytes(3).toString('hex')}`;
    const line = `deploy ${name} --namespace ${space.name} --replicas 3 --push ${registry.address}/acme`;
    const imagesOfPods = async (): Promise<readonly string[]> => {
      const pods = await podsOf(api, space.name);
      const staying = pods.filter(({ metadata }) => metadata['deletionTimestamp' as never] === undefined);
      return [...new Set(staying.map((pod) => pod['spec'].containers[0].image as string))];
    };
    const answer = (): Promise<{ status: number; body: any }> =>
      api.ask('GET', `/api/v1/namespaces/${space.name}/services/http:${name}:80/proxy/${name}/`);

    commands.project(name, '1');
    const began = performance.now();
    const first = await commands.gantry(line);
    assert.equal(first.code, 0, first.err + first.out);
    t.diagnostic(`made, pushed, pulled by three nodes and serving after ${Math.round(performance.now() - began)} ms`);
    const whole = pushedIn(first.err);
    assert.equal(whole.sent, whole.of);
    const [image, ...others] = await imagesOfPods();
    assert.deepEqual(others, []);
    assert.match(image!, new RegExp(`^${registry.address}/acme/${name}@sha256:[0-9a-f]{64}$`));
    assert.equal((await answer()).body.version, '1');

    commands.project(name, '2');
    const again = performance.now();
    const second = await commands.gantry(line);
    assert.equal(second.code, 0, second.err + second.out);
    const { sent } = pushedIn(second.err);
    t.diagnostic(
      `changed: ${sent} MB of ${whole.of} MB sent, serving after ${Math.round(performance.now() - again)} ms`,
    );
    assert.ok(sent <= 0.2, `${sent} MB`);
    await api.until(
      'the new version alone answers',
      answer,
      ({ status, body }) => status === 200 && body.version === '2',
    );
    const [now] = await imagesOfPods();
    assert.notEqual(now, image);
  },
);

test('an image that the registry does not have is said to be missing', { skip: noRegistry }, async () => {
  await using space = await api.namespace('unpushed');
  commands.project('absent', '1');
  const none = `${registry.address}/acme/absent:1`;
  const failed = await commands.gantry(`deploy absent --namespace ${space.name} --replicas 1 --image ${none} --atomic`);
  assert.equal(failed.code, 3, failed.err + failed.out);
  assert.match(failed.out, /IMAGE_NOT_PULLED absent-\S+: \S+\/acme\/absent:1 cannot be pulled/);
  const { items } = await api.get(`/apis/apps/v1/namespaces/${space.name}/deployments`);
  assert.deepEqual(items, []);
});
