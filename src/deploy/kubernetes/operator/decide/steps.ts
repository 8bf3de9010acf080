/** From what there is to what is wanted: which objects to apply and which to delete now, each with its reason. */
import { called, inOrder, isMain, unwanted } from '../../cluster/bringing.ts';
import type { KubernetesObject } from '../../cluster/cluster.ts';
import type { Manifest } from '../../manifests/manifest.ts';
import type { FileMap } from '../inside/source.ts';
import { snapshotName } from '../inside/source.ts';
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

export function stepsTo(facts: Facts, wanted: readonly KubernetesObject[], running: Revision): Step[] {
  const seenOf = (object: KubernetesObject): KubernetesObject | undefined =>
    facts.owned.find((one) => one.kind === object.kind && one.metadata.name === object.metadata.name);
  const steps: Step[] = [];
  for (const object of inOrder(wanted)) {
    const seen = seenOf(object);
    if (seen !== undefined && facts.agrees(object, seen)) continue;
    if (isMain(object) && seen !== undefined && waitsForGroups(facts, wanted)) continue;
    const why = seen === undefined ? 'it is not there' : 'it is not as it is wanted';
    steps.push({ do: 'apply', object, seen, why });
  }
  return [...steps, ...removals(facts, wanted, steps), ...oldRevisions(facts, running)];
}

function waitsForGroups({ owned }: Facts, wanted: readonly KubernetesObject[]): boolean {
  const groups = wanted.filter((object) => object.kind === 'Deployment' && !isMain(object));
  return groups.some(({ metadata }) => {
    const seen = owned.find((one) => one.kind === 'Deployment' && one.metadata.name === metadata.name);
    return seen === undefined || rolloutOf(seen).available === 0;
  });
}

/** What nothing wants any more; the objects of other revisions are kept. */
function removals(facts: Facts, wanted: readonly KubernetesObject[], steps: readonly Step[]): Step[] {
  const { name } = facts.integration.metadata;
  const snapshots = new Set(facts.revisions.map(({ source }) => `ConfigMap ${snapshotName(name, source)}`));
  const { atOnce, whenServed } = unwanted(
    facts.owned.filter((one) => !snapshots.has(called(one))),
    wanted,
  );
  const deployments = wanted.filter(({ kind }) => kind === 'Deployment');
  const served = deployments.every(({ metadata }) => {
    const changes = steps.some(
      (step) => step.do === 'apply' && step.object.metadata.name === metadata.name && step.object.kind === 'Deployment',
    );
    const seen = facts.owned.find((one) => one.kind === 'Deployment' && one.metadata.name === metadata.name);
    return !changes && seen !== undefined && rolloutOf(seen).done;
  });
  return [...atOnce, ...(served ? whenServed : [])].map((object) => ({
    do: 'delete',
    object,
    why: 'nothing wants it any more',
  }));
}

function oldRevisions({ revisions, integration }: Facts, running: Revision): Step[] {
  const most = integration.spec.update?.keepRevisions ?? 10;
  return revisions
    .slice(0, Math.max(0, revisions.length - 1 - most))
    .filter(({ number }) => number !== running.number)
    .map((revision) => ({ do: 'forget', revision, why: `more than ${most} later ones are kept` }));
}
