/**
 * What is dear to make and does not change: a base is packed or fetched once. Safe to delete at any time.
 *
 *   <cache>/gantry/blobs/<hex>            content under its sha256
 *   <cache>/gantry/layers/<hex of key>    JSON { descriptor, diffId } of the layer that was made for that key
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { digestOfBytes, type Blob, type Descriptor, type Layer } from './blob.ts';
import { ImageError } from './image-error.ts';

function folder(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'gantry');
}

/** The layer that was made for this key before, or a new one. A cache that cannot be written is none. */
export async function keptLayer(key: string, make: () => Promise<Layer>): Promise<Layer> {
  const note = join(folder(), 'layers', createHash('sha256').update(key).digest('hex'));
  try {
    const { descriptor, diffId } = JSON.parse(await readFile(note, 'utf8')) as Pick<Layer, 'descriptor' | 'diffId'>;
    const bytes = await readKept(descriptor);
    if (bytes !== undefined) return { descriptor, diffId, bytes: () => Promise.resolve(bytes) };
  } catch {
    // Never made, or swept away.
  }
  const layer = await make();
  await keep(layer);
  await write(note, Buffer.from(JSON.stringify({ descriptor: layer.descriptor, diffId: layer.diffId })));
  return layer;
}

/** The content from the cache, else fetched, checked against its digest and kept. */
export function keptBlob(descriptor: Descriptor, fetch: () => Promise<Uint8Array>): Blob {
  return {
    descriptor,
    async bytes() {
      const kept = await readKept(descriptor);
      if (kept !== undefined) return kept;
      const bytes = await fetch();
      const found = digestOfBytes(bytes);
      if (found !== descriptor.digest)
        throw new ImageError('BAD_BASE', `${descriptor.digest} was fetched and is ${found}.`, 'Fetch the base again.');
      await write(blobPath(descriptor), bytes);
      return bytes;
    },
  };
}

async function keep(blob: Blob): Promise<void> {
  await write(blobPath(blob.descriptor), await blob.bytes());
}

function blobPath({ digest }: Descriptor): string {
  return join(folder(), 'blobs', digest.replace('sha256:', ''));
}

/** Undefined when it is not there, or is not what its name says. */
async function readKept(descriptor: Descriptor): Promise<Uint8Array | undefined> {
  const bytes = await readFile(blobPath(descriptor)).catch(() => undefined);
  return bytes !== undefined && digestOfBytes(bytes) === descriptor.digest ? bytes : undefined;
}

async function write(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    const temporary = `${path}.${process.pid}`;
    await writeFile(temporary, bytes);
    await rename(temporary, path);
  } catch {
    // A read-only home: the next call makes it again.
  }
}
