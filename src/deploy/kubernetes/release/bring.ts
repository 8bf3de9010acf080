/**
 * One way to bring a release into a cluster, for whoever asks:
 *
 *   check      everything is applied as if, and nothing kept: what the server refuses is refused before the first change
 *   record     a revision is taken; from here on the history tells of it
 *   apply      in order; then what earlier releases had and this one has not is removed, but for what older pods may need
 *   await      until every pod of the new version serves and every older one was told to go, or that cannot be; the rest
 *              is removed when they serve
 *   conclude   the outcome, in the history; with `atomic` a failure brings the release before back
 */
import { systemClock, type Clock } from '../../../clock.ts';
import { called, inOrder, take, unwanted } from '../cluster/bringing.ts';
import type { Cluster, KubernetesObject } from '../cluster/cluster.ts';
import { refOf } from '../cluster/kinds.ts';
import { applyObjects, prunable } from './apply.ts';
import { awaitRollout, type Awaited } from './awaiting.ts';
import { checkRelease } from './checks.ts';
import { concludeRelease, recordRelease, releasesOf, type Deployed } from './history.ts';
import { ReleaseError, type Release, type ReleaseFacts } from './release.ts';
import { removeObjects, removeState } from './remove.ts';
import type { Tell } from './told.ts';

export interface BringRequest extends Deployed {
  readonly objects: readonly KubernetesObject[];
  readonly facts: Pick<ReleaseFacts, 'digest' | 'image' | 'pattern' | 'how' | 'who'>;
  /** Takes fields over from other managers. */
  readonly force: boolean;
  /** A failure brings the release before back; a first release is removed. */
  readonly atomic: boolean;
  readonly timeoutMs: number;
}

export interface BringContext {
  readonly signal: AbortSignal;
  readonly tell: Tell;
  readonly clock?: Clock;
}

export interface Brought {
  readonly revision: number;
  readonly outcome: 'serves' | 'failed' | 'rolled-back';
  readonly reason: string | undefined;
  /** The release that was brought back, where one was. */
  readonly backTo: number | undefined;
  /** Pods of an older version that take requests after a failure. */
  readonly oldServing: number;
}

/** Rejects with a ReleaseError, or an ApiError, when nothing was begun or it broke off in the middle. */
export async function bringRelease(cluster: Cluster, request: BringRequest, context: BringContext): Promise<Brought> {
  const { signal, tell, clock = systemClock } = context;
  const { objects, force, timeoutMs } = request;
  const previewed = await checkRelease(cluster, request, inOrder(objects), { force, signal });
  const earlier = await releasesOf(cluster, request, signal);
  const removed = await prunable(cluster, request.name, objects, earlier, signal);
  const count = (change: string): number => previewed.filter((one) => one.change === change).length;
  tell({
    type: 'checked',
    created: count('created'),
    changed: count('changed'),
    unchanged: count('unchanged'),
    removed: removed.length,
  });

  const revision = 1 + Math.max(0, ...earlier.map(({ facts }) => facts.revision));
  const at = new Date(clock.wall()).toISOString();
  const facts: ReleaseFacts = { revision, at, outcome: 'pending', ...request.facts };
  await recordRelease(cluster, request, { facts, objects }, signal);
  tell({ type: 'begun', revision });
  const conclude = (outcome: ReleaseFacts['outcome'], reason: string | undefined): Promise<void> =>
    concludeRelease(cluster, request, { ...facts, outcome, reason }, signal);

  const began = clock.monotonic();
  try {
    const applied = await applyObjects(cluster, previewed, {
      force,
      signal,
      onApplied: (object, change) => tell({ type: 'applied', object: called(object), change }),
    });
    const left = Math.max(0, timeoutMs - (clock.monotonic() - began));
    const replacement = { applied, removed, objects, timeoutMs: left };
    const { reason, oldServing } = await replace(cluster, request, replacement, context);
    if (reason === undefined) {
      await conclude('serves', undefined);
      return { revision, outcome: 'serves', reason, backTo: undefined, oldServing };
    }
    tell({ type: 'failed', reason });
    if (!request.atomic) {
      await conclude('failed', reason);
      return { revision, outcome: 'failed', reason, backTo: undefined, oldServing };
    }
    const backTo = await goBack(cluster, request, objects, earlier, context);
    await conclude('rolled-back', reason);
    return { revision, outcome: 'rolled-back', reason, backTo, oldServing };
  } catch (error) {
    // Whoever waited does not any more; the cluster goes on, and nobody knows yet what comes of it.
    if (signal.aborted) throw error;
    // Best effort: whoever reads the history shall know, but the error is what matters.
    const reason = error instanceof Error ? error.message : String(error);
    const late = { ...facts, outcome: 'failed', reason } as const;
    await concludeRelease(cluster, request, late, AbortSignal.timeout(5_000)).catch(() => undefined);
    throw error;
  }
}

/** The release before is applied again; without one, what was made is removed. Resolves to its revision. */
async function goBack(
  cluster: Cluster,
  request: BringRequest,
  failed: readonly KubernetesObject[],
  earlier: readonly Release[],
  context: BringContext,
): Promise<number | undefined> {
  const { signal, tell } = context;
  const good = lastGood(earlier);
  tell({ type: 'rolling-back', revision: good?.facts.revision });
  if (good === undefined) return takeAway(cluster, request, failed, context);
  const { objects, facts } = good;
  const previewed = await checkRelease(cluster, request, inOrder(objects), { force: true, signal });
  const applied = await applyObjects(cluster, previewed, {
    force: true,
    signal,
    onApplied: (object, change) => {
      if (change !== 'unchanged') tell({ type: 'applied', object: called(object), change });
    },
  });
  const removed = await prunable(cluster, request.name, objects, [{ objects: failed }], signal);
  const { timeoutMs } = request;
  const { reason } = await replace(cluster, request, { applied, removed, objects, timeoutMs }, context);
  if (reason !== undefined)
    throw new ReleaseError(
      'HALF_DONE',
      `Revision ${facts.revision} was brought back and does not serve: ${reason}`,
      `gantry status ${request.name} tells how it stands.`,
    );
  return facts.revision;
}

interface Replacement {
  /** As the server answered. */
  readonly applied: readonly KubernetesObject[];
  /** Of other releases; what their pods may need outlives them, and stays where the new ones do not serve. */
  readonly removed: readonly KubernetesObject[];
  readonly objects: readonly KubernetesObject[];
  readonly timeoutMs: number;
}

async function replace(
  cluster: Cluster,
  request: BringRequest,
  { applied, removed, objects, timeoutMs }: Replacement,
  context: BringContext,
): Promise<Awaited> {
  const { signal, tell, clock = systemClock } = context;
  const { atOnce, whenServed } = unwanted(removed, objects);
  await remove(cluster, atOnce, context);
  const awaited = await awaitRollout(cluster, request, applied, { timeoutMs, clock, signal, tell });
  if (awaited.reason === undefined) await remove(cluster, whenServed, context);
  return awaited;
}

/** Nothing is left of it but its line in the history: pods that began have taken part in who holds what. */
async function takeAway(
  cluster: Cluster,
  request: BringRequest,
  failed: readonly KubernetesObject[],
  { signal, tell }: BringContext,
): Promise<undefined> {
  const made = await prunable(cluster, request.name, [], [{ objects: failed }], signal);
  const { timeoutMs } = request;
  const onRemoved = (object: string): void => tell({ type: 'removed', object });
  await removeObjects(cluster, request, made.map(refOf), { timeoutMs, signal, onRemoved });
  await removeState(cluster, request, { signal, onRemoved });
}

/** The newest that served, by what its maker saw. */
export function lastGood(releases: readonly Release[]): Release | undefined {
  return releases.findLast(({ facts }) => facts.outcome === 'serves');
}

async function remove(
  cluster: Cluster,
  objects: readonly KubernetesObject[],
  { signal, tell }: BringContext,
): Promise<void> {
  for (const object of objects)
    if (await take(cluster, object, signal)) tell({ type: 'removed', object: called(object) });
}
