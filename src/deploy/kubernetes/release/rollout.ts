/** How far an update is. Pure: from what the watches have told. */
import { rolloutOf, type Deployment } from '../cluster/deployment.ts';
import { isReady, newestTemplate, podsOf, restartsOf, type Pod, type View } from './shapes.ts';

/**
 * - waiting: no node yet, or its container is not made yet
 * - starting: its container runs and is not ready
 * - ready: takes requests
 * - failing: its container ended, or cannot be made
 * - going: it was told to go
 */
export type PodState = 'waiting' | 'starting' | 'ready' | 'failing' | 'going';

export interface PodProgress {
  readonly name: string;
  readonly node: string | undefined;
  /** Of the version that is being brought. */
  readonly isNew: boolean;
  readonly state: PodState;
  /** Kubernetes' word for why it waits or fails: "ImagePullBackOff". */
  readonly reason: string | undefined;
  readonly restarts: number;
}

export interface GroupProgress {
  /** Name of the Deployment. */
  readonly name: string;
  readonly wanted: number;
  /** Ready pods of the new version. */
  readonly serving: number;
  /** Pods of older versions that were not told to go yet. */
  readonly old: number;
  readonly pods: readonly PodProgress[];
  /**
   * - rolling: not all pods of the new version serve
   * - serves: they do; some of the old one are there still, or the new ones have not stood for long enough
   * - done: every older pod was told to go, and every pod has been ready for minReadySeconds
   */
  readonly state: 'rolling' | 'serves' | 'done';
}

export function progressOf(view: View): readonly GroupProgress[] {
  return view.deployments.map((deployment) => groupProgress(deployment, view));
}

function groupProgress(deployment: Deployment, view: View): GroupProgress {
  const { name, wanted, replicas, seen, done } = rolloutOf(deployment);
  // Until Kubernetes has made the new version's ReplicaSet nobody can tell which pods are of which.
  const all = newestTemplate(deployment, view) === undefined ? [] : podsOf(deployment, view);
  const pods = all.map(({ pod, isNew }) => podProgress(pod, isNew));
  const serving = pods.filter((pod) => pod.isNew && pod.state === 'ready').length;
  const old = pods.filter((pod) => !pod.isNew && pod.state !== 'going').length;
  const isDone = done && replicas === wanted;
  return {
    name,
    wanted,
    serving,
    old,
    pods: pods.toSorted((a, b) => Number(a.isNew) - Number(b.isNew) || (a.name < b.name ? -1 : 1)),
    state: seen && serving >= wanted ? (isDone && old === 0 ? 'done' : 'serves') : 'rolling',
  };
}

export function podProgress(pod: Pod, isNew: boolean): PodProgress {
  const [state, reason] = podState(pod);
  return { name: pod.metadata.name, node: pod.spec.nodeName, isNew, state, reason, restarts: restartsOf(pod) };
}

function podState(pod: Pod): readonly [PodState, string | undefined] {
  if (pod.metadata.deletionTimestamp !== undefined) return ['going', undefined];
  if (isReady(pod)) return ['ready', undefined];
  const { phase, reason, conditions, containerStatuses } = pod.status ?? {};
  // A pod that was evicted, or whose node turned it away.
  if (phase === 'Failed') return ['failing', reason ?? 'Failed'];
  const state = containerStatuses?.[0]?.state;
  if (state?.running) return ['starting', undefined];
  if (state?.terminated) return ['failing', state.terminated.reason ?? `exit ${state.terminated.exitCode}`];
  const waiting = state?.waiting?.reason;
  if (waiting !== undefined && waiting !== 'ContainerCreating' && waiting !== 'PodInitializing')
    return ['failing', waiting];
  const unscheduled = conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  return ['waiting', unscheduled?.reason];
}
