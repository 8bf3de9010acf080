/** Images sent to a real registry and fetched from it, with its token protocol. It needs the program `docker-registry`. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { nodeImage, nodeLayout, workshop } from '../../../src/deploy/kubernetes/image/fixtures/workshop.ts';
import { buildImage, type BuiltImage } from '../../../src/deploy/kubernetes/image/build.ts';
import { parseReference, type Reference } from '../../../src/deploy/kubernetes/image/reference.ts';
import { push } from '../../../src/deploy/kubernetes/image/registry/push.ts';

const skip =
  spawnSync('docker-registry', ['--version']).status !== 0 &&
  'no registry here: the Debian package docker-registry brings one';

interface Registry extends AsyncDisposable {
  readonly address: string;
}

const place = workshop();
after(() => place[Symbol.dispose]());

/** `realm`: where it sends those who have no token; it takes any. */
async function startRegistry(name: string, realm?: string): Promise<Registry> {
  const auth = realm === undefined ? '' : `auth: {silly: {realm: "${realm}", service: tests}}\n`;
  const config = place.file(
    `${name}.yml`,
    `version: 0.1\nlog: {level: info, formatter: json}\nstorage: {filesystem: {rootdirectory: "${place.path(name)}"}}\nhttp: {addr: "127.0.0.1:0"}\n${auth}`,
  );
  const child = spawn('docker-registry', ['serve', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  let address: string | undefined;
  for await (const line of createInterface({ input: child.stderr })) {
    address = /listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1];
    if (address !== undefined) break;
  }
  assert.ok(address !== undefined, 'the registry ended before it listened');
  child.stderr.resume();
  return {
    address,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

let open: Registry;
let base: string;
before(async () => {
  if (skip !== false) return;
  base = await nodeLayout(place);
  open = await startRegistry('open');
});
after(() => open?.[Symbol.asyncDispose]());

function build(artifact: string, from: string = base): Promise<BuiltImage> {
  const path = place.file('shop/Ping.xml', artifact);
  const project = { name: 'shop', digest: 'd'.repeat(64) };
  return buildImage({
    paths: [path],
    base: from,
    registryDir: undefined,
    program: place.program,
    version: '1',
    project,
  });
}

const named = (text: string): Reference => parseReference(text)!;

test('an image that was pushed is what the registry gives back', { skip }, async () => {
  const { image } = await build('<sequence name="a"/>');
  await push(image, named(`${open.address}/acme/shop:1`));
  const answer = await fetch(`http://${open.address}/v2/acme/shop/manifests/1`, {
    headers: { accept: image.manifest.descriptor.mediaType },
  });
  assert.equal(answer.headers.get('docker-content-digest'), image.manifest.descriptor.digest);
  assert.deepEqual(Buffer.from(await answer.arrayBuffer()), Buffer.from(await image.manifest.bytes()));
});

test('after a change of artifacts only they are sent', { skip }, async () => {
  const first = await push((await build('<sequence name="a"/>')).image, named(`${open.address}/acme/again:1`));
  assert.equal(first.skipped, 0);
  const changed = await build('<sequence name="a"><drop/></sequence>');
  const second = await push(changed.image, named(`${open.address}/acme/again:2`));
  const { config, manifest } = changed.image;
  assert.equal(second.sent, changed.sizes.artifacts + config.descriptor.size + manifest.descriptor.size);
  assert.equal(second.skipped, 2);
});

test('a base is taken from the registry by tag and by digest', { skip }, async () => {
  const image = await nodeImage();
  await push(image, named(`${open.address}/node:26`));
  const { digest } = image.manifest.descriptor;
  const byTag = await build('<a/>', `${open.address}/node:26`);
  const byDigest = await build('<a/>', `${open.address}/node@${digest}`);
  assert.equal(byTag.image.manifest.descriptor.digest, byDigest.image.manifest.descriptor.digest);
  assert.match(byTag.base.name, new RegExp(`/node@${digest}$`));
});

test('a layer of a base is fetched once', { skip }, async () => {
  const image = await nodeImage({ env: ['NODE_VERSION=26.0.1'] });
  let built: BuiltImage;
  {
    await using passing = await startRegistry('passing');
    await push(image, named(`${passing.address}/node:26`));
    built = await build('<a/>', `${passing.address}/node:26`);
    await built.image.layers[0]!.bytes();
  }
  assert.deepEqual(Buffer.from(await built.image.layers[0]!.bytes()), Buffer.from(await image.layers[0]!.bytes()));
});

test(
  'a registry with tokens gets the user and password of the config file, and what they are for',
  { skip },
  async () => {
    const asked: { scope: string | null; authorization: string | undefined }[] = [];
    const realm: Server = createServer((request, response) => {
      const url = new URL(request.url!, 'http://realm');
      asked.push({ scope: url.searchParams.get('scope'), authorization: request.headers.authorization });
      response.setHeader('content-type', 'application/json').end('{"token":"pass"}');
    });
    await new Promise<void>((listening) => realm.listen(0, '127.0.0.1', listening));
    try {
      await using registry = await startRegistry(
        'tokens',
        `http://127.0.0.1:${(realm.address() as AddressInfo).port}/token`,
      );
      const auth = Buffer.from('ann:secret').toString('base64');
      place.file('docker/config.json', JSON.stringify({ auths: { [registry.address]: { auth } } }));
      process.env['DOCKER_CONFIG'] = place.path('docker');
      const { image } = await build('<a/>');
      await push(image, named(`${registry.address}/shop:1`));
      assert.deepEqual(asked, [{ scope: 'repository:shop:pull,push', authorization: `Basic ${auth}` }]);
    } finally {
      delete process.env['DOCKER_CONFIG'];
      realm.close();
    }
  },
);

test('what is not there and who does not answer are told in words', { skip }, async () => {
  await assert.rejects(build('<a/>', `${open.address}/nothing:1`), { name: 'ImageError', code: 'NO_SUCH_IMAGE' });
  await assert.rejects(build('<a/>', '127.0.0.1:1/node:26'), { name: 'ImageError', code: 'NO_REGISTRY' });
  await using lost = await startRegistry('lost', 'http://127.0.0.1:1/token');
  await assert.rejects(build('<a/>', `${lost.address}/node:26`), { name: 'ImageError', code: 'NO_REGISTRY' });
});

test('credentials that a helper keeps are refused in words', { skip }, async () => {
  await using registry = await startRegistry('helped', 'http://127.0.0.1:1/token');
  place.file('docker/config.json', JSON.stringify({ credHelpers: { [registry.address]: 'vault' } }));
  process.env['DOCKER_CONFIG'] = place.path('docker');
  try {
    await assert.rejects(build('<a/>', `${registry.address}/node:26`), {
      code: 'CREDENTIAL_HELPER',
      message: /docker-credential-vault/,
    });
  } finally {
    delete process.env['DOCKER_CONFIG'];
  }
});
