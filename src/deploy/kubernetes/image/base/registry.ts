import { digestOfBytes, mediaTypes, type Descriptor, type ImageManifest } from '../blob.ts';
import type { Base } from '../image.ts';
import { fullName, type Reference } from '../reference.ts';
import { RegistryClient } from '../registry/client.ts';
import { baseOf, parsed } from './source.ts';

const docker = 'application/vnd.docker.distribution.manifest';
const manifestTypes = [mediaTypes.index, mediaTypes.manifest, `${docker}.list.v2+json`, `${docker}.v2+json`];

/** A base from a registry. Its layers are fetched once; a tag is looked up each time, since it may have moved. */
export async function registryBase(reference: Reference): Promise<Base> {
  const client = new RegistryClient(reference, 'pull');
  const manifest = async (name: string): Promise<Buffer> =>
    bytesOf(await client.ask(`manifests/${name}`, { headers: { accept: manifestTypes.join(', ') } }));
  const top = await manifest(reference.digest ?? reference.tag);
  const fetch = async ({ digest, mediaType }: Descriptor): Promise<Buffer> =>
    manifestTypes.includes(mediaType) ? manifest(digest) : bytesOf(await client.ask(`blobs/${digest}`));
  const name = fullName({ ...reference, digest: digestOfBytes(top) });
  return baseOf({ name, fetch }, parsed(top, name) as ImageManifest);
}

async function bytesOf(answer: Response): Promise<Buffer> {
  return Buffer.from(await answer.arrayBuffer());
}
