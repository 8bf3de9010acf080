/**
 * An image as a registry keeps it: content under its digest, and JSON that names it. Source: OCI image specification 1.1.
 *
 *   index.json  -> manifest -> config { architecture, os, config: how to start, rootfs.diff_ids: the layers unpacked }
 *                           -> layers, lowest first, each a compressed tar
 *   descriptor  = { mediaType, digest: "sha256:" hex, size }
 */
import { createHash } from 'node:crypto';
import { createGzip } from 'node:zlib';
import { archive, type Entry } from './tar.ts';

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly platform?: { readonly architecture: string; readonly os: string };
}

/** Content and what names it. A large one of a base is read only when it is wanted. */
export interface Blob {
  readonly descriptor: Descriptor;
  bytes(): Promise<Uint8Array>;
}

export interface Layer extends Blob {
  /** Digest of the tar before it is compressed. */
  readonly diffId: string;
}

export interface ImageManifest {
  readonly schemaVersion: 2;
  readonly mediaType: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface ImageConfig {
  readonly architecture: string;
  readonly os: string;
  readonly config?: {
    readonly User?: string;
    readonly Env?: readonly string[];
    readonly Entrypoint?: readonly string[];
    readonly Cmd?: readonly string[];
    readonly WorkingDir?: string;
    readonly ExposedPorts?: Readonly<Record<string, object>>;
    readonly Labels?: Readonly<Record<string, string>>;
    readonly StopSignal?: string;
  };
  readonly rootfs: { readonly type: 'layers'; readonly diff_ids: readonly string[] };
  readonly history?: readonly { readonly created_by?: string; readonly empty_layer?: boolean }[];
}

export const mediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
} as const;

export function digestOfBytes(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export function blobOf(bytes: Uint8Array, mediaType: string): Blob {
  const descriptor = { mediaType, digest: digestOfBytes(bytes), size: bytes.length };
  return { descriptor, bytes: () => Promise.resolve(bytes) };
}

/** Same value, same bytes: keys stand in the order in which they were written. */
export function jsonBlob(value: unknown, mediaType: string): Blob {
  return blobOf(Buffer.from(JSON.stringify(value)), mediaType);
}

/** The gzip header of node:zlib holds no name and no time. */
export async function layerOf(entries: readonly Entry[]): Promise<Layer> {
  const plain = createHash('sha256');
  const gzip = createGzip({ level: 6 });
  const chunks: Uint8Array[] = [];
  const compressed = (async () => {
    for await (const chunk of gzip) chunks.push(chunk as Uint8Array);
  })();
  for (const chunk of archive(entries)) {
    plain.update(chunk);
    if (!gzip.write(chunk)) await new Promise((drained) => gzip.once('drain', drained));
  }
  gzip.end();
  await compressed;
  return { ...blobOf(Buffer.concat(chunks), mediaTypes.layer), diffId: `sha256:${plain.digest('hex')}` };
}
