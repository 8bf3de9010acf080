import { existsSync } from 'node:fs';
import { ports, runtimeUser } from '../manifests/setting.ts';
import { artifactFiles } from './artifact-files.ts';
import { hostBase } from './base/host.ts';
import { layoutBase } from './base/layout.ts';
import { registryBase } from './base/registry.ts';
import { layerOf } from './blob.ts';
import { ImageError } from './image-error.ts';
import { imageOf, type Base, type Image } from './image.ts';
import { parseReference } from './reference.ts';
import { runtimeFiles } from './runtime-files.ts';
import { sbomOf } from './sbom.ts';

export interface ImageRequest {
  readonly paths: readonly string[];
  readonly registryDir: string | undefined;
  /** "host", an OCI layout (folder or archive), or the name of an image. */
  readonly base: string;
  /** The file of the program that runs now. */
  readonly program: string;
  readonly project: { readonly name: string; readonly digest: string };
  readonly version: string;
}

export interface BuiltImage {
  readonly image: Image;
  readonly base: Base;
  /** In the registry, compressed. */
  readonly sizes: { readonly base: number; readonly runtime: number; readonly artifacts: number };
}

const sbomPath = 'app/sbom.spdx.json';

/** Three parts, of which each changes more often than the one below it: base, runtime, artifacts. */
export async function buildImage(request: ImageRequest): Promise<BuiltImage> {
  const artifacts = artifactFiles(request.paths, request.registryDir);
  const runtime = runtimeFiles(request.program);
  const base = await baseFrom(request.base);
  const below = await layerOf(runtime.entries);
  const sbom = sbomOf({
    gantry: request.version,
    node: request.base === 'host' ? process.versions.node : 'of the base',
    base: base.name,
    digest: below.diffId,
    packages: runtime.packages,
  });
  const runtimeLayer = await layerOf([
    ...runtime.entries,
    { type: 'file', path: sbomPath, content: Buffer.from(sbom) },
  ]);
  const artifactsLayer = await layerOf(artifacts.entries);
  const image = imageOf({
    base,
    layers: [
      { layer: runtimeLayer, what: `Gantry ${request.version}` },
      { layer: artifactsLayer, what: `artifacts ${request.project.name} ${request.project.digest}` },
    ],
    args: artifacts.args,
    user: runtimeUser,
    ports: Object.values(ports),
    labels: {
      'org.opencontainers.image.title': request.project.name,
      'org.opencontainers.image.version': request.project.digest.slice(0, 12),
      'org.opencontainers.image.base.name': base.name,
      'dev.gantry.version': request.version,
      'dev.gantry.artifacts': request.project.digest,
      'dev.gantry.sbom': `/${sbomPath}`,
    },
  });
  const sizes = {
    base: base.layers.reduce((sum, layer) => sum + layer.descriptor.size, 0),
    runtime: runtimeLayer.descriptor.size,
    artifacts: artifactsLayer.descriptor.size,
  };
  return { image, base, sizes };
}

function baseFrom(base: string): Promise<Base> {
  if (base === 'host') return hostBase(runtimeUser);
  if (existsSync(base)) return layoutBase(base);
  const reference = parseReference(base);
  if (reference !== undefined) return registryBase(reference);
  throw new ImageError(
    'BAD_BASE',
    `"${base}" is no base.`,
    'host, the folder or archive of an OCI layout, or an image: node:26-slim.',
  );
}
