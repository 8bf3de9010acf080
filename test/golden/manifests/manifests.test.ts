/** Plan -> objects -> every format. `UPDATE=1` rewrites the expected files; read the diff. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { decideSetting, filesOf, manifestsOf, plain, type ManifestFormat } from '../../../src/deploy/kubernetes/index.ts';
import type { Manifest, ManifestRequest } from '../../../src/deploy/kubernetes/index.ts';
import { yamlOf } from '../../../src/deploy/kubernetes/manifests/format/yaml.ts';
import { insideOf, planDeployment, type Inside, type PlanOptions } from '../../../src/deploy/plan/index.ts';
import type { Project } from '../../../src/artifacts/model.ts';
import { artifact, harbour, project, shop } from '../plan/projects.ts';

const digest = 'c0ffee'.padEnd(64, '0');
const inside = (of: Project): Inside => ({ ...insideOf(of), digest });
const image = 'registry.example.com/acme/harbour:1.4.0';

/** A queue that every replica consumes from, and one that a single replica holds. */
const consumer = (name: string, coordination: string) =>
  artifact('inboundEndpoint', name, {
    protocol: 'rabbitmq',
    parameters: new Map(
      Object.entries({ coordination, 'rabbitmq.queue.name': name, 'rabbitmq.server.host.name': 'rabbit' }),
    ),
  });
const depot = project('depot', [consumer('Parcels', 'false'), consumer('Returns', 'true')]);

interface Case {
  readonly project: Project;
  readonly options: PlanOptions;
  readonly request: ManifestRequest;
}

const cases: Readonly<Record<string, Case>> = {
  single: {
    project: shop,
    options: { replicas: 1 },
    request: { gateway: 'edge/public', host: 'shop.example.com', loadBalancer: true, pullSecrets: ['registry'] },
  },
  replicated: {
    project: shop,
    options: { replicas: 3 },
    request: { image: 'shop@sha256:' + digest, maxReplicas: 6, host: 'shop.example.com', environment: { warehouse: 'http://warehouse', GANTRY_SERVE_ON_MS: '9500' } },
  },
  queues: {
    project: depot,
    options: { replicas: 2 },
    request: { image, maxReplicas: 8, keda: true },
  },
  coordinated: {
    project: harbour,
    options: { replicas: 3 },
    request: {
      image,
      namespace: 'port',
      ingressClass: 'nginx',
      host: 'harbour.example.com',
      tlsSecret: 'harbour-tls',
      environment: { pilot_office: 'https://pilots.example.com', greeting: 'say: "ahoy" # all', db_password: 'tide' },
    },
  },
  isolated: {
    project: harbour,
    options: { replicas: 2, isolate: { night: ['nightlyReport_Task'], cargo: ['CargoLists', 'ForwardManifests'] } },
    request: { image, name: 'docks', peers: true },
  },
};

function made({ project, options, request }: Case): { manifests: readonly Manifest[]; files: (f: ManifestFormat) => Readonly<Record<string, string>> } {
  const plan = planDeployment(project, options);
  const { setting, problems } = decideSetting(plan, inside(project), request);
  assert.deepEqual([plan.ok, problems.filter((p) => p.level === 'error')], [true, []]);
  const manifests = manifestsOf(plan, setting);
  return { manifests, files: (format) => filesOf(manifests, setting, format) };
}

const folder: string = import.meta.dirname;
const golden: readonly [name: string, format: ManifestFormat, into: string][] = [
  ...Object.keys(cases).map((name) => [name, 'yaml', name] as [string, ManifestFormat, string]),
  ['isolated', 'kustomize', 'isolated-kustomize'],
  ['coordinated', 'helm', 'coordinated-helm'],
];

for (const [name, format, into] of golden) {
  test(`${name} as ${format} is what it was`, () => {
    const written = made(cases[name]!).files(format);
    if (process.env['UPDATE'] === '1') {
      rmSync(join(folder, into), { recursive: true, force: true });
      for (const [file, content] of Object.entries(written)) {
        const path = join(folder, into, file);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, content);
      }
    }
    for (const [file, content] of Object.entries(written)) {
      assert.equal(content, readFileSync(join(folder, into, file), 'utf8'), file);
    }
  });
}

test('the YAML is the very objects, read by another hand', () => {
  for (const one of Object.values(cases)) {
    const { manifests } = made(one);
    const read = parseAllDocuments(yamlOf(manifests)).map((document) => document.toJS());
    assert.deepEqual(read, manifests.map(plain));
  }
});

test('a chart with its own values is the very objects of the YAML, in the namespace it is installed into', () => {
  const { manifests, files } = made(cases['coordinated']!);
  const chart = files('helm');
  const values = parse(chart['values.yaml']!);
  const schema = JSON.parse(chart['values.schema.json']!);
  assert.deepEqual(Object.keys(values), schema.required);
  const templates = Object.entries(chart).filter(([file]) => file.startsWith('templates/'));
  const rendered = templates.map(([file, text]) => {
    const filled = text
      .replaceAll('{{ .Release.Namespace }}', 'port')
      .replaceAll('{{ .Values.environment | toJson | sha256sum | quote }}', () => environmentDigest(manifests))
      .replaceAll(/\{\{ \.Values\.(\w+) \| toJson \}\}/g, (_, name: string) => JSON.stringify(values[name]));
    assert.doesNotMatch(filled, /\{\{/, file);
    return parse(filled);
  });
  assert.deepEqual(rendered, manifests.map(plain));
});

function environmentDigest(manifests: readonly Manifest[]): string {
  const deployment = plain(manifests.find((m) => m.kind === 'Deployment')!) as any;
  return deployment.spec.template.metadata.annotations['gantry.dev/environment'];
}

const noHelm = spawnSync('helm', ['version']).status !== 0 && 'no helm here';

test('helm finds nothing wrong with a chart, and refuses a value that its schema does not allow', { skip: noHelm }, () => {
  const chart = join(folder, 'coordinated-helm');
  const helm = (...args: string[]): string => execFileSync('helm', args, { encoding: 'utf8', stdio: 'pipe' });
  assert.match(helm('lint', '--strict', chart), /0 chart\(s\) failed/);
  const rendered = parseAllDocuments(helm('template', 'x', chart, '--namespace', 'port')).map((d) => d.toJS());
  assert.equal(rendered.length, made(cases['coordinated']!).manifests.length);
  assert.throws(() => helm('template', 'x', chart, '--set', 'replicas=0'), /greater than or equal to 1/);
});

test('a secret setting is in no object, and the problem says how to bring it', () => {
  const { manifests } = made(cases['coordinated']!);
  assert.doesNotMatch(yamlOf(manifests), /tide/);
  const { problems } = decideSetting(planDeployment(harbour), inside(harbour), cases['coordinated']!.request);
  const kept = problems.find((p) => p.code === 'SECRET_KEPT_BACK');
  assert.match(kept?.hint ?? '', /create secret generic harbour-secrets --from-literal=db_password=/);
});

test('queues are followed instead of CPU alone, never beside our autoscaler, and never down to none', () => {
  const objects = made(cases['queues']!).manifests.map((m) => plain(m) as any);
  assert.deepEqual(objects.filter(({ kind }) => kind === 'HorizontalPodAutoscaler'), []);
  const { spec } = objects.find(({ kind }) => kind === 'ScaledObject');
  assert.deepEqual(spec.triggers.map(({ type }: any) => type), ['cpu', 'rabbitmq']);
  assert.equal(spec.minReplicaCount, 2);
  assert.ok(!('replicas' in objects.find(({ kind }) => kind === 'Deployment').spec));
  const said = (of: Project, request: ManifestRequest): string =>
    decideSetting(planDeployment(of), inside(of), { image, ...request }).problems.map((p) => `${p.code}: ${p.hint}`).join();
  assert.match(said(depot, { keda: true }), /KEDA_WITHOUT_MAX: Give --max-replicas/);
  assert.match(said(depot, { keda: true, maxReplicas: 8 }), /^SECRET_FOR_KEDA: .*generic depot-keda --from-literal=Parcels.host='amqp:/);
  assert.match(said(shop, { keda: true, maxReplicas: 8 }), /^NO_QUEUES: coordination=false/);
});

test('only pods that hold something may speak with the API server', () => {
  const tokens = (name: string, of: Project = cases[name]!.project): unknown[] =>
    made({ ...cases[name]!, project: of })
      .manifests.filter((m) => m.kind === 'Deployment')
      .map((m) => (plain(m) as any).spec.template.spec.automountServiceAccountToken);
  assert.deepEqual(tokens('single'), [false]);
  assert.deepEqual(tokens('replicated'), [false]);
  const readings = artifact('inboundEndpoint', 'Readings', { protocol: 'mqtt', parameters: new Map([['scale', 'shared']]) });
  assert.deepEqual(tokens('replicated', project('plant', [readings])), [true], 'lanes are held too');
  assert.deepEqual(tokens('coordinated'), [true]);
  // All five stateful artifacts of the harbour are dealt out: those not isolated stay with POD 1.
  assert.deepEqual(tokens('isolated'), [true, true, true]);
  assert.ok(!made(cases['replicated']!).manifests.some((m) => m.kind === 'Role'));
});

test('what a pod may hold is said in isolated mode, of every stateful artifact exactly once', () => {
  const holds = made(cases['isolated']!)
    .manifests.filter((m) => m.kind === 'Deployment')
    .flatMap((m) => (plain(m) as any).spec.template.spec.containers[0].env)
    .filter((variable: { name: string }) => variable.name === 'GANTRY_HOLDS')
    .flatMap((variable: { value: string }) => variable.value.split(','));
  const stateful = planDeployment(harbour).artifacts.filter((a) => a.stateful).map((a) => a.key);
  assert.deepEqual(holds.toSorted(), stateful.toSorted());
});

for (const [request, code] of [
  [{ name: 'Harbour_1' }, 'BAD_NAME'],
  [{ name: 'x'.repeat(41) }, 'BAD_NAME'],
  [{ namespace: 'a.b' }, 'BAD_NAME'],
  [{ host: 'https://a.b' }, 'BAD_NAME'],
  [{ image: 'two words' }, 'BAD_IMAGE'],
  [{ maxReplicas: 2 }, 'BAD_NUMBER'],
] satisfies [ManifestRequest, string][]) {
  test(`${JSON.stringify(request)} is refused as ${code}`, () => {
    const { problems } = decideSetting(planDeployment(harbour, { replicas: 3 }), inside(harbour), request);
    assert.deepEqual(problems.filter((p) => p.level === 'error').map((p) => p.code), [code]);
  });
}

test('an autoscaler for one replica is refused', () => {
  const { problems } = decideSetting(planDeployment(shop, { replicas: 1 }), inside(shop), { maxReplicas: 4 });
  assert.deepEqual(problems.map((p) => p.code), ['SINGLE_SCALED']);
});

for (const [image, fixed] of [
  ['shop', false], ['host:5000/shop', false], ['shop:latest', false],
  ['host:5000/shop:1', true], ['shop@sha256:' + digest, true],
] satisfies [string, boolean][]) {
  test(`the image ${image.slice(0, 24)} ${fixed ? 'stays what it is' : 'is warned about'}`, () => {
    const codes = decideSetting(planDeployment(shop), inside(shop), { image }).problems.map((p) => p.code);
    assert.deepEqual(codes, fixed ? [] : ['IMAGE_NOT_FIXED']);
  });
}

test('a way in that cannot be is refused, each with what to do', () => {
  const said = (request: ManifestRequest): string[] =>
    decideSetting(planDeployment(shop), inside(shop), { image, ...request }).problems.map((p) => `${p.code} ${p.at.file}: ${p.hint}`);
  assert.match(said({ tlsSecret: 'tls' }).join(), /^TLS_WITHOUT_INGRESS --tls-secret: Give --host or --ingress-class/);
  assert.match(said({ tlsSecret: 'tls', gateway: 'edge', host: 'a.example.com' }).join(), /in the listener of the Gateway/);
  assert.match(said({ gateway: 'a/b/c' }).join(), /^BAD_NAME --gateway: .*NAMESPACE\/NAME/);
  assert.match(said({ host: 'a.example.com', tlsSecret: 'T L S' }).join(), /^BAD_NAME --tls-secret/);
  assert.match(said({ pullSecrets: ['ok', 'No Good'] }).join(), /^BAD_NAME --pull-secret/);
  assert.deepEqual(said({ host: 'a.example.com', tlsSecret: 'tls', gateway: 'edge', ingressClass: 'nginx' }), []);
});
