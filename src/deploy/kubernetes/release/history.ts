/**
 * The releases of a deployment, kept beside it: a ConfigMap each, the newest ten. No Secret, because nothing in a
 * manifest is one, and so that nobody needs the right to read Secrets.
 *
 *   metadata.name     gantry.<deployment>.release-<revision>
 *   metadata.labels   gantry.dev/release: <deployment>
 *   data.facts        ReleaseFacts as JSON
 *   data.objects      the objects as a JSON list, gzipped, base64
 *
 * A revision is taken by creating its ConfigMap: of two who bring a release at the same time, one is told.
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import { ApiError } from '../../../coordination/arbiters/kubernetes/api-error.ts';
import type { Cluster, KubernetesObject, ObjectRef } from '../cluster/cluster.ts';
import { kinds } from '../cluster/kinds.ts';
import { ReleaseError, type Release, type ReleaseFacts } from './release.ts';

const releaseLabel = 'gantry.dev/release';
const kept = 10;

export interface Deployed {
  readonly name: string;
  readonly namespace: string;
}

/** Oldest first. Without a name, of every deployment of the namespace. */
export async function releasesOf(
  cluster: Cluster,
  { name, namespace }: { readonly name?: string | undefined; readonly namespace: string },
  signal: AbortSignal,
): Promise<readonly (Release & { readonly deployment: string })[]> {
  const labelSelector = name === undefined ? releaseLabel : `${releaseLabel}=${name}`;
  const found = await cluster.list({ kind: kinds.configMaps, namespace, labelSelector }, signal);
  return found
    .flatMap(({ metadata, data }) => {
      const deployment = metadata.labels?.[releaseLabel];
      return deployment === undefined || data?.['facts'] === undefined || data['objects'] === undefined
        ? []
        : [{ deployment, facts: JSON.parse(data['facts']) as ReleaseFacts, packed: data['objects'] }];
    })
    .toSorted((a, b) => a.facts.revision - b.facts.revision)
    .map(({ deployment, facts, packed }) => ({
      deployment,
      facts,
      // Ten releases are listed for their facts far more often than one is read for its objects.
      get objects() {
        return JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString()) as readonly KubernetesObject[];
      },
    }));
}

export async function recordRelease(
  cluster: Cluster,
  { name, namespace }: Deployed,
  { facts, objects }: Release,
  signal: AbortSignal,
): Promise<void> {
  const object: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: recordName(name, facts.revision), namespace, labels: { [releaseLabel]: name } },
    data: {
      facts: JSON.stringify(facts),
      objects: gzipSync(JSON.stringify(objects)).toString('base64'),
    },
  };
  await cluster.create(object, signal).catch((error: unknown) => {
    if (!(error instanceof ApiError) || error.reason !== 'AlreadyExists') throw error;
    throw new ReleaseError(
      'BUSY',
      `Someone else has just begun revision ${facts.revision} of ${name}.`,
      `See gantry history ${name} for who, and try again when it is over.`,
      error,
    );
  });
}

/** How it ended; and the oldest ones go. */
export async function concludeRelease(
  cluster: Cluster,
  deployed: Deployed,
  facts: ReleaseFacts,
  signal: AbortSignal,
): Promise<void> {
  await cluster.patch(refOf(deployed, facts.revision), { data: { facts: JSON.stringify(facts) } }, signal);
  const all = await releasesOf(cluster, deployed, signal);
  for (const { facts: old } of oldestOf(all)) await cluster.delete(refOf(deployed, old.revision), { signal });
}

export async function forgetReleases(cluster: Cluster, deployed: Deployed, signal: AbortSignal): Promise<void> {
  for (const { facts } of await releasesOf(cluster, deployed, signal))
    await cluster.delete(refOf(deployed, facts.revision), { signal });
}

/** The one that serves stays, however old it is: it is what a failed update goes back to. */
function oldestOf(all: readonly Release[]): readonly Release[] {
  const serving = all.findLast(({ facts }) => facts.outcome === 'serves');
  return all.slice(0, Math.max(0, all.length - kept)).filter((one) => one !== serving);
}

function refOf({ name, namespace }: Deployed, revision: number): ObjectRef {
  return { kind: kinds.configMaps, name: recordName(name, revision), namespace };
}

function recordName(name: string, revision: number): string {
  return `gantry.${name}.release-${revision}`;
}
