import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { zipSync } from 'fflate';
import type { EndpointArtifactConfig, InboundEndpointConfig, SequenceConfig } from '../kinds/types.ts';
import { artifactKey, isFaulty, type Artifact, type Project } from '../model.ts';
import { vocabulary, withoutPlaces } from '../try-out.ts';
import { limits } from './limits.ts';
import { loadProject, type LoadOptions } from './load.ts';

let scratch: string;
before(() => {
  scratch = mkdtempSync(join(tmpdir(), 'gantry-load-'));
});
after(() => rmSync(scratch, { recursive: true }));

const SYNAPSE = 'xmlns="http://ws.apache.org/ns/synapse"';
const sequence = (name: string, inside = '<log/>'): string =>
  `<sequence name="${name}" ${SYNAPSE}>${inside}</sequence>`;

/** Writes files below a new folder and gives its path. */
function folder(name: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = join(mkdtempSync(join(scratch, 'case-')), name);
  mkdirSync(root);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

const load = (paths: string | readonly string[], options: Partial<LoadOptions> = {}): Promise<Project> =>
  loadProject([paths].flat(), { vocabulary, env: {}, ...options });
const keys = (project: Project): string[] => project.artifacts.map(artifactKey);
const codes = (project: Project): string[] => [
  ...project.problems.map((p) => p.code),
  ...project.artifacts.flatMap((a) => a.problems.map((p) => p.code)),
];
const text = (bytes: Uint8Array | undefined): string | undefined => bytes && new TextDecoder().decode(bytes);

const MI = 'src/main/wso2mi';

test('an MI project: artifacts, resources as registry, configs, settings', async () => {
  const root = folder('shop', {
    [`${MI}/artifacts/sequences/B.xml`]: sequence('B'),
    [`${MI}/artifacts/apis/A.xml`]: `<api name="A" context="/a" ${SYNAPSE}><resource inSequence="B"/></api>`,
    [`${MI}/resources/json/prices.json`]: '{}',
    [`${MI}/resources/registry/conf/rules.txt`]: 'rules',
    [`${MI}/resources/artifact.xml`]:
      '<artifacts><artifact><item><file>prices.json</file><path>/_system/governance/mi-resources/json</path>' +
      '<mediaType>application/json</mediaType><properties><property key="v" value="1"/></properties></item></artifact></artifacts>',
    [`${MI}/resources/conf/config.properties`]: 'url:string\nunused:string\n',
    'deployment/deployment.toml': '[server]\nhostname = "$env{HOST}"\n',
    'src/test/wso2mi/Test.xml': '<unit-test/>',
    'pom.xml': '<project/>',
  });
  const project = await load(root, { env: { url: 'http://x', HOST: 'h' } });
  assert.equal(project.name, 'shop');
  assert.deepEqual(keys(project), ['api/A', 'sequence/B']);
  assert.deepEqual(codes(project), []);
  assert.equal(project.artifacts[0]?.file, `${MI}/artifacts/apis/A.xml`);
  assert.deepEqual([...project.configs], [['url', 'http://x']]);
  assert.deepEqual(project.deployment, { server: { hostname: 'h' } });
  const registry = new Map(project.registry.map((file) => [file.key, file]));
  assert.equal(text(registry.get('conf:rules.txt')?.bytes), 'rules');
  const prices = registry.get('gov:mi-resources/json/prices.json');
  assert.equal(prices?.mediaType, 'application/json');
  assert.deepEqual([...prices.properties], [['v', '1']]);
});

test('a Synapse configuration folder finds the registry beside it, or the one it is given', async () => {
  const root = folder('server', {
    'synapse-configs/default/sequences/S.xml': sequence('S', '<sequence key="conf:/flows/x.xml"/>'),
    'synapse-configs/default/synapse.xml': `<definitions ${SYNAPSE}/>`,
    'registry/config/flows/x.xml': sequence('x'),
    'registry/governance/y.txt': 'y',
    'other/config/flows/z.xml': sequence('z'),
  });
  const found = await load(join(root, 'synapse-configs/default'));
  assert.equal(found.name, 'server');
  assert.deepEqual(keys(found), ['sequence/S']);
  assert.deepEqual(found.registry.map((f) => f.key).sort(), ['conf:flows/x.xml', 'gov:y.txt']);
  assert.deepEqual(codes(found), []);
  const given = await load(join(root, 'synapse-configs/default'), { registryDir: join(root, 'other') });
  assert.deepEqual(
    given.registry.map((f) => f.key),
    ['conf:flows/z.xml'],
  );
  assert.deepEqual(codes(given), ['MISSING_RESOURCE']);
});

const bytes = (s: string): Uint8Array => new TextEncoder().encode(s);
function car(
  name: string,
  parts: Readonly<Record<string, readonly [type: string, file: string, content: string]>>,
): Record<string, Uint8Array> {
  const dependencies = Object.keys(parts).map((part) => `<dependency artifact="${part}" version="1.0.0"/>`);
  const files: Record<string, Uint8Array> = {
    'artifacts.xml': bytes(
      `<artifacts><artifact name="${name}" version="1" type="carbon/application">${dependencies.join('')}</artifact></artifacts>`,
    ),
  };
  for (const [part, [type, file, content]] of Object.entries(parts)) {
    files[`${part}_1.0.0.v2020/artifact.xml`] = bytes(
      `<artifact name="${part}" version="1.0.0" type="${type}"><file>${file}</file></artifact>`,
    );
    files[`${part}_1.0.0.v2020/${file}`] = bytes(content);
  }
  return files;
}

test('a .car: what artifacts.xml lists, registry resources, configs, and the archives inside it', async () => {
  const inner = car('Inner', { Deep: ['synapse/sequence', 'Deep.xml', sequence('Deep')] });
  const info =
    '<resources><item><file>a.txt</file><path>/_system/config/texts</path><mediaType>text/plain</mediaType></item>' +
    '<collection><directory>more</directory><path>/_system/governance/all</path></collection></resources>';
  const outer = {
    ...car('Outer', {
      Flow: ['synapse/sequence', 'Flow.xml', sequence('Flow', '<sequence key="Deep"/>')],
      Texts: ['registry/resource', 'registry-info.xml', info],
      Config: ['config/property', 'config.properties', 'url:string'],
      Meta: ['synapse/metadata', 'meta.yaml', 'x: 1'],
    }),
    'Texts_1.0.0.v2020/resources/a.txt': bytes('A'),
    'Texts_1.0.0.v2020/resources/more/b/c.txt': bytes('C'),
    'Unlisted_1.0.0/Unlisted.xml': bytes(sequence('Unlisted')),
    'dependencies/Inner.car': zipSync(inner),
  };
  const root = folder('cars', { 'Outer_1.0.0.car': zipSync(outer) });
  const project = await load(join(root, 'Outer_1.0.0.car'), { env: { url: 'u' } });
  assert.deepEqual(keys(project), ['sequence/Deep', 'sequence/Flow']);
  assert.deepEqual(codes(project), []);
  assert.equal(project.artifacts[1]?.file, 'Outer_1.0.0.car!/Flow_1.0.0.v2020/Flow.xml');
  assert.equal(project.artifacts[1]?.application, 'Outer_1.0.0');
  assert.deepEqual([...project.configs], [['url', 'u']]);
  assert.deepEqual(
    project.registry.map((f) => [f.key, text(f.bytes), f.mediaType]),
    [
      ['conf:texts/a.txt', 'A', 'text/plain'],
      ['gov:all/b/c.txt', 'C', undefined],
    ],
  );
});

test('several PATHs are one project, whose files are told apart', async () => {
  const one = folder('one', { 'A.xml': sequence('A', '<sequence key="B"/>') });
  const two = folder('two', { 'B.xml': sequence('B') });
  const project = await load([one, two]);
  assert.deepEqual(
    project.artifacts.map((a) => a.file),
    ['one/A.xml', 'two/B.xml'],
  );
  assert.deepEqual(codes(project), []);
  assert.equal(project.name, 'one+two');
});

test('a definitions file is many artifacts; what stands at its top is the main sequence', async () => {
  const root = folder('all', {
    'synapse.xml': `<definitions ${SYNAPSE}><registry provider="x"/><taskManager provider="y"/>
      <sequence name="fault"><drop/></sequence><localEntry key="k">v</localEntry>
      <sequence key="fault"/><log level="full"/></definitions>`,
  });
  const project = await load(root);
  assert.deepEqual(keys(project), ['registry/', 'sequence/fault', 'localEntry/k', 'sequence/main']);
  const main = project.artifacts.at(-1) as Artifact<SequenceConfig>;
  assert.deepEqual(
    main.config?.steps.steps.map((s) => s.spec.tag),
    ['sequence', 'log'],
  );
  assert.deepEqual(codes(project), []);
});

test('what a file alone refers to may be elsewhere: a warning; in a project it is missing: an error, yet it deploys', async () => {
  const root = folder('refs', { 'A.xml': sequence('A', '<sequence key="B"/>') });
  const alone = await load(join(root, 'A.xml'));
  assert.deepEqual(
    alone.problems.map((p) => [p.code, p.level]),
    [['MISSING_SEQUENCE', 'warning']],
  );
  const project = await load(root);
  assert.deepEqual(
    project.problems.map((p) => [p.code, p.level, p.artifact, p.at.line]),
    [['MISSING_SEQUENCE', 'error', 'sequence A', 1]],
  );
  assert.equal(isFaulty(project.artifacts[0]!), false);
});

test('a parameter that names what is missing is told at its line', async () => {
  const parameter = (name: string): string => `<parameter name="${name}">Nobody</parameter>`;
  const root = folder('parameters', {
    'Kept.xml': `<messageStore ${SYNAPSE} name="Kept">\n${parameter('store.failover.message.store.name')}</messageStore>`,
    'Move.xml':
      `<messageProcessor ${SYNAPSE} name="Move" class="x.Sampler" messageStore="Kept">\n\n${parameter('sequence')}\n` +
      `${parameter('message.processor.failMessagesStore')}</messageProcessor>`,
  });
  const { problems } = await load(root);
  assert.deepEqual(
    problems.map((p) => `${p.artifact} ${p.at.line} ${p.code}`).toSorted(),
    ['messageProcessor Move 3 MISSING_SEQUENCE', 'messageProcessor Move 4 MISSING_STORE', 'messageStore Kept 2 MISSING_STORE'], // prettier-ignore
  );
});

test('the process environment wins over --env-file, which wins over .env; every placeholder is filled', async () => {
  const root = folder('env', {
    '.env': 'A=dot\nB=dot\nC=dot\n',
    'conf/file.properties': 'f=from-file\n',
    'E.xml': `<endpoint name="E" ${SYNAPSE}><address uri="$SYSTEM:A"/></endpoint>`,
    'F.xml': `<endpoint name="F" ${SYNAPSE}><address uri="$FILE:f"/></endpoint>`,
    'I.xml': `<inboundEndpoint name="I" protocol="file" ${SYNAPSE}><parameters><parameter name="b">$SYSTEM:B</parameter><parameter name="c"> $SYSTEM:C </parameter></parameters></inboundEndpoint>`,
    'given.env': 'A=given\nB=given\n',
  });
  const project = await load(root, { env: { A: 'process' }, envFile: join(root, 'given.env') });
  assert.deepEqual(codes(project), []);
  const uri = (name: string): unknown => {
    const found = project.artifacts.find((a) => a.name === name) as Artifact<EndpointArtifactConfig>;
    return (found.config!.endpoint.config as { readonly uri: string }).uri;
  };
  assert.deepEqual([uri('E'), uri('F')], ['process', 'from-file']);
  const inbound = project.artifacts.find((a) => a.kind === 'inboundEndpoint') as Artifact<InboundEndpointConfig>;
  assert.deepEqual(
    [...inbound.config!.parameters],
    [
      ['b', 'given'],
      ['c', 'dot'],
    ],
  );
  // What is written back is what the user wrote, not the secrets of this machine.
  assert.match(JSON.stringify(withoutPlaces(project.artifacts[0]?.element)), /\$SYSTEM:A/);
});

test('the digest follows the content, not the place or the time', async () => {
  const files = { 'A.xml': sequence('A'), 'b/B.xml': sequence('B') };
  const [first, second] = [await load(folder('x', files)), await load(folder('y', files))];
  assert.equal(first.digest, second.digest);
  assert.match(first.digest, /^[0-9a-f]{64}$/);
  const changed = await load(folder('x', { ...files, 'A.xml': sequence('A', '<drop/>') }));
  assert.notEqual(changed.digest, first.digest);
});

test('one file too large, or nested too deep, is left out with a problem; the rest is read', async () => {
  const deep = `${'<a>'.repeat(5_000)}${'</a>'.repeat(5_000)}`;
  const root = folder('large', {
    'Fine.xml': sequence('Fine'),
    'Large.xml': bytes(sequence('Large', `<log/>${' '.repeat(limits.xmlBytes)}`)),
    'Deep.xml': sequence('Deep', deep),
    'Filters.xml': sequence('Filters', `${'<filter><then>'.repeat(220)}${'</then></filter>'.repeat(220)}`),
  });
  const project = await load(root);
  const problem = (name: string): string | undefined =>
    project.artifacts.find((a) => a.name === name)?.problems[0]?.code;
  assert.deepEqual(
    [problem('Fine'), problem('Large'), problem('Deep'), problem('Filters')],
    [undefined, 'BAD_XML', 'BAD_XML', 'TOO_DEEP'],
  );
});

test('an archive that unpacks to more than a project may hold is refused', async () => {
  const zeros = new Uint8Array(limits.fileBytes + 1);
  const root = folder('bomb', { 'Bomb.car': zipSync({ 'artifacts.xml': zeros }, { level: 1 }) });
  const project = await load(join(root, 'Bomb.car'));
  assert.deepEqual(
    project.problems.map((p) => p.code),
    ['BAD_ARCHIVE'],
  );
  assert.match(project.problems[0]!.text, /unpacks to more than/);
});
