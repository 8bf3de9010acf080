import { digestOf } from '../../../../digest.ts';
import type { KubernetesObject } from '../../cluster/cluster.ts';
import type { ArtifactSource } from '../resource/integration.ts';

/** A ConfigMap with files in it; `binaryData` is base64. */
export interface FileMap extends KubernetesObject {
  readonly binaryData?: Readonly<Record<string, string>>;
}

/**
 * Names what is to be looked into: the same source, the same content. For an image that is only as true as its tag; for
 * a ConfigMap it is the digest of its files. Undefined: there is no such ConfigMap.
 */
export function sourceKey(artifact: ArtifactSource, files: FileMap | undefined): string | undefined {
  if (artifact.image !== undefined) return `image:${artifact.image}`;
  if (artifact.oci !== undefined) return `oci:${artifact.oci.reference}`;
  if (files === undefined) return undefined;
  return `configMap:${artifact.configMap?.name}@${filesDigest(files)}`;
}

export function filesDigest({ data = {}, binaryData = {} }: FileMap): string {
  const entries = [...Object.entries(data), ...Object.entries(binaryData).map(([name, value]) => [`${name}#`, value])];
  return digestOf(entries.toSorted(([a], [b]) => (a! < b! ? -1 : 1)).flat());
}

/** Never changed once it is made, so that pods of the old version keep their files and a rollback finds its own. */
export function snapshotName(name: string, source: string): string {
  return `${name}-artifacts-${source.slice(source.lastIndexOf('@') + 1).slice(0, 12)}`;
}
