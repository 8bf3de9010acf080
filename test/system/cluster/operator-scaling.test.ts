/** Who says how many replicas an Integration has: its spec, an autoscaler, or KEDA. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { noLoader } from './deployed.ts';
import { openOperated, type Operated } from './operated.ts';

const greeting = `<api xmlns="http://ws.apache.org/ns/synapse" name="Greeting" context="/greeting">
  <resource methods="GET" uri-template="/"><inSequence><respond/></inSequence></resource>
</api>
`;
const parcels = `<inboundEndpoint xmlns="http://ws.apache.org/ns/synapse" name="Parcels" protocol="rabbitmq" sequence="unpack" suspend="false">
  <parameters>
    <parameter name="scale">shared</parameter>
    <parameter name="rabbitmq.server.host.name">127.0.0.1</parameter>
    <parameter name="rabbitmq.queue.name">parcels</parameter>
  </parameters>
</inboundEndpoint>
`;
const unpack = '<sequence xmlns="http://ws.apache.org/ns/synapse" name="unpack"><drop/></sequence>';

let operated: Operated;
before(async () => {
  if (noLoader === false) operated = await openOperated('scaling', ['runtime']);
});
after(() => operated?.[Symbol.asyncDispose]());

/** A ConfigMap with these files, and an Integration that runs them. */
async function run(name: string, data: Readonly<Record<string, string>>, spec: object): Promise<void> {
  const { api, namespace, integration } = operated;
  const files = `${name}-files`;
  await api.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: files, namespace }, data });
  await api.apply(integration(name, { artifact: { configMap: { name: files } }, ...spec }));
}

test('an autoscaler takes over where the number of replicas is, not from one', { skip: noLoader }, async () => {
  const { api, namespace, until } = operated;
  await run('grows', { 'Greeting.xml': greeting }, { replicas: 3 });
  await until('grows', 'Ready', 'Serving');
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/grows`;
  const { generation } = (await api.get(path)).metadata;
  await run('grows', { 'Greeting.xml': greeting }, { autoscaling: { minReplicas: 2, maxReplicas: 5 } });
  const hpa = `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers/grows`;
  await api.until(
    'there is an autoscaler',
    () => api.ask('GET', hpa),
    ({ status }) => status === 200,
  );
  await until('grows', 'Ready', 'Serving');
  const { metadata, spec } = await api.get(path);
  assert.deepEqual([spec.replicas, metadata.generation], [3, generation]);
});

test('an Integration that asks for KEDA where there is none is told so', { skip: noLoader }, async (t) => {
  const { api, namespace, until } = operated;
  if ((await api.ask('GET', '/apis/keda.sh/v1alpha1')).status === 200) return t.skip('this cluster has KEDA');
  const autoscaling = { maxReplicas: 5, followQueues: true };
  await run('depot', { 'Parcels.xml': parcels, 'unpack.xml': unpack }, { autoscaling });
  const { status } = await until('depot', 'Ready', 'KindMissing');
  const said = status!.conditions!.find(({ type }) => type === 'Ready')!.message;
  assert.match(said, /no (ScaledObject|TriggerAuthentication) \(keda\.sh\/v1alpha1\)\. Install KEDA/);
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/depot`;
  assert.equal((await api.ask('GET', path)).status, 404);
});
