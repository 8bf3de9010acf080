import {
  digestOfBytes,
  mediaTypes,
  type Blob,
  type Descriptor,
  type ImageConfig,
  type ImageManifest,
} from '../blob.ts';
import { ImageError } from '../image-error.ts';
import type { Base } from '../image.ts';
import { keptBlob } from '../kept.ts';

/** Where a base comes from. */
export interface Source {
  /** For people. */
  readonly name: string;
  /** The image's name, when that of its source would differ from machine to machine. */
  readonly title?: (digest: string) => string;
  /** What a descriptor names; a registry keeps manifests and blobs in two places, and tells them by media type. */
  fetch(descriptor: Descriptor): Promise<Uint8Array>;
}

interface Index {
  readonly manifests: readonly Descriptor[];
}

const architecture = process.arch === 'x64' ? 'amd64' : process.arch;

/** Follows an index to the image for this machine's architecture, and reads what an image on top of it needs. */
export async function baseOf(source: Source, top: Index | ImageManifest): Promise<Base> {
  let found: Index | ImageManifest = top;
  let digest = '';
  for (let depth = 0; 'manifests' in found; depth++) {
    const fitting: Descriptor | undefined = choose(found.manifests);
    if (fitting === undefined || depth > 3)
      throw new ImageError(
        'BAD_BASE',
        `${source.name} has no image for linux/${architecture}.`,
        'Choose another base.',
      );
    found = await json<Index | ImageManifest>(source, fitting);
    digest = fitting.digest;
  }
  const { layers } = found;
  if (!Array.isArray(layers) || found.config === undefined)
    throw new ImageError('BAD_BASE', `${source.name} is no image.`, 'Take an image of Node.js: node:26-slim.');
  const config = await json<ImageConfig>(source, found.config);
  if (config.architecture !== architecture) {
    const text = `${source.name} is for ${config.architecture}, and this machine is ${architecture}.`;
    throw new ImageError('BAD_BASE', text, 'Choose a base of this architecture.');
  }
  return {
    name: source.title?.(digest) ?? source.name,
    config,
    node: nodeOf(config, source.name),
    layers: layers.map((descriptor): Blob => keptBlob(inOciTerms(descriptor), () => source.fetch(descriptor))),
  };
}

/** The same bytes: Docker had its own word for a layer, and a manifest speaks one language. */
function inOciTerms(layer: Descriptor): Descriptor {
  const { mediaType, digest, size } = layer;
  return {
    mediaType: mediaType === 'application/vnd.docker.image.rootfs.diff.tar.gzip' ? mediaTypes.layer : mediaType,
    digest,
    size,
  };
}

function choose(manifests: readonly Descriptor[]): Descriptor | undefined {
  // An attestation stands beside the images under the platform "unknown".
  const known = manifests.filter(({ platform }) => platform === undefined || platform.os === 'linux');
  return (
    known.find(({ platform }) => platform?.architecture === architecture) ?? known.find(({ platform }) => !platform)
  );
}

async function json<T>(source: Source, descriptor: Descriptor): Promise<T> {
  const bytes = await source.fetch(descriptor);
  if (digestOfBytes(bytes) !== descriptor.digest)
    throw new ImageError(
      'BAD_BASE',
      `${source.name}: ${descriptor.digest} has other content than its name says.`,
      'Fetch the base again.',
    );
  return parsed(bytes, source.name) as T;
}

/** Whoever answers may be no registry at all, and the file anything. */
export function parsed(bytes: Uint8Array, name: string): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch (error) {
    throw new ImageError('BAD_BASE', `${name} has no JSON where an image has it.`, 'Take another base.', error);
  }
}

/** Images made for Node alone start it by their entrypoint; in others it is on the path. */
function nodeOf({ config }: ImageConfig, name: string): string {
  const first = config?.Entrypoint?.[0];
  if (first !== undefined && /(^|\/)node$/.test(first)) return first;
  const isForNode = config?.Env?.some((one) => one.startsWith('NODE_VERSION=')) ?? false;
  if (isForNode || config?.Cmd?.[0] === 'node') return 'node';
  throw new ImageError('BAD_BASE', `Nothing says that ${name} has Node.js.`, 'Take an image of Node.js: node:26-slim.');
}
