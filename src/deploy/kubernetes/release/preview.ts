/** What would become of each object, as the server says: nothing is kept. */
import { ApiError } from '../../../coordination/arbiters/kubernetes/api-error.ts';
import type { Cluster, KubernetesObject, ObjectRef } from '../cluster/cluster.ts';
import { likeness } from '../cluster/comparable.ts';
import { scaleManager } from '../cluster/keep-replicas.ts';
import { refOf } from '../cluster/kinds.ts';
import { fieldManager } from './release.ts';

export interface Previewed {
  readonly ref: ObjectRef;
  readonly wanted: KubernetesObject;
  /** Undefined: it is to be created. */
  readonly live: KubernetesObject | undefined;
  /** Undefined: the server refuses it, for the reason in `error`. */
  readonly becomes: KubernetesObject | undefined;
  readonly error: ApiError | undefined;
  /** It takes back what only we have said by another name. */
  readonly overrides: boolean;
  readonly change: 'created' | 'changed' | 'unchanged' | 'refused';
}

export interface PreviewOptions {
  readonly force: boolean;
  readonly signal: AbortSignal;
}

/** All of them, whatever is wrong with one: whoever has to ask for rights wants to ask once. */
export async function preview(
  cluster: Cluster,
  objects: readonly KubernetesObject[],
  options: PreviewOptions,
): Promise<readonly Previewed[]> {
  return Promise.all(objects.map((wanted) => previewOne(cluster, wanted, options)));
}

async function previewOne(
  cluster: Cluster,
  wanted: KubernetesObject,
  { force, signal }: PreviewOptions,
): Promise<Previewed> {
  const ref = refOf(wanted);
  let live: KubernetesObject | undefined;
  let overrides = false;
  try {
    live = await cluster.get(ref, signal);
    const asIf = (forced: boolean): Promise<KubernetesObject> =>
      cluster.apply(wanted, { manager: fieldManager, force: forced, dryRun: true, signal });
    const becomes = await asIf(force).catch((error: unknown) => {
      overrides = isOwnWord(error);
      if (overrides) return asIf(true);
      throw error;
    });
    const isSame = live !== undefined && likeness(live) === likeness(becomes);
    const change = live === undefined ? 'created' : isSame ? 'unchanged' : 'changed';
    return { ref, wanted, live, becomes, error: undefined, overrides, change };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (live === undefined && waitsForRole(wanted, error))
      return { ref, wanted, live, becomes: wanted, error: undefined, overrides, change: 'created' };
    return { ref, wanted, live, becomes: undefined, error, overrides, change: 'refused' };
  }
}

/** A conflict with what was said on the autoscaler's behalf, and nothing else. */
function isOwnWord(error: unknown): boolean {
  return (
    error instanceof ApiError &&
    error.causes.length > 0 &&
    error.causes.every(({ message }) => message?.startsWith(`conflict with "${scaleManager}"`))
  );
}

/**
 * Who may not bind any Role may bind one whose rights they have themselves; so the API server looks into it, and a Role
 * that is only applied as if is not there to be looked into.
 */
function waitsForRole({ kind }: KubernetesObject, { status, asked, said }: ApiError): boolean {
  return kind === 'RoleBinding' && status === 404 && asked.verb === 'patch' && !said.startsWith('namespaces ');
}
