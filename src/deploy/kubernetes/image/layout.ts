/**
 * An image in files, as `ctr images import`, `podman load` and `skopeo` take it. Source: OCI image layout 1.0.
 *
 *   oci-layout               {"imageLayoutVersion":"1.0.0"}
 *   index.json               descriptors of manifests, each with its name as an annotation
 *   blobs/sha256/<hex>       manifest, config, layers
 */
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { jsonBlob, mediaTypes, type Blob } from './blob.ts';
import type { Image } from './image.ts';
import { fullName, type Reference } from './reference.ts';
import { archive, type Entry } from './tar.ts';

/** Writes beside the file and then takes its place, so that nobody finds half an image. */
export async function writeLayout(image: Image, reference: Reference, path: string): Promise<void> {
  const name = fullName(reference);
  const annotations = { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': name };
  const index = {
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    manifests: [{ ...image.manifest.descriptor, annotations }],
  };
  const blobs = [image.manifest, image.config, ...image.layers];
  const entries: Entry[] = [
    { type: 'file', path: 'oci-layout', content: Buffer.from('{"imageLayoutVersion":"1.0.0"}') },
    { type: 'file', path: 'index.json', content: await jsonBlob(index, mediaTypes.index).bytes() },
    ...(await Promise.all(blobs.map(blobEntry))),
  ];
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.part`;
  try {
    await pipeline(Readable.from(archive(entries)), createWriteStream(temporary));
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function blobEntry(blob: Blob): Promise<Entry> {
  const path = `blobs/${blob.descriptor.digest.replace(':', '/')}`;
  return { type: 'file', path, content: await blob.bytes() };
}
