import { jsonBlob, mediaTypes, type Blob, type ImageConfig, type ImageManifest, type Layer } from './blob.ts';

/** What a base brings: where Node is, and what lies below. */
export interface Base {
  /** For people, and a label: "host node 26.10.0", "node:26-slim@sha256:...". */
  readonly name: string;
  readonly config: ImageConfig;
  readonly layers: readonly Blob[];
  /** How Node is started in it. */
  readonly node: string;
}

export interface Image {
  readonly manifest: Blob;
  readonly config: Blob;
  readonly layers: readonly Blob[];
}

export interface ImageParts {
  readonly base: Base;
  /** Above the base, lowest first. */
  readonly layers: readonly { readonly layer: Layer; readonly what: string }[];
  readonly args: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly user: number;
  readonly ports: readonly number[];
}

/** Where every image has the program. */
export const programInImage = '/app/gantry.cjs';

/** Puts an image together. Pure: the same parts give the same digest, and nothing tells when it was made. */
export function imageOf({ base, layers, args, labels, user, ports }: ImageParts): Image {
  const below = base.config;
  const config: ImageConfig = {
    architecture: below.architecture,
    os: below.os,
    config: {
      User: `${user}:${user}`,
      Env: below.config?.Env ?? ['PATH=/usr/local/bin:/usr/bin:/bin'],
      // A small young generation: a replica under load stays some 30 MiB smaller.
      Entrypoint: [base.node, '--max-semi-space-size=4', programInImage],
      Cmd: args,
      WorkingDir: '/app',
      ExposedPorts: Object.fromEntries(ports.map((port) => [`${port}/tcp`, {}])),
      Labels: { ...below.config?.Labels, ...labels },
      StopSignal: 'SIGTERM',
    },
    rootfs: { type: 'layers', diff_ids: [...below.rootfs.diff_ids, ...layers.map(({ layer }) => layer.diffId)] },
    history: [...historyOf(base), ...layers.map(({ what }) => ({ created_by: `gantry image: ${what}` }))],
  };
  const configBlob = jsonBlob(config, mediaTypes.config);
  const all = [...base.layers, ...layers.map(({ layer }) => layer)];
  const manifest: ImageManifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: configBlob.descriptor,
    layers: all.map((layer) => layer.descriptor),
    annotations: labels,
  };
  return { manifest: jsonBlob(manifest, mediaTypes.manifest), config: configBlob, layers: all };
}

/** Who reads a history counts its layers: a base without one gets a line for each of its own. */
function historyOf({ config, layers, name }: Base): NonNullable<ImageConfig['history']> {
  const known = config.history?.filter((line) => line.empty_layer !== true).length ?? 0;
  if (known === layers.length && config.history !== undefined) {
    return config.history.map(({ created_by = name, empty_layer }) => ({
      created_by,
      ...(empty_layer === true ? { empty_layer } : {}),
    }));
  }
  return layers.map(() => ({ created_by: name }));
}
