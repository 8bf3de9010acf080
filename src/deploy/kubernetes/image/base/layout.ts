import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Descriptor } from '../blob.ts';
import { ImageError } from '../image-error.ts';
import type { Base } from '../image.ts';
import { membersOf, readMember } from '../untar.ts';
import { baseOf, parsed, type Source } from './source.ts';

/** A base from an OCI layout: a folder, or a tar archive of one. ../layout.ts has the format. */
export async function layoutBase(path: string): Promise<Base> {
  const read = await readerOf(path);
  const index = await read('index.json');
  const source: Source = {
    name: path,
    title: (digest) => `OCI layout ${digest}`,
    fetch: ({ digest }) => read(`blobs/${digest.replace(':', '/')}`),
  };
  return baseOf(source, parsed(index, path) as { readonly manifests: readonly Descriptor[] });
}

async function readerOf(path: string): Promise<(name: string) => Promise<Buffer>> {
  const missing = (name: string, cause?: unknown): ImageError =>
    new ImageError(
      'BAD_BASE',
      `${path} is no OCI layout: it has no ${name}.`,
      'skopeo copy docker://IMAGE oci:DIR makes one.',
      cause,
    );
  if ((await stat(path)).isDirectory()) {
    return (name) =>
      readFile(join(path, name)).catch((error: unknown) => {
        throw missing(name, error);
      });
  }
  const members = await membersOf(path).catch((error: unknown) => {
    throw missing('index.json', error);
  });
  return async (name) => {
    const member = members.get(name);
    if (member === undefined) throw missing(name);
    return readMember(path, member);
  };
}
