/** The kind Integration, held against a real API server: what is good is taken whole, what is bad is refused in words. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { customResource, plain } from '../../../src/deploy/kubernetes/index.ts';
import { Api, noCluster, type ApiObject } from './api.ts';

let api: Api;
let namespace: Awaited<ReturnType<Api['namespace']>>;
before(async () => {
  if (noCluster !== false) return;
  api = await Api.open();
  await api.apply(plain(customResource()) as unknown as ApiObject);
  await api.until(
    'the kind is established',
    () => api.ask('GET', '/apis/gantry.dev/v1alpha1'),
    ({ status, body }) => status === 200 && body.resources.length > 0,
  );
  namespace = await api.namespace('crd');
});
after(() => namespace?.[Symbol.asyncDispose]());

const artifact = { image: 'example.com/orders:1' };

function integration(spec: object, name = 'orders'): ApiObject {
  return {
    apiVersion: 'gantry.dev/v1alpha1',
    kind: 'Integration',
    metadata: { name, namespace: namespace.name },
    spec,
  };
}

test('an Integration with everything in it is taken, and every field of it kept', { skip: noCluster }, async () => {
  const spec = {
    artifact,
    pattern: 'Isolated',
    replicas: 3,
    isolate: [{ group: 'night', artifacts: ['nightly'] }],
    expose: { type: 'Ingress', host: '*.example.com', ingressClassName: 'test', tlsSecretName: 'cert' },
    env: [
      { name: 'backend', value: '' },
      { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'password', optional: true } } },
    ],
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: 268435456 } },
    imagePullPolicy: 'Never',
    imagePullSecrets: ['registry'],
    peers: true,
    update: { onFailure: 'Rollback', deadlineSeconds: 60, keepRevisions: 5 },
    paused: false,
    podTemplate: {
      labels: { team: 'a' },
      annotations: { note: 'b' },
      nodeSelector: { disk: 'ssd' },
      tolerations: [{ key: 'a', operator: 'Exists' }],
      affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } },
      priorityClassName: 'high',
      runtimeClassName: 'gvisor',
      terminationGracePeriodSeconds: 60,
      volumes: [{ name: 'certs', secret: { secretName: 'certs' } }],
      volumeMounts: [{ name: 'certs', mountPath: '/certs', subPath: 'a', readOnly: true }],
    },
  };
  const { body, warnings } = await api.apply(integration(spec), true);
  assert.deepEqual(warnings, []);
  assert.deepEqual(body.spec, spec);
});

test('what is not said has its default', { skip: noCluster }, async () => {
  const { body } = await api.apply(integration({ artifact, autoscaling: { maxReplicas: 5 }, update: {} }), true);
  assert.deepEqual(body.spec, {
    artifact,
    pattern: 'Auto',
    autoscaling: { minReplicas: 2, maxReplicas: 5 },
    update: { onFailure: 'Stop', deadlineSeconds: 120, keepRevisions: 10 },
  });
});

const mount = { name: 'v', mountPath: '/data' };
const refused: readonly [what: string, spec: object, says: RegExp, name?: string][] = [
  ['no artifact', {}, /spec\.artifact: Required value/],
  ['an artifact of no kind', { artifact: {} }, /spec\.artifact: .*exactly one of image, configMap, oci/],
  ['an artifact of two kinds', { artifact: { ...artifact, configMap: { name: 'a' } } }, /exactly one of image/],
  ['a misspelt field', { artifact, replica: 2 }, /field not declared in schema|unknown field/],
  ['an unknown pattern', { artifact, pattern: 'Double' }, /Unsupported value: "Double".*"Coordinated"/],
  ['a single with two replicas', { artifact, pattern: 'Single', replicas: 2 }, /pattern Single is one replica/],
  [
    'a single that scales',
    { artifact, pattern: 'Single', autoscaling: { maxReplicas: 3 } },
    /pattern Single has one replica and no more/,
  ],
  [
    'replicas that two decide about',
    { artifact, replicas: 2, autoscaling: { maxReplicas: 3 } },
    /either replicas or autoscaling, not both/,
  ],
  ['no replicas', { artifact, replicas: 0 }, /greater than or equal to 1/],
  [
    'an autoscaler with nothing to decide',
    { artifact, autoscaling: { minReplicas: 4, maxReplicas: 4 } },
    /maxReplicas must be more than minReplicas/,
  ],
  [
    'groups in a pattern without',
    { artifact, pattern: 'Coordinated', isolate: [{ group: 'a', artifacts: ['b'] }] },
    /isolate needs pattern Isolated or Auto/,
  ],
  [
    'a group that is there twice',
    {
      artifact,
      isolate: [
        { group: 'a', artifacts: ['b'] },
        { group: 'a', artifacts: ['c'] },
      ],
    },
    /duplicate/i,
  ],
  ['a group of nothing', { artifact, isolate: [{ group: 'a', artifacts: [] }] }, /at least 1 item/],
  [
    'a group that cannot be in a name',
    { artifact, isolate: [{ group: 'A', artifacts: ['b'] }] },
    /group.* should match/,
  ],
  ['a Gateway without one', { artifact, expose: { type: 'Gateway' } }, /type Gateway needs gateway/],
  [
    'a Gateway for an Ingress',
    { artifact, expose: { type: 'Ingress', gateway: { name: 'g' } } },
    /needs gateway, and no/,
  ],
  [
    'a certificate without an Ingress',
    { artifact, expose: { tlsSecretName: 'a' } },
    /only an Ingress takes tlsSecretName/,
  ],
  ['a host with a port', { artifact, expose: { type: 'Ingress', host: 'a.b:80' } }, /host.* should match/],
  [
    'a variable with two values',
    { artifact, env: [{ name: 'a', value: 'b', valueFrom: { secretKeyRef: { name: 'a', key: 'b' } } }] },
    /either value or valueFrom, not both/,
  ],
  [
    'a value from nowhere',
    { artifact, env: [{ name: 'a', valueFrom: {} }] },
    /exactly one of secretKeyRef, configMapKeyRef/,
  ],
  [
    'a variable of the operator',
    { artifact, env: [{ name: 'GANTRY_ARBITER', value: 'none' }] },
    /are set by the operator/,
  ],
  ['no quantity', { artifact, resources: { requests: { cpu: 'much' } } }, /should match/],
  [
    'labels of the operator',
    { artifact, podTemplate: { labels: { 'app.kubernetes.io/instance': 'x' } } },
    /labels of app\.kubernetes\.io\/ and gantry\.dev\/ are set by the operator/,
  ],
  [
    'annotations of the operator',
    { artifact, podTemplate: { annotations: { 'gantry.dev/artifacts': 'x' } } },
    /annotations of gantry\.dev\/ are set by the operator/,
  ],
  [
    'a folder of the worker node',
    { artifact, podTemplate: { volumes: [{ name: 'v', hostPath: { path: '/' } }] } },
    /field not declared in schema|unknown field/,
  ],
  [
    'a volume of two kinds',
    { artifact, podTemplate: { volumes: [{ name: 'v', emptyDir: {}, secret: { secretName: 'a' } }] } },
    /exactly one of configMap, secret, persistentVolumeClaim, emptyDir/,
  ],
  [
    'a volume called tmp',
    { artifact, podTemplate: { volumes: [{ name: 'tmp', emptyDir: {} }] } },
    /names tmp and artifacts are taken/,
  ],
  [
    'a mount over the program',
    { artifact, podTemplate: { volumeMounts: [{ ...mount, mountPath: '/app/artifacts' }] } },
    /mountPath must not be \/tmp or in \/app/,
  ],
  [
    'another user',
    { artifact, podTemplate: { securityContext: { runAsUser: 0 } } },
    /field not declared in schema|unknown field/,
  ],
  ['a name too long for pods', { artifact }, /at most 40 characters and no dot/, 'a'.repeat(41)],
  ['a name with a dot', { artifact }, /at most 40 characters and no dot/, 'a.b'],
];

for (const [what, spec, says, name] of refused) {
  test(`the API server refuses ${what}, and says why`, { skip: noCluster }, async () => {
    await assert.rejects(api.apply(integration(spec, name), true), says);
  });
}
