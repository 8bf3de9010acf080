/** What must be true before the first object is applied. */
import { ApiError, isByPolicy } from '../../../coordination/arbiters/kubernetes/api-error.ts';
import type { Cluster, KubernetesObject } from '../cluster/cluster.ts';
import { kinds } from '../cluster/kinds.ts';
import { ofRefusal } from './diagnose.ts';
import type { Deployed } from './history.ts';
import { preview, type Previewed } from './preview.ts';
import { ReleaseError } from './release.ts';
import { notAllowed } from './rights.ts';

export interface CheckOptions {
  /** Takes fields over from others. */
  readonly force: boolean;
  readonly signal: AbortSignal;
}

/** Everything as if, nothing kept. Rejects with a ReleaseError when the server would refuse anything. */
export async function checkRelease(
  cluster: Cluster,
  deployed: Deployed,
  objects: readonly KubernetesObject[],
  { force, signal }: CheckOptions,
): Promise<readonly Previewed[]> {
  const previewed = await preview(cluster, objects, { force, signal });
  await checkPreview(cluster, deployed, objects, previewed, { force, signal });
  await tryPods(cluster, objects, signal);
  return previewed;
}

/** Rejects with a ReleaseError that says what to do about what would be refused. */
export async function checkPreview(
  cluster: Cluster,
  deployed: Deployed,
  objects: readonly KubernetesObject[],
  previewed: readonly Previewed[],
  { force, signal }: CheckOptions,
): Promise<void> {
  // The namespace first: without it nothing else that is refused means anything.
  const errors = previewed.flatMap(({ error, ref }) => (error ? [{ error, ref }] : []));
  const lost = errors.find(({ error }) => isNamespaceMissing(error, deployed.namespace));
  if (lost) throw noNamespace(deployed, lost.error);
  const forbidden = errors.find(({ error }) => error.status === 403 && !isByPolicy(error));
  if (forbidden) throw await notAllowed(cluster, forbidden.error, objects, deployed.namespace, signal);
  for (const one of previewed) checkOwner(one, deployed, force);
  const conflicts = errors.filter(({ error }) => isConflict(error));
  if (conflicts.length > 0) throw conflictOf(conflicts);
  const [refused] = errors;
  if (refused) throw refusalOf(refused.error, refused.ref.kind.kind, refused.ref.name);
}

function isNamespaceMissing(error: ApiError, namespace: string): boolean {
  return error.status === 404 && error.said.includes(`namespaces "${namespace}" not found`);
}

function noNamespace({ namespace }: Deployed, cause: ApiError): ReleaseError {
  const hint = `Give --create-namespace, or run kubectl create namespace ${namespace}.`;
  return new ReleaseError('NO_NAMESPACE', `There is no namespace "${namespace}".`, hint, cause);
}

/** An object of the same name that someone else made is not ours to change, nor one that an operator keeps as it is. */
function checkOwner({ live, ref }: Previewed, { name }: Deployed, force: boolean): void {
  if (live === undefined) return;
  const what = `${ref.kind.kind} ${ref.name}`;
  const owner = live.metadata.ownerReferences?.find(({ controller }) => controller);
  if (owner)
    throw new ReleaseError(
      'NOT_OURS',
      `${what} belongs to ${owner.kind} ${owner.name}, whose controller would put it back.`,
      `Change ${owner.kind} ${owner.name} instead, or choose another --name.`,
    );
  if (force || live.metadata.labels?.['app.kubernetes.io/instance'] === name) return;
  throw new ReleaseError(
    'NOT_OURS',
    `There is a ${what} already, and it is not of ${name}: its label app.kubernetes.io/instance is ${live.metadata.labels?.['app.kubernetes.io/instance'] ?? 'not set'}.`,
    'Choose another --name or --namespace, delete it, or take it over with --force-conflicts.',
  );
}

function isConflict({ status, causes }: ApiError): boolean {
  return status === 409 && causes.some(({ reason }) => reason === 'FieldManagerConflict');
}

function conflictOf(conflicts: readonly { readonly error: ApiError; readonly ref: Previewed['ref'] }[]): ReleaseError {
  const lines = conflicts.flatMap(({ error, ref }) =>
    error.causes.map(({ field, message }) => {
      const who = /conflict with "([^"]+)"/.exec(message ?? '')?.[1] ?? message;
      return `  ${ref.kind.kind} ${ref.name} ${field}: ${who}`;
    }),
  );
  return new ReleaseError(
    'FIELD_CONFLICT',
    `Someone else has set what is to be written:\n${lines.join('\n')}`,
    'Ask who that was; --force-conflicts takes these fields over.',
    conflicts[0]!.error,
  );
}

function refusalOf(error: ApiError, kind: string, name: string): ReleaseError {
  return new ReleaseError(
    'REFUSED',
    `The API server does not take ${kind} ${name}: ${error.said || `${error.status} ${error.reason}`}`,
    'Nothing was applied.',
    error,
  );
}

/**
 * A Deployment is taken though its pods would be refused: by a quota, by Pod Security, by some policy. So one pod of each
 * is tried as well, as if. Whoever may not create pods learns of it later, from the rollout.
 */
async function tryPods(cluster: Cluster, objects: readonly KubernetesObject[], signal: AbortSignal): Promise<void> {
  for (const object of objects) {
    if (object.kind !== kinds.deployments.kind) continue;
    const { name, namespace } = object.metadata;
    const { template } = object.spec as { readonly template: { readonly metadata: object; readonly spec: object } };
    // The service account is one of the objects, and may not be there yet.
    const { serviceAccountName: _account, ...spec } = template.spec as Record<string, unknown>;
    const metadata = { ...template.metadata, name: `${name}-try`, ...(namespace !== undefined && { namespace }) };
    const pod: KubernetesObject = { apiVersion: 'v1', kind: 'Pod', metadata, spec };
    try {
      await cluster.apply(pod, { manager: 'gantry-try', dryRun: true, signal });
    } catch (error) {
      if (!(error instanceof ApiError) || (error.status !== 403 && error.status !== 422)) continue;
      if (error.status === 403 && !isByPolicy(error)) continue;
      const { text, hint } = ofRefusal(error.said);
      throw new ReleaseError('REFUSED', `Pods of ${name} would be refused. ${text}`, hint, error);
    }
  }
}
