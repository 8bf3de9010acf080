import {
  bringRelease,
  checkRelease,
  kinds,
  plain,
  ReleaseError,
  type BringRequest,
  type Cluster,
  type KubernetesObject,
} from '../../../../deploy/kubernetes/index.ts';
import { wordOption, type OptionSpec, type ParsedLine } from '../../options.ts';
import { problemLine } from '../../problems.ts';
import { exitCode } from '../../usage.ts';
import { linePaths, readDeployable, type Deployable } from '../deployable.ts';
import { objectOptions, planObjects, type PlannedObjects } from '../objects.ts';
import { checkImageOptions, deliverImage } from './images.ts';
import {
  clusterOptions,
  clusterTerminal,
  rolloutTimeout,
  whoAsks,
  withCluster,
  type ClusterPlace,
  type ClusterTold,
} from './place.ts';
import { jsonProgress, textProgress, type Progress } from './progress.ts';
import { resultText, tellResult } from './result.ts';
import { Screen } from './screen.ts';
import { ingressWarning, waysIn } from './way-in.ts';

export const deployOptions: OptionSpec = {
  ...objectOptions,
  ...clusterOptions,
  base: { type: 'string' },
  push: { type: 'string' },
  load: { type: 'string' },
  'create-namespace': { type: 'boolean' },
  'force-conflicts': { type: 'boolean' },
  atomic: { type: 'boolean' },
  timeout: { type: 'string' },
  'dry-run': { type: 'boolean' },
  registry: { type: 'string' },
  'env-file': { type: 'string' },
  format: { type: 'string' },
};

/** `gantry deploy PATH...`: brings a project into a cluster and waits until it serves. */
export async function runDeploy(args: readonly string[], told: ClusterTold = clusterTerminal): Promise<number> {
  const line = linePaths(args, deployOptions, 'deploy');
  const format = wordOption(line, 'format', ['text', 'json'], 'text');
  checkImageOptions(line);
  const deployable = await readDeployable(line);
  return withCluster(line, told, async (place) => {
    // What is wrong with artifacts or options is known before anything is built; what the image is called changes nothing.
    const planned = planObjects(line, deployable, { namespace: place.namespace });
    for (const problem of planned.problems)
      if (problem.level !== 'info' && (problem.code !== 'IMAGE_NOT_FIXED' || line.values['image'] !== undefined))
        told.warn(problemLine(problem));
    if (planned.manifests.length === 0) return exitCode.failed;
    await prepare(line, place, planned, told);
    const image = await deliverImage(line, deployable, told);
    const objects = objectsOf(planObjects(line, deployable, { namespace: place.namespace, image }));
    const progress = format === 'json' ? jsonProgress(told) : textProgress(told, Screen.on(process.stdout));
    if (line.values['dry-run'] === true) return dryRun(line, place, planned, objects, told);
    if (format === 'text') told.print(headline(planned, place, deployable));
    const request: BringRequest = {
      ...deployedOf(planned),
      objects,
      facts: {
        digest: planned.setting.digest,
        image: image ?? planned.setting.image,
        pattern: planned.plan.pattern,
        how: 'deploy',
        who: whoAsks(),
      },
      force: line.values['force-conflicts'] === true,
      atomic: line.values['atomic'] === true,
      timeoutMs: rolloutTimeout(line, objects),
    };
    return bring(place, request, progress, format, told);
  });
}

/** Also for a rollback: brings it, and says at the end what came of it. */
export async function bring(
  { cluster, signal }: ClusterPlace,
  request: BringRequest,
  progress: Progress,
  format: 'text' | 'json',
  told: ClusterTold,
): Promise<number> {
  try {
    const brought = await bringRelease(cluster, request, { signal, tell: (event) => progress.tell(event) });
    progress.end();
    const { name, namespace } = request;
    const ways = await waysNow(cluster, request.objects, signal);
    if (format === 'json') told.print(JSON.stringify({ type: 'result', name, namespace, ...brought, ways }));
    else tellResult(resultText(request, brought, ways), brought, told);
    return { serves: exitCode.ok, failed: exitCode.failed, 'rolled-back': exitCode.rolledBack }[brought.outcome];
  } finally {
    progress.end();
  }
}

export function objectsOf({ manifests }: PlannedObjects): readonly KubernetesObject[] {
  return manifests.map((manifest) => plain(manifest) as unknown as KubernetesObject);
}

function deployedOf({ setting }: PlannedObjects): { readonly name: string; readonly namespace: string } {
  return { name: setting.name, namespace: setting.namespace };
}

function headline({ setting, plan }: PlannedObjects, { cluster }: ClusterPlace, { project }: Deployable): string {
  const replicas = plan.pods.length === 1 ? '1 replica' : `${plan.pods.length} replicas`;
  return `${setting.name} (${project.digest.slice(0, 12)}), ${plan.pattern}, ${replicas}, to ${setting.namespace} at ${cluster.server}`;
}

/** The namespace is there, and so is what the Ingress needs. Nothing is built before this is known. */
async function prepare(
  line: ParsedLine,
  { cluster, namespace, signal }: ClusterPlace,
  planned: PlannedObjects,
  told: ClusterTold,
): Promise<void> {
  const mayCreate = line.values['create-namespace'] === true;
  const ref = { kind: kinds.namespaces, name: namespace };
  const isDryRun = line.values['dry-run'] === true;
  // Who may not read namespaces learns from the dry run that it is missing.
  const there = await cluster.get(ref, signal).catch((error: unknown) => {
    if ((error as { readonly status?: number }).status === 403) return ref;
    throw error;
  });
  if (there === undefined && !mayCreate)
    throw new ReleaseError(
      'NO_NAMESPACE',
      `There is no namespace "${namespace}".`,
      `Give --create-namespace, or run kubectl create namespace ${namespace}.`,
    );
  if (there === undefined && !isDryRun) {
    await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, signal);
    told.warn(`created Namespace ${namespace}`);
  }
  const warning = await ingressWarning(cluster, objectsOf(planned), signal);
  if (warning !== undefined) told.warn(`warning: ${warning}`);
}

async function dryRun(
  line: ParsedLine,
  { cluster, signal }: ClusterPlace,
  planned: PlannedObjects,
  objects: readonly KubernetesObject[],
  told: ClusterTold,
): Promise<number> {
  const force = line.values['force-conflicts'] === true;
  const previewed = await checkRelease(cluster, deployedOf(planned), objects, { force, signal });
  const changes = previewed.map(({ ref, change }) => ({ object: `${ref.kind.kind} ${ref.name}`, change }));
  if (line.values['format'] === 'json') told.print(JSON.stringify({ type: 'dry-run', changes }));
  else for (const { object, change } of changes) told.print(`would be ${change}: ${object}`);
  return exitCode.ok;
}

async function waysNow(
  cluster: Cluster,
  objects: readonly KubernetesObject[],
  signal: AbortSignal,
): Promise<ReturnType<typeof waysIn>> {
  const ways = objects.filter(({ kind }) => ['Service', 'Ingress', 'HTTPRoute'].includes(kind));
  const live = await Promise.all(
    ways.map(({ kind, metadata }) =>
      cluster
        .get(
          {
            kind: { Service: kinds.services, Ingress: kinds.ingresses }[kind] ?? kinds.httpRoutes,
            name: metadata.name,
            ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
          },
          signal,
        )
        .catch(() => undefined),
    ),
  );
  return waysIn(live.filter((object) => object !== undefined));
}
