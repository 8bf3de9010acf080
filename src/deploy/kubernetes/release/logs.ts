/** The logs of all pods of a deployment, as one. */
import { ApiError } from '../../../coordination/arbiters/kubernetes/api-error.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { kinds } from '../cluster/kinds.ts';
import type { Deployed } from './history.ts';
import { ReleaseError } from './release.ts';
import { restartsOf, type Pod } from './shapes.ts';
import { noDeployment } from './standing.ts';

export interface LogOptions {
  /** Goes on with what comes, of pods that come as well, until the signal aborts. */
  readonly follow: boolean;
  /** Only of this one. */
  readonly pod: string | undefined;
  /** Of the container before the present one. */
  readonly previous: boolean;
  readonly tailLines: number;
  readonly signal: AbortSignal;
  readonly onLine: (pod: string, line: string) => void;
  /** A pod whose log cannot be read; the others go on. */
  readonly onTrouble: (text: string) => void;
}

/** Rejects with a ReleaseError when there is no such deployment or pod. */
export async function followLogs(cluster: Cluster, deployed: Deployed, options: LogOptions): Promise<void> {
  const { follow, pod: only, signal } = options;
  const { name, namespace } = deployed;
  const query = { kind: kinds.pods, namespace, labelSelector: `app.kubernetes.io/instance=${name}` };
  const pods = await cluster.list<Pod>(query, signal);
  if (pods.length === 0 && !follow) throw await noDeployment(cluster, deployed, signal);
  if (only !== undefined && !pods.some(({ metadata }) => metadata.name === only)) {
    const names = pods.map(({ metadata }) => metadata.name).join(', ') || 'none';
    throw new ReleaseError('NO_RELEASE', `${name} has no pod "${only}".`, `There are: ${names}.`);
  }
  const wanted = (pod: Pod): boolean => only === undefined || pod.metadata.name === only;
  if (!follow) {
    for (const pod of pods.filter(wanted)) await readLog(cluster, pod, options);
    return;
  }
  /** A container that starts again begins another log. */
  const read = new Set<string>();
  const reading = new Set<Promise<void>>();
  const take = (pod: Pod): void => {
    const key = `${pod.metadata.uid}/${restartsOf(pod)}`;
    const hasRun = pod.status?.containerStatuses?.some(({ state }) => state?.running ?? state?.terminated);
    if (!wanted(pod) || !hasRun || read.has(key)) return;
    read.add(key);
    // Of what comes later nothing is missed.
    const isFirst = pods.some(({ metadata }) => metadata.uid === pod.metadata.uid) && restartsOf(pod) === first(pod);
    const work = readLog(cluster, pod, isFirst ? options : { ...options, tailLines: undefined });
    reading.add(work);
    void work.finally(() => reading.delete(work));
  };
  const first = (pod: Pod): number => restartsOf(pods.find(({ metadata }) => metadata.uid === pod.metadata.uid) ?? pod);
  await cluster.watch(
    query,
    (event) => {
      if (event.type === 'listed') event.objects.forEach((pod) => take(pod as Pod));
      else if (event.type === 'put') take(event.object as Pod);
      else if (event.type === 'trouble') options.onTrouble(event.error.message);
    },
    signal,
  );
  await Promise.all(reading);
}

async function readLog(
  cluster: Cluster,
  { metadata }: Pod,
  {
    follow,
    previous,
    tailLines,
    signal,
    onLine,
    onTrouble,
  }: Omit<LogOptions, 'tailLines'> & { readonly tailLines: number | undefined },
): Promise<void> {
  const { name, namespace } = metadata;
  try {
    const lines = cluster.logs(
      { name, ...(namespace !== undefined && { namespace }) },
      { follow, previous, ...(tailLines !== undefined && { tailLines }), signal },
    );
    for await (const line of lines) onLine(name, line);
  } catch (error) {
    if (signal.aborted) return;
    onTrouble(`${name}: ${error instanceof ApiError ? error.said : (error as Error).message}`);
  }
}
