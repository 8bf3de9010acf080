/**
 * What is to be done about an Integration: source -> what is inside -> revision -> objects -> steps. Each part says what
 * it stops at; what ran before then goes on running, and is kept as it was wanted.
 */
import { problemText } from './problem-text.ts';
import type { KubernetesObject } from '../../cluster/cluster.ts';
import { inspectionPod, inspectionPodName, inspectionState } from '../inside/inspection-pod.ts';
import type { Report } from '../inside/report.ts';
import { sourceKey } from '../inside/source.ts';
import { wantedObjects, type Wanted } from '../objects/wanted.ts';
import type { Revision } from '../revisions/revision.ts';
import { revisionOf } from '../revisions/revision.ts';
import type { Facts, Stop } from './facts.ts';
import { chooseRevision } from './choose-revision.ts';
import { stepsTo, type Step } from './steps.ts';

export interface Course {
  /** What keeps the newest spec from being carried out. */
  readonly stop: Stop | undefined;
  /** The revision that the pods are to be of; undefined while there is none at all. */
  readonly running: Revision | undefined;
  /** The one of the newest spec; undefined while it is stopped. */
  readonly newest: Revision | undefined;
  readonly wanted: Wanted | undefined;
  readonly steps: readonly Step[];
}

export function chart(facts: Facts): Course {
  const found = lookInside(facts);
  const next = 'report' in found ? nextRevision(facts, found.source, found.report) : { stop: found.stop };
  const newest = 'revision' in next ? next.revision : undefined;
  const running = chooseRevision(facts, newest);
  const wanted = running && wantedObjects(facts.integration, running, facts);
  const stop = 'stop' in next ? next.stop : (foreignObjects(facts) ?? missingKinds(facts, wanted));
  const steps: Step[] = [...('report' in found ? endInspections(facts) : found.steps)];
  if (newest !== undefined && newest.since === undefined)
    steps.push({ do: 'record', revision: newest, why: `revision ${newest.number}: ${wanted?.plan.reason ?? ''}` });
  if (running !== undefined && wanted !== undefined && canBeHad(facts, wanted))
    steps.push(...stepsTo(facts, wanted.objects, running));
  return { stop, running, newest, wanted, steps: facts.integration.spec.paused === true ? [] : steps };
}

type Found =
  { readonly source: string; readonly report: Report } | { readonly stop: Stop; readonly steps: readonly Step[] };

function lookInside(facts: Facts): Found {
  const { integration, files, revisions, reports, failures, runtimeImage } = facts;
  const { artifact } = integration.spec;
  const { namespace = '' } = integration.metadata;
  const source = sourceKey(artifact, files);
  if (source === undefined) {
    const message = `There is no ConfigMap ${artifact.configMap?.name} in namespace ${namespace}. Create it, its keys the files to run.`;
    return { stop: { reason: 'ArtifactMissing', message }, steps: [] };
  }
  const kept = revisions.findLast((revision) => revision.source === source);
  const report = reports.get(source) ?? (kept && { v: 1, inside: kept.inside, problems: kept.problems });
  if (report !== undefined) return { source, report };
  const failed = failures.get(source);
  if (failed !== undefined) return { stop: failed, steps: [] };
  const looking: Stop = { reason: 'Inspecting', message: 'What is in the artifact is being looked up.' };
  if (artifact.configMap !== undefined) {
    const step: Step = { do: 'inspect files', source, files: files!, why: 'a ConfigMap of other content' };
    return { stop: looking, steps: [step] };
  }
  const name = inspectionPodName(integration.metadata.name, source);
  const pod = facts.inspections.find(({ metadata }) => metadata.name === name);
  if (pod === undefined) {
    const object = inspectionPod(integration, source, runtimeImage);
    const step: Step = {
      do: 'inspect image',
      pod: object,
      oci: artifact.oci !== undefined,
      source,
      why: 'an artifact that was not looked into yet',
    };
    return { stop: looking, steps: [step] };
  }
  return inspected(pod, source, looking, artifact.image ?? artifact.oci!.reference);
}

function inspected(pod: KubernetesObject, source: string, looking: Stop, reference: string): Found {
  const { state, why, stuck } = inspectionState(pod);
  if (state === 'waiting' || state === 'expired') {
    const message = `${reference} cannot be started to look into it: ${why}. Correct its name, its pull secrets or the cluster's capacity; it is tried again.`;
    const again: Step = { do: 'delete', object: pod, why: 'its time is over; another one tries again' };
    return {
      stop: stuck ? { reason: 'ArtifactUnavailable', message } : looking,
      steps: state === 'expired' && pod.metadata.deletionTimestamp === undefined ? [again] : [],
    };
  }
  return { stop: looking, steps: [{ do: 'read inspection', pod, source, reference, why: 'its inspection has ended' }] };
}

function endInspections({ inspections }: Facts): Step[] {
  return inspections
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map((object) => ({ do: 'delete', object, why: 'it has told what is inside' }));
}

function nextRevision(
  facts: Facts,
  source: string,
  report: Report,
): { readonly revision: Revision } | { readonly stop: Stop } {
  const { integration, revisions } = facts;
  const errors = report.problems.filter(({ level }) => level === 'error');
  if (errors.length > 0) {
    const message = `The artifacts have errors: ${errors.map(({ text }) => text).join('; ')}`;
    return { stop: { reason: 'ArtifactFaulty', message } };
  }
  const last = revisions.at(-1);
  const revision = revisionOf(integration, source, report, (last?.number ?? 0) + 1);
  const { problems } = wantedObjects(integration, revision, facts);
  if (problems.length > 0) return { stop: { reason: 'PlanRefused', message: problems.map(problemText).join(' ') } };
  return { revision: last?.id === revision.id ? last : revision };
}

/** Where it cannot, everything stays as it is: what is missing from `wanted` then is not what nobody wants any more. */
function canBeHad(facts: Facts, wanted: Wanted): boolean {
  return wanted.problems.length === 0 && facts.foreign.length === 0 && missingKinds(facts, wanted) === undefined;
}

function missingKinds({ lacking }: Facts, wanted: Wanted | undefined): Stop | undefined {
  const missing = wanted?.objects.find(({ kind }) => lacking.has(kind));
  if (missing === undefined) return undefined;
  const { kind, apiVersion } = missing;
  const message = `This cluster has no ${kind} (${apiVersion}). ${wayOut[kind] ?? 'Install it.'} It is looked for again.`;
  return { reason: 'KindMissing', message };
}

const wayOut: Readonly<Record<string, string>> = {
  ScaledObject: 'Install KEDA, or leave spec.autoscaling.followQueues out, to scale by CPU.',
  TriggerAuthentication: 'Install KEDA, or leave spec.autoscaling.followQueues out, to scale by CPU.',
  HTTPRoute: 'Install the Gateway API, or choose another spec.expose.type.',
};

function foreignObjects({ foreign, integration }: Facts): Stop | undefined {
  if (foreign.length === 0) return undefined;
  const [one, those] = foreign.length === 1 ? ['is', 'it'] : ['are', 'them'];
  const message = `${foreign.join(', ')} ${one} there already and not of this Integration, which takes nothing over. Delete ${those}, or give the Integration another name than ${integration.metadata.name}.`;
  return { reason: 'NameTaken', message };
}
