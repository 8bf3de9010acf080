/** What waits in the stores of a deployment, seen and changed from outside of the cluster. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import { Api } from './api.ts';
import { buildCommands, type Commands, type Said } from './commands.ts';
import { noLoader } from './deployed.ts';

const synapse = 'xmlns="http://ws.apache.org/ns/synapse"';
const JDBC = 'org.apache.synapse.message.store.impl.jdbc.JDBCMessageStore';
const files = {
  'Take.xml': `<api name="Take" context="/take" ${synapse}><resource methods="POST"><inSequence><store messageStore="Waiting"/><respond/></inSequence></resource></api>`,
  'Waiting.xml': `<messageStore name="Waiting" ${synapse}/>`,
  // Each pod has a file of its own: enough to see that a pod's own addresses are used.
  'Kept.xml': `<messageStore name="Kept" class="${JDBC}" ${synapse}><parameter name="store.jdbc.connection.url">jdbc:sqlite:/tmp/kept.db</parameter><parameter name="store.jdbc.create">true</parameter></messageStore>`,
};

let api: Api;
let commands: Commands;
before(async () => {
  if (noLoader === false) [api, commands] = await Promise.all([Api.open(), buildCommands()]);
});
after(() => commands?.[Symbol.dispose]());

function post(host: string, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const address = `${process.env['CLUSTER_INGRESS'] ?? `http://${api.host}`}/take`;
    const sent = request(address, { method: 'POST', headers: { host }, agent: false, timeout: 5_000 }, (answer) => {
      answer.resume().once('end', () => resolve(answer.statusCode ?? 0));
    });
    sent.once('timeout', () => sent.destroy(new Error('no answer in 5 s'))).once('error', reject);
    sent.end(body);
  });
}

test(
  'stores in the memory of pods, and those that pods reach, are looked into and emptied',
  { skip: noLoader },
  async (t) => {
    await using space = await api.namespace('stores');
    const at = `--namespace ${space.name}`;
    const host = `${randomBytes(3).toString('hex')}.test`;
    commands.project('till', '1', files);
    const deployed = await commands.gantry(
      `deploy till ${at} --replicas 2 --ingress-class test --host ${host} --load LOAD`,
    );
    assert.equal(deployed.code, 0, deployed.err);
    await api.until(
      'the Ingress leads to it',
      () => post(host, '{"n":0}'),
      (status) => status === 200,
    );
    const json = async (words: string, env?: Readonly<Record<string, string>>): Promise<any> => {
      const { code, out, err } = await commands.gantry(`store ${words} ${at} --format json`, env);
      assert.equal(code, 0, err);
      return JSON.parse(out);
    };
    const counts = async (): Promise<Record<string, number>> =>
      Object.fromEntries(
        (await json('list')).map((one: any) => [`${one.name} ${one.replica ?? ''}`.trim(), one.waiting]),
      );

    assert.ok((await json('purge Waiting')).purged >= 1);
    for (let n = 1; n <= 6; n++) assert.equal(await post(host, `{"n":${n}}`), 200);
    const began = performance.now();
    const before = await counts();
    t.diagnostic(`gantry store list of two pods: ${Math.round(performance.now() - began)} ms`);
    const pods = Object.keys(before).flatMap((key) => key.split(' ')[1] ?? []);
    const [first, second] = pods.toSorted() as [string, string];
    assert.deepEqual(Object.keys(before).sort(), ['Kept', `Waiting ${first}`, `Waiting ${second}`]);
    const [inFirst, inSecond] = [before[`Waiting ${first}`]!, before[`Waiting ${second}`]!];
    assert.equal(inFirst + inSecond, 6);

    const seen: readonly { readonly id: string; readonly body: string }[] = await json('browse Waiting');
    assert.deepEqual(
      seen.map(({ body }) => body),
      [1, 2, 3, 4, 5, 6].map((n) => `{"n":${n}}`),
    );
    assert.deepEqual(await json(`move Waiting --to Kept --replica ${first}`), { moved: inFirst });
    assert.deepEqual(await counts(), { Kept: inFirst, [`Waiting ${first}`]: 0, [`Waiting ${second}`]: inSecond });
    assert.equal((await json('browse Kept')).length, inFirst);
    if (inSecond > 0) {
      const [one] = (await json('browse Waiting --limit 1')) as [{ readonly id: string }];
      assert.deepEqual(await json(`move Waiting --to Kept --id ${one.id}`), { moved: 1 }, 'whichever pod has it');
    }
    await json('purge Waiting');
    await json('purge Kept');
    assert.deepEqual(await counts(), { Kept: 0, [`Waiting ${first}`]: 0, [`Waiting ${second}`]: 0 });

    const failed = async (words: string, env?: Readonly<Record<string, string>>): Promise<Said> => {
      const said = await commands.gantry(`store ${words} ${at}`, env);
      assert.equal(said.code, 1, said.out);
      return said;
    };
    assert.match((await failed('browse Nothing')).err, /There is no message store Nothing; there are .*Waiting/);
    assert.match((await failed('move Waiting --to Nowhere')).err, /no message store Nowhere/);
    assert.match((await failed('list --replica other')).err, new RegExp(`No replica other .*${first}, ${second}`));
    assert.match((await failed('list --deployment other')).err, /NOT_FOUND .*has no pod of a deployment "other"/);

    await t.test('with the rights to see pods and to run a command in them, and no less', async () => {
      const KUBECONFIG = await commands.kubeconfigOf(api, space.name, 'looker');
      const allow = async (resources: readonly string[], verbs: readonly string[]): Promise<void> => {
        const metadata = { name: `looker-${resources[0]!.replace('/', '-')}`, namespace: space.name };
        const group = 'rbac.authorization.k8s.io';
        const rules = [{ apiGroups: [''], resources, verbs }];
        await api.apply({ apiVersion: `${group}/v1`, kind: 'Role', metadata, rules });
        const roleRef = { apiGroup: group, kind: 'Role', name: metadata.name };
        const subjects = [{ kind: 'ServiceAccount', name: 'looker', namespace: space.name }];
        await api.apply({ apiVersion: `${group}/v1`, kind: 'RoleBinding', metadata, roleRef, subjects });
      };
      const till = '--deployment till';
      assert.match((await failed(`list ${till}`, { KUBECONFIG })).err, /cannot list pods .*resources: \["pods"\]/);
      await allow(['pods'], ['list']);
      const { err } = await failed(`list ${till}`, { KUBECONFIG });
      assert.match(
        err,
        /You may not look into pods in namespace .*resources: \["pods\/exec"\], verbs: \["get", "create"\]/,
      );
      await allow(['pods/exec'], ['get', 'create']);
      await api.until(
        'the rights are given',
        () => commands.gantry(`store list ${at} ${till}`, { KUBECONFIG }),
        ({ code }) => code === 0,
      );
    });

    await t.test('a deployment whose pods do not run is told, and how to find out why', async () => {
      const deployment = `/apis/apps/v1/namespaces/${space.name}/deployments/till`;
      await api.ask('PATCH', deployment, { spec: { replicas: 0 } }, 'application/merge-patch+json');
      const { err } = await api.until(
        'no pod runs any more',
        () => commands.gantry(`store list ${at}`),
        ({ code }) => code === 1,
      );
      assert.match(err, /NOT_RUNNING No pod of till runs\. gantry status till|has no pod of a deployment "till"/);
    });
  },
);
