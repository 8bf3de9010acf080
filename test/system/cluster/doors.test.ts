/** An inbound endpoint's own port, asked through the Service of its deployment, until every pod has answered there. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Api } from './api.ts';
import { buildCommands, type Commands } from './commands.ts';
import { isReady, noLoader, podsOf } from './deployed.ts';
import { openOperated, type Operated } from './operated.ts';

const port = 8285;
const files: Readonly<Record<string, string>> = {
  'Gangway.xml': `<inboundEndpoint xmlns="http://ws.apache.org/ns/synapse" name="Gangway" protocol="http" sequence="whoAnswers" onError="fault" suspend="false">
  <parameters><parameter name="inbound.http.port">${port}</parameter></parameters>
</inboundEndpoint>
`,
  'whoAnswers.xml': `<sequence xmlns="http://ws.apache.org/ns/synapse" name="whoAnswers">
  <payloadFactory media-type="json"><format>{"pod": "$1"}</format><args><arg expression="get-property('system', 'HOSTNAME')"/></args></payloadFactory>
  <respond/>
</sequence>
`,
};

let api: Api;
let commands: Commands;
let operated: Operated;
before(async () => {
  if (noLoader !== false) return;
  [api, commands] = await Promise.all([Api.open(), buildCommands()]);
  operated = await openOperated('doors', ['runtime']);
});
after(async () => {
  await operated?.[Symbol.asyncDispose]();
  commands?.[Symbol.dispose]();
});

/** The API server picks one of the Service's endpoints for each request. */
async function everyPodAnswers(namespace: string, service: string): Promise<void> {
  const pods = (await podsOf(api, namespace)).filter(
    (pod) => isReady(pod) && pod.metadata.labels?.['app.kubernetes.io/instance'] === service,
  );
  const names = pods.map(({ metadata }) => metadata.name).toSorted();
  assert.equal(names.length, 3);
  const answered = new Set<string>();
  await api.until(
    `three pods answer on port ${port} of Service ${service}`,
    async () => {
      const path = `/api/v1/namespaces/${namespace}/services/http:${service}:${port}/proxy/`;
      const { status, body } = await api.ask('GET', path);
      if (status === 200) answered.add(body.pod as string);
      return [...answered].toSorted();
    },
    (seen) => seen.join() === names.join(),
    20,
  );
}

test('deployed by a command, three pods answer on the port of an inbound endpoint', { skip: noLoader }, async () => {
  await using space = await api.namespace('door');
  commands.project('gate', '1', files);
  const done = await commands.gantry(`deploy gate --namespace ${space.name} --replicas 3 --load LOAD`);
  assert.equal(done.code, 0, done.err + done.out);
  await everyPodAnswers(space.name, 'gate');
});

test('so they do for an Integration', { skip: noLoader }, async () => {
  const { namespace, integration, until } = operated;
  const metadata = { name: 'gate-files', namespace };
  await api.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: files });
  await api.apply(integration('gate', { artifact: { configMap: { name: 'gate-files' } }, replicas: 3 }));
  await until('gate', 'Ready', 'Serving');
  await everyPodAnswers(namespace, 'gate');
});
