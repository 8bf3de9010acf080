import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importFiles, type Imported, type ImportRequest } from './import.ts';

function run(text: string, request: ImportRequest = {}, name = 'values.yaml'): Promise<Imported> {
  return importFiles([{ name, text }], request);
}

/** "10:3 unknown spec.replica" */
const said = ({ lines }: Imported): string[] =>
  lines.map(({ at, verdict, path }) => `${at.line}:${at.column} ${verdict} ${path}`);

const vendor = `apiVersion: integration.wso2.com/v1alpha1
kind: Integration
metadata: {name: hello}
spec:
  replicas: 2
  image: acme/hello:1.0
  imagePullSecret: regcred
  inboundPorts: [8290, 8285]
  replica: 3
  env:
    - {name: URL, value: 8}
    - {name: PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}
    - {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
`;

test("an Integration of the vendor's operator becomes one of ours, and each field is answered for where it stands", async () => {
  const imported = await run(vendor);
  assert.deepEqual(imported.problems, []);
  assert.deepEqual(JSON.parse(JSON.stringify(imported.objects)), [
    {
      apiVersion: 'gantry.dev/v1alpha1',
      kind: 'Integration',
      metadata: { name: 'hello' },
      spec: {
        artifact: { image: 'acme/hello:1.0' },
        imagePullSecrets: ['regcred'],
        env: [
          { name: 'URL', value: '8' },
          { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } },
        ],
        replicas: 2,
      },
    },
  ]);
  assert.deepEqual(said(imported), [
    '1:1 not needed apiVersion',
    '2:1 not needed kind',
    '3:12 taken metadata.name',
    '5:3 taken spec.replicas',
    '6:3 to do spec.image',
    '7:3 renamed spec.imagePullSecret',
    '8:3 to do spec.inboundPorts',
    '9:3 unknown spec.replica',
    '10:3 taken spec.env',
    '10:3 taken spec.env',
    '10:3 to do spec.env',
  ]);
  assert.match(imported.lines.find(({ verdict }) => verdict === 'unknown')!.text, /Did you mean spec\.replicas\?/);
});

test("the operator's own ConfigMap decides how they are reached", async () => {
  const { objects } = await run(
    `${vendor}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: ei-operator-config}\ndata: {host: wso2ei, autoIngressCreation: "true"}\n`,
  );
  assert.deepEqual((objects[0]!['spec'] as { expose: object }).expose, { host: 'wso2ei', type: 'Ingress' });
});

test('values of the chart become an Integration called as the file, with the image that was made for it', async () => {
  const imported = await run(
    `containerRegistry: r.example.com
wso2:
  ingress: {enabled: true, ingressClassName: nginx, tlsSecret: ""}
  gatewayAPI: {enabled: false, gatewayName: envoy}
  config:
    coordination: {nodeId: a, rdbms: {url: b}}
    keyStore: {primary: {password: secret}}
  deployment:
    hostname: orders.example.com
    image: {repository: acme/orders, tag: "1.2", pullPolicy: Always}
    hpa: {enabled: true, minReplicas: 1, maxReplicas: 2}
    envs: {backend: "http://b"}
    resorces: {requests: {cpu: 1}}
    nodeSelector: {key: value, disk: ssd}
`,
    { image: 'orders:9' },
    'deploy/Orders_values.yaml',
  );
  assert.deepEqual(JSON.parse(JSON.stringify(imported.objects[0])), {
    apiVersion: 'gantry.dev/v1alpha1',
    kind: 'Integration',
    metadata: { name: 'orders-values' },
    spec: {
      artifact: { image: 'orders:9' },
      imagePullPolicy: 'Always',
      env: [{ name: 'backend', value: 'http://b' }],
      podTemplate: { nodeSelector: { disk: 'ssd' } },
      autoscaling: { minReplicas: 2, maxReplicas: 3 },
      expose: { type: 'Ingress', ingressClassName: 'nginx', host: 'orders.example.com' },
    },
  });
  const lines = said(imported);
  assert.ok(lines.includes('6:20 not needed wso2.config.coordination.*'), lines.join('\n'));
  assert.ok(lines.includes('7:26 to do wso2.config.keyStore.*'), lines.join('\n'));
  assert.ok(lines.includes('13:27 unknown wso2.deployment.resorces.requests.cpu'), lines.join('\n'));
  assert.ok(!lines.some((line) => line.includes('to do wso2.deployment.image')), lines.join('\n'));
});

test('what is no YAML, no map, and nothing that can be imported is a problem with its place', async () => {
  const codes = async (text: string): Promise<string[]> =>
    (await run(text)).problems.map(({ code, at }) => `${code} ${at.line}:${at.column}`);
  assert.deepEqual(await codes('a: b\n c: d\n'), ['BAD_YAML 1:4']);
  assert.deepEqual(await codes('\n- a\n'), ['NOT_AN_OBJECT 2:1']);
  assert.deepEqual(await codes('apiVersion: v1\nkind: Pod\n'), ['NOT_IMPORTED 1:1']);
  assert.deepEqual(await codes('# ours\napiVersion: gantry.dev/v1alpha1\nkind: Integration\n'), [
    'IMPORTED_ALREADY 2:1',
  ]);
  assert.deepEqual(await codes('wso2: {deployment: {replicas: 2}}\n'), ['NO_IMAGE 1:1']);
});

test('a name that no pod can have is changed, and that is said', async () => {
  const { objects, lines } = await run(vendor.replace('name: hello}', 'name: My.Hello}'));
  assert.equal((objects[0]!['metadata'] as { name: string }).name, 'my-hello');
  assert.match(lines.at(-1)!.text, /my-hello: at most 40 characters/);
});
