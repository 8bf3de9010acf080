/** From what there is to what is wanted: which objects to apply and which to delete now, each with its reason. */
import type { KubernetesObject } from '../../cluster/cluster.ts';
import type { Manifest } from '../../manifests/manifest.ts';
import type { FileMap } from '../inside/source.ts';
import { snapshotName } from '../inside/source.ts';
import { componentLabel } from '../names.ts';
import type { Revision } from '../revisions/revision.ts';
import type { Facts } from './facts.ts';
import { rolloutOf } from '../../cluster/deployment.ts';

export type Step =
  | { readonly do: 'inspect files'; readonly source: string; readonly files: FileMap; readonly why: string }
  | {
      readonly do: 'inspect image';
      readonly pod: Manifest;
      readonly oci: boolean;
      readonly source: string;
      readonly why: string;
    }
  | {
      readonly do: 'read inspection';
      readonly pod: KubernetesObject;
      readonly source: string;
      readonly reference: string;
      readonly why: string;
    }
  | { readonly do: 'record'; readonly revision: Revision; readonly why: string }
  | {
      readonly do: 'apply';
      readonly object: KubernetesObject;
      /** What is there of that name; undefined: nothing. */
      readonly seen: KubernetesObject | undefined;
      readonly why: string;
    }
  | { readonly do: 'delete'; readonly object: KubernetesObject; readonly why: string }
  | { readonly do: 'forget'; readonly revision: Revision; readonly why: string };

/** What the old version's pods still need while they are there. */
const neededByPods = new Set(['ServiceAccount', 'Role', 'RoleBinding', 'ConfigMap', 'Deployment', 'NetworkPolicy']);

export function stepsTo(facts: Facts, wanted: readonly KubernetesObject[], running: Revision): Step[] {
  const seenOf = (object: KubernetesObject): KubernetesObject | undefined =>
    facts.owned.find((one) => one.kind === object.kind && one.metadata.name === object.metadata.name);
  const steps: Step[] = [];
  for (const object of groupsFirst(wanted)) {
    const seen = seenOf(object);
    if (seen !== undefined && facts.agrees(object, seen)) continue;
    if (isMain(object) && seen !== undefined && waitsForGroups(facts, wanted)) continue;
    const why = seen === undefined ? 'it is not there' : 'it is not as it is wanted';
    steps.push({ do: 'apply', object, seen, why });
  }
  return [...steps, ...removals(facts, wanted, steps), ...oldRevisions(facts, running)];
}

/** Isolated artifacts move into pods that are there already: POD 1 is changed when they are. */
function groupsFirst(wanted: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const deployments = wanted.filter(({ kind }) => kind === 'Deployment');
  const others = wanted.filter(({ kind }) => kind !== 'Deployment');
  return [...others, ...deployments.filter((one) => !isMain(one)), ...deployments.filter(isMain)];
}

function waitsForGroups({ owned }: Facts, wanted: readonly KubernetesObject[]): boolean {
  const groups = wanted.filter((object) => object.kind === 'Deployment' && !isMain(object));
  return groups.some(({ metadata }) => {
    const seen = owned.find((one) => one.kind === 'Deployment' && one.metadata.name === metadata.name);
    return seen === undefined || rolloutOf(seen).available === 0;
  });
}

function isMain({ kind, metadata }: KubernetesObject): boolean {
  return kind === 'Deployment' && metadata.labels?.[componentLabel] === 'main';
}

/** What nothing wants any more; what pods may still need stays until the new ones serve. */
function removals(facts: Facts, wanted: readonly KubernetesObject[], steps: readonly Step[]): Step[] {
  const names = new Set(wanted.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
  const { name } = facts.integration.metadata;
  const snapshots = new Set(facts.revisions.map(({ source }) => `ConfigMap ${snapshotName(name, source)}`));
  const stale = facts.owned.filter((one) => {
    const called = `${one.kind} ${one.metadata.name}`;
    return !names.has(called) && !snapshots.has(called) && one.metadata.deletionTimestamp === undefined;
  });
  const deployments = wanted.filter(({ kind }) => kind === 'Deployment');
  const served = deployments.every(({ metadata }) => {
    const changes = steps.some(
      (step) => step.do === 'apply' && step.object.metadata.name === metadata.name && step.object.kind === 'Deployment',
    );
    const seen = facts.owned.find((one) => one.kind === 'Deployment' && one.metadata.name === metadata.name);
    return !changes && seen !== undefined && rolloutOf(seen).done;
  });
  return stale
    .filter(({ kind }) => served || !neededByPods.has(kind))
    .map((object) => ({ do: 'delete', object, why: 'nothing wants it any more' }));
}

function oldRevisions({ revisions, integration }: Facts, running: Revision): Step[] {
  const most = integration.spec.update?.keepRevisions ?? 10;
  return revisions
    .slice(0, Math.max(0, revisions.length - 1 - most))
    .filter(({ number }) => number !== running.number)
    .map((revision) => ({ do: 'forget', revision, why: `more than ${most} later ones are kept` }));
}
