/** Waits until the new version serves, or it is clear that it will not. */
import type { Clock } from '../../../clock.ts';
import type { Cluster, KubernetesObject } from '../cluster/cluster.ts';
import { kinds } from '../cluster/kinds.ts';
import { ports } from '../manifests/setting.ts';
import { diagnose, type Diagnosis } from './diagnose.ts';
import type { Deployed } from './history.ts';
import { progressOf, type GroupProgress } from './rollout.ts';
import { isReady, podsOf, type View } from './shapes.ts';
import type { Tell } from './told.ts';
import { Watched } from './watched.ts';

export interface AwaitOptions {
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly tell: Tell;
}

/** Undefined reason: it serves, and every older pod was told to go. */
export interface Awaited {
  readonly reason: string | undefined;
  /** Pods of an older version that take requests. */
  readonly oldServing: number;
}

/** How often it is looked at though nothing was told: causes become hopeless as time goes by. */
const lookEachMs = 1_000;
const evidenceMs = 5_000;

/** `applied`: as the server answered; a Deployment whose generation is older has not been seen yet. */
export async function awaitRollout(
  cluster: Cluster,
  deployed: Deployed,
  applied: readonly KubernetesObject[],
  { timeoutMs, clock, signal, tell }: AwaitOptions,
): Promise<Awaited> {
  const wanted = new Map(
    applied
      .filter(({ kind }) => kind === kinds.deployments.kind)
      .map(({ metadata }) => [metadata.name, metadata.generation ?? 0]),
  );
  const began = clock.monotonic();
  const troubles = new Set<string>();
  await using watched = new Watched(cluster, deployed, ({ message }) => {
    if (!troubles.has(message)) tell({ type: 'warning', text: message });
    troubles.add(message);
  });
  const since = new Map<string, number>();
  const said = new Set<string>();
  let serves = false;
  let shown = '';
  for (;;) {
    signal.throwIfAborted();
    const view = ofRelease(watched.view, wanted);
    const now = clock.monotonic();
    if (watched.isComplete && view.deployments.length === wanted.size) {
      const groups = progressOf(view);
      const text = JSON.stringify(groups);
      if (text !== shown) tell({ type: 'progress', groups });
      shown = text;
      const tookMs = Math.round(now - began);
      if (!serves && groups.every(({ state }) => state !== 'rolling')) {
        serves = true;
        tell({ type: 'serves', tookMs });
      }
      if (groups.every(({ state }) => state === 'done')) {
        tell({ type: 'done', tookMs });
        return { reason: undefined, oldServing: 0 };
      }
      const found = diagnose(view);
      const present = new Set(found.map(keyOf));
      for (const key of since.keys()) if (!present.has(key)) since.delete(key);
      for (const diagnosis of found) {
        const key = keyOf(diagnosis);
        since.set(key, since.get(key) ?? now);
        const cause = `${diagnosis.group} ${diagnosis.code}`;
        if (now - since.get(key)! < diagnosis.saidAfterMs || said.has(cause)) continue;
        said.add(cause);
        tell({ type: 'diagnosis', diagnosis });
      }
      const hopeless = found.find(
        (one) => one.hopelessAfterMs !== undefined && now - since.get(keyOf(one))! >= one.hopelessAfterMs,
      );
      if (hopeless) return await failed(cluster, view, found, hopeless.text, { signal, tell });
    }
    if (now - began >= timeoutMs) {
      const waited = `It did not serve within ${Math.round(timeoutMs / 1000)} s${stillMissing(progressOf(view))}.`;
      return await failed(cluster, view, diagnose(view), waited, { signal, tell });
    }
    const pause = Promise.withResolvers<void>();
    const cancel = clock.after(Math.min(lookEachMs, timeoutMs - (now - began)), pause.resolve);
    signal.addEventListener('abort', () => pause.resolve(), { once: true });
    await Promise.race([watched.news, pause.promise]);
    cancel();
  }
}

/** The same cause, whichever pod it is seen on; what only takes its time is another one for each pod. */
function keyOf({ group, code, pod, hopelessAfterMs }: Diagnosis): string {
  return `${group} ${code} ${hopelessAfterMs === undefined ? pod : ''}`;
}

/** Only what this release has brought; a Deployment that is still as before does not count. */
function ofRelease(view: View, wanted: ReadonlyMap<string, number>): View {
  return {
    ...view,
    deployments: view.deployments.filter(
      ({ metadata }) => (metadata.generation ?? 0) >= (wanted.get(metadata.name) ?? Infinity),
    ),
  };
}

function stillMissing(groups: readonly GroupProgress[]): string {
  const missing = groups.filter(({ state }) => state === 'rolling');
  if (missing.length === 0) return '';
  return `: ${missing.map(({ name, serving, wanted }) => `${serving} of ${wanted} new pods of ${name} are ready`).join(', ')}`;
}

async function failed(
  cluster: Cluster,
  view: View,
  found: readonly Diagnosis[],
  reason: string,
  { signal, tell }: Pick<AwaitOptions, 'signal' | 'tell'>,
): Promise<Awaited> {
  for (const diagnosis of found) await tellEvidence(cluster, view, diagnosis, { signal, tell });
  const old = view.deployments.flatMap((deployment) =>
    podsOf(deployment, view).filter(({ pod, isNew }) => !isNew && isReady(pod)),
  );
  return { reason, oldServing: old.length };
}

/** What the pod itself has to say. Not having it changes nothing. */
async function tellEvidence(
  cluster: Cluster,
  { pods }: View,
  { code, pod: name }: Diagnosis,
  { signal: outer, tell }: Pick<AwaitOptions, 'signal' | 'tell'>,
): Promise<void> {
  const found = pods.find(({ metadata }) => metadata.name === name);
  if (found === undefined || (code !== 'CRASHES' && code !== 'NOT_READY')) return;
  const pod = found.metadata;
  const signal = AbortSignal.any([outer, AbortSignal.timeout(evidenceMs)]);
  if (code === 'NOT_READY' && cluster.podSays) {
    const said = await cluster.podSays(pod, { port: ports.health, path: '/ready' }, signal).catch(() => '');
    if (said !== '') tell({ type: 'evidence', pod: pod.name, of: '/ready', lines: said.trimEnd().split('\n') });
  }
  const lines: string[] = [];
  // While nothing runs, the log is that of the container that ended last; its predecessor's may be swept already.
  const previous = code === 'CRASHES' && found.status?.containerStatuses?.[0]?.state?.running !== undefined;
  try {
    for await (const line of cluster.logs(pod, { previous, tailLines: 10, signal })) lines.push(line);
  } catch {
    // A container that never ran has no log.
  }
  if (lines.length > 0) tell({ type: 'evidence', pod: pod.name, of: 'log', lines });
}
