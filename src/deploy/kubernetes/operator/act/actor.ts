import { called, put, take } from '../../cluster/bringing.ts';
import type { Cluster, KubernetesObject } from '../../cluster/cluster.ts';
import { refOf } from '../../cluster/kinds.ts';
import type { Logger } from '../../../../log.ts';
import type { Stop } from '../decide/facts.ts';
import type { Step } from '../decide/steps.ts';
import { keptImageVolume } from '../inside/inspection-pod.ts';
import { readReport, type Report } from '../inside/report.ts';
import type { FileMap } from '../inside/source.ts';
import { fieldManager, managedLabel, ownedBy, ownerOf } from '../names.ts';
import type { Integration } from '../resource/integration.ts';
import { controllerRevisions, toRevisionObject } from '../revisions/revision.ts';
import type { Agreements } from './agreements.ts';
import type { News } from '../decide/tell.ts';

/** Looks into files that a ConfigMap brought, in a process of its own. */
export type InspectFiles = (name: string, files: FileMap, signal: AbortSignal) => Promise<Report>;

export interface ActorOptions {
  readonly cluster: Cluster;
  readonly agreements: Agreements;
  readonly inspectFiles: InspectFiles;
  readonly log: Logger;
}

/** What came of a step, for whoever keeps copies and knowledge. */
export type Done =
  | { readonly put: KubernetesObject; readonly news?: News }
  | { readonly dropped: KubernetesObject }
  | { readonly source: string; readonly found: Report | Stop }
  | 'nothing';

/** Carries steps out, one at a time. */
export class Actor {
  readonly #options: ActorOptions;

  constructor(options: ActorOptions) {
    this.#options = options;
  }

  async act(step: Step, integration: Integration, signal: AbortSignal): Promise<Done> {
    const { cluster, log } = this.#options;
    switch (step.do) {
      case 'apply':
        return this.#apply(step.object, step.seen, signal);
      case 'delete':
        log.info(`DELETE ${integration.metadata.namespace}/${called(step.object)}: ${step.why}`);
        await this.#delete(step.object, signal);
        return { dropped: step.object };
      case 'record': {
        const { name, namespace = '' } = integration.metadata;
        log.info(`REVISION ${namespace}/${name}: ${step.why}`);
        const object = toRevisionObject(step.revision, name) as KubernetesObject;
        return { put: await cluster.create(ofIntegration(object, integration), signal) };
      }
      case 'forget': {
        const { name, namespace = '' } = integration.metadata;
        await cluster.delete(
          { kind: controllerRevisions, name: `${name}-${step.revision.number}`, namespace },
          { signal },
        );
        return 'nothing';
      }
      case 'inspect files':
        return { source: step.source, found: await this.#inspectFiles(step.files, integration, signal) };
      case 'inspect image':
        return this.#inspectImage(step, integration, signal);
      case 'read inspection':
        return { source: step.source, found: await this.#readInspection(step.pod, step.reference, signal) };
    }
  }

  /** Objects of those names that are not this Integration's. What is its own after all is given back as `own`. */
  async namesTaken(
    steps: readonly Step[],
    { metadata }: Integration,
    signal: AbortSignal,
  ): Promise<{ readonly foreign: readonly string[]; readonly own: readonly KubernetesObject[] }> {
    const foreign: string[] = [];
    const own: KubernetesObject[] = [];
    for (const step of steps) {
      if (step.do !== 'apply' || step.seen !== undefined) continue;
      const there = await this.#options.cluster.get(refOf(step.object), signal);
      if (there === undefined) continue;
      if (ownerOf(there)?.uid === metadata.uid) own.push(there);
      else foreign.push(called(there));
    }
    return { foreign, own };
  }

  async #apply(wanted: KubernetesObject, seen: KubernetesObject | undefined, signal: AbortSignal): Promise<Done> {
    const { cluster, agreements, log } = this.#options;
    const where = `${wanted.metadata.namespace}/${called(wanted)}`;
    const options = { manager: fieldManager, signal };
    if (seen === undefined) {
      // Without force: should somebody else's object have come there a moment ago, its fields stay its own.
      const made = await put(cluster, wanted, undefined, { ...options, force: false });
      agreements.note(wanted, made);
      log.info(`CREATE ${where}`);
      return { put: made };
    }
    const isDrift = agreements.didAgree(wanted, seen);
    if (!agreements.isUntouched(seen)) {
      const dry = await cluster.apply(wanted, { ...options, force: true, dryRun: true });
      if (agreements.same(dry, seen)) {
        agreements.note(wanted, seen);
        return 'nothing';
      }
    }
    const applied = await put(cluster, wanted, seen, { ...options, force: true });
    agreements.note(wanted, applied);
    log.info(`${isDrift ? 'REPAIR' : 'CHANGE'} ${where}`);
    if (!isDrift) return { put: applied };
    const note = `${called(wanted)} was changed by somebody else; it is again what this Integration wants.`;
    return { put: applied, news: { type: 'Warning', reason: 'Repaired', action: 'Repair', note } };
  }

  async #delete(object: KubernetesObject, signal: AbortSignal): Promise<void> {
    await take(this.#options.cluster, object, signal);
    this.#options.agreements.forget(object);
  }

  async #inspectFiles(files: FileMap, { metadata }: Integration, signal: AbortSignal): Promise<Report | Stop> {
    try {
      return await this.#options.inspectFiles(metadata.name, files, signal);
    } catch (error) {
      signal.throwIfAborted();
      const message = `ConfigMap ${files.metadata.name} cannot be read as artifacts: ${(error as Error).message}`;
      return { reason: 'NotExplained', message };
    }
  }

  async #inspectImage(
    { pod: object, oci, source, why }: Extract<Step, { do: 'inspect image' }>,
    integration: Integration,
    signal: AbortSignal,
  ): Promise<Done> {
    const { cluster, log } = this.#options;
    const pod = ofIntegration(object, integration);
    const options = { manager: fieldManager, signal };
    if (oci && !keptImageVolume(await cluster.apply(pod, { ...options, dryRun: true }))) {
      const message =
        'This cluster drops image volumes without a word. Use Kubernetes 1.35, or the feature gate ImageVolume of its API server and kubelets; or make an image of the artifacts (gantry image), or a ConfigMap.';
      return { source, found: { reason: 'ImageVolumesUnsupported', message } };
    }
    log.info(`INSPECT ${pod.metadata.namespace}/${called(pod)}: ${why}`);
    return { put: await cluster.apply(pod, options) };
  }

  async #readInspection(pod: KubernetesObject, reference: string, signal: AbortSignal): Promise<Report | Stop> {
    const { name, namespace = '' } = pod.metadata;
    const lines: string[] = [];
    for await (const line of this.#options.cluster.logs({ name, namespace }, { signal })) lines.push(line);
    const report = readReport(lines);
    // The next look at it, after a change of the spec or a restart of the operator, is by a pod of its own.
    await this.#delete(pod, signal);
    if (report !== undefined) return report;
    const end = lines.slice(-3).join(' / ').slice(0, 500);
    const message = `${reference} did not say what is in it: it must be made by gantry image of this version or later. It wrote: ${end || 'nothing'}.`;
    return { reason: 'NotExplained', message };
  }
}

function ofIntegration(object: KubernetesObject, integration: Integration): KubernetesObject {
  const { namespace = '' } = integration.metadata;
  const { metadata } = object;
  return {
    ...object,
    metadata: {
      ...metadata,
      namespace,
      labels: { ...metadata.labels, [managedLabel]: 'gantry' },
      ownerReferences: [ownedBy(integration)],
    },
  };
}
