import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { loadProject, registryBeside } from '../../../artifacts/project/load.ts';
import { createVocabulary } from '../../../artifacts/shape/vocabulary.ts';
import { buildImage, type BuiltImage } from './build.ts';
import type { Blob, ImageConfig } from './blob.ts';
import { nodeLayout, workshop } from './fixtures/workshop.ts';
import { writeLayout } from './layout.ts';
import { parseReference } from './reference.ts';
import { archive, type Entry } from './tar.ts';

const orders = resolve(import.meta.dirname, '../../../../examples/orders');
/** Digests do not depend on what the mediators are. */
const vocabulary = createVocabulary({});
const place = workshop();
after(() => place[Symbol.dispose]());
const base = await nodeLayout(place);

function build(
  paths: readonly string[] = [orders],
  more: { base?: string; registryDir?: string } = {},
): Promise<BuiltImage> {
  const project = { name: 'orders', digest: 'd1'.repeat(32) };
  return buildImage({
    paths,
    base,
    registryDir: undefined,
    program: place.program,
    version: '1.2.3',
    project,
    ...more,
  });
}

const layerDigests = ({ image }: BuiltImage): string[] => image.layers.map((layer) => layer.descriptor.digest);
const configOf = async ({ image }: BuiltImage): Promise<ImageConfig> =>
  JSON.parse(Buffer.from(await image.config.bytes()).toString()) as ImageConfig;

async function unpack(layer: Blob): Promise<string> {
  const folder = place.path(layer.descriptor.digest.slice(7, 19));
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}.tar`, gunzipSync(await layer.bytes()));
  execFileSync('tar', ['--extract', '--file', `${folder}.tar`, '--directory', folder]);
  return folder;
}

test('the same input gives the same digest', async () => {
  const [one, two] = [await build(), await build()];
  assert.equal(one.image.manifest.descriptor.digest, two.image.manifest.descriptor.digest);
});

test('a change of artifacts changes one layer, the smallest', async () => {
  const shop = place.file('shop/Ping.xml', '<sequence name="Ping" xmlns="http://ws.apache.org/ns/synapse"/>');
  const before = layerDigests(await build([shop]));
  place.file('shop/Ping.xml', '<sequence name="Ping" xmlns="http://ws.apache.org/ns/synapse"><drop/></sequence>');
  const changed = await build([shop]);
  const after = layerDigests(changed);
  assert.deepEqual([after[0], after[1]], [before[0], before[1]]);
  assert.notEqual(after[2], before[2]);
  assert.ok(changed.sizes.artifacts < 1_000, `${changed.sizes.artifacts} bytes`);
});

test('the artifacts in the image have the digest they have on disk', async () => {
  const built = await build();
  const folder = await unpack(built.image.layers.at(-1)!);
  const { config } = await configOf(built);
  const [, inside] = config!.Cmd!;
  const [there, here] = await Promise.all([
    loadProject([join(folder, inside!)], { vocabulary }),
    loadProject([orders], { vocabulary }),
  ]);
  assert.equal(there.digest, here.digest);
  assert.equal(there.name, here.name);
});

test('what differs between places stays out: .env, hidden files, the mock', async () => {
  const folder = await unpack((await build()).image.layers.at(-1)!);
  const project = join(folder, 'app/artifacts/orders');
  assert.ok(existsSync(join(project, 'deployment/deployment.toml')));
  assert.ok(existsSync(join(orders, '.env')) && !existsSync(join(project, '.env')));
  assert.ok(existsSync(join(orders, 'mock')) && !existsSync(join(project, 'mock')));
});

test('a synapse-configs folder keeps its registry, and several PATHs their names', async () => {
  const configs = place.path('mi/repository/deployment/server/synapse-configs/default');
  place.file(`mi/repository/deployment/server/synapse-configs/default/sequences/S.xml`, '<sequence name="S"/>');
  place.file('mi/repository/deployment/server/registry/config/a.txt', 'a');
  const other = place.file('more/T.xml', '<sequence name="T"/>');
  const registryDir = registryBeside(configs)!;
  const built = await build([configs, other], { registryDir });
  const folder = await unpack(built.image.layers.at(-1)!);
  const [command, ...args] = (await configOf(built)).config!.Cmd!;
  assert.equal(command, 'replica');
  const [one, two, flag, registry] = args.map((arg) => (arg.startsWith('/') ? join(folder, arg) : arg));
  assert.equal(flag, '--registry');
  const there = await loadProject([one!, two!], { vocabulary, registryDir: registry });
  const here = await loadProject([configs, other], { vocabulary, registryDir });
  assert.equal(there.digest, here.digest);
  assert.equal(here.registry.length, 1);
});

test('it starts as nobody, on the Node of its base, with labels that say what it is', async () => {
  const { config } = await configOf(await build());
  assert.equal(config!.User, '10802:10802');
  assert.deepEqual(config!.Entrypoint, ['node', '--max-semi-space-size=4', '/app/gantry.cjs']);
  assert.ok(config!.Env!.includes('NODE_VERSION=26.0.0'));
  assert.equal(config!.Labels!['dev.gantry.artifacts'], 'd1'.repeat(32));
  assert.equal(config!.Labels!['dev.gantry.version'], '1.2.3');
});

test('the bill of materials is where its label says, and names the libraries', async () => {
  const built = await build();
  const folder = await unpack(built.image.layers[1]!);
  const { config } = await configOf(built);
  const path = join(folder, config!.Labels!['dev.gantry.sbom']!);
  const { default: sbom } = (await import(path, { with: { type: 'json' } })) as { default: any };
  assert.equal(sbom.spdxVersion, 'SPDX-2.3');
  assert.deepEqual(
    sbom.packages.map((p: any) => p.name),
    ['gantry', 'node', 'undici'],
  );
  assert.ok(!existsSync(join(folder, 'app/packages.json')));
});

test('an image can be the base of another, as a folder too', async () => {
  const first = place.path('first.tar');
  await writeLayout((await build()).image, parseReference('first:1')!, first);
  const folder = place.path('first');
  mkdirSync(folder);
  execFileSync('tar', ['--extract', '--file', first, '--directory', folder]);
  const [archived, unpacked] = [await build([orders], { base: first }), await build([orders], { base: folder })];
  assert.deepEqual(layerDigests(archived), layerDigests(unpacked));
  assert.equal(archived.image.layers.length, 5);
  assert.equal((await configOf(archived)).rootfs.diff_ids.length, 5);
});

test(
  'the base of this machine has its Node and every library that Node has loaded',
  { skip: process.platform !== 'linux' && 'only Linux' },
  async () => {
    const built = await build([orders], { base: 'host' });
    const folder = await unpack(built.image.layers[0]!);
    const { Entrypoint } = (await configOf(built)).config!;
    assert.ok(existsSync(join(folder, Entrypoint![0]!)));
    const { sharedObjects } = process.report.getReport() as { sharedObjects: string[] };
    for (const library of sharedObjects.filter((path) => path.startsWith('/') && !path.endsWith('.node')))
      assert.ok(existsSync(join(folder, library)), library);
    const again = await build([orders], { base: 'host' });
    assert.equal(again.image.manifest.descriptor.digest, built.image.manifest.descriptor.digest);
  },
);

for (const [what, parts, text] of [
  ['without Node', { env: ['PATH=/bin'] }, /Nothing says that .* has Node/],
  ['for another architecture', { architecture: 'riscv64' }, /is for riscv64/],
] as const) {
  test(`a base ${what} is refused`, async () => {
    const other = await nodeLayout(place, parts);
    await assert.rejects(build([orders], { base: other }), { name: 'ImageError', code: 'BAD_BASE', message: text });
    await nodeLayout(place);
  });
}

test('a Node that is started by the base entrypoint is found there', async () => {
  const distroless = await nodeLayout(place, { env: [], entrypoint: ['/nodejs/bin/node'] });
  const { config } = await configOf(await build([orders], { base: distroless }));
  assert.equal(config!.Entrypoint![0], '/nodejs/bin/node');
  await nodeLayout(place);
});

for (const [what, wrong] of [
  ['text', 'two words'],
  ['a folder that is none', orders],
] as const) {
  test(`${what} is no base`, () =>
    assert.rejects(build([orders], { base: wrong }), { name: 'ImageError', code: 'BAD_BASE' }));
}

for (const [index, said] of [
  ['<html>', /no JSON/],
  ['{}', /is no image/],
  ['{"manifests":[]}', /has no image for/],
] as const) {
  test(`an archive with the index ${index} is no base`, async () => {
    const path = place.path('odd.tar');
    const entry: Entry = { type: 'file', path: 'index.json', content: Buffer.from(index) };
    writeFileSync(path, Buffer.concat([...archive([entry])]));
    await assert.rejects(build([orders], { base: path }), { name: 'ImageError', code: 'BAD_BASE', message: said });
  });
}

test('two PATHs of one name are refused', async () => {
  const [one, two] = [place.file('x/Same.xml', '<a/>'), place.file('y/Same.xml', '<a/>')];
  await assert.rejects(build([one, two]), { name: 'ImageError', code: 'SAME_NAME' });
});
