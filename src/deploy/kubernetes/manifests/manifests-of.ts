import { podRequest, type Plan } from '../../plan/index.ts';
import type { Manifest } from './manifest.ts';
import { access } from './objects/access.ts';
import { deployment } from './objects/deployment.ts';
import { environmentMap } from './objects/environment.ts';
import { networkPolicies } from './objects/network-policy.ts';
import type { PodGroup } from './objects/pod.ts';
import { autoscaler, disruptionBudget, queueScaling } from './objects/scaling.ts';
import { httpRoute, ingress, service } from './objects/traffic.ts';
import type { ManifestSetting } from './setting.ts';

/** Every object of a deployment, in an order in which they can be created one after another. Pure. */
export function manifestsOf(plan: Plan, setting: ManifestSetting): readonly Manifest[] {
  const groups = podGroups(plan);
  const main = groups.find((group) => group.name === 'main')!;
  const coordinated = groups.some((group) => group.coordinated);
  return [
    ...access(coordinated, setting),
    environmentMap(setting),
    ...networkPolicies(setting),
    service(setting),
    ...groups.map((group) => deployment(group, setting)),
    disruptionBudget(main, setting),
    autoscaler(main, setting),
    ...queueScaling(main, setting),
    ingress(setting),
    httpRoute(setting),
  ].filter((manifest) => manifest !== undefined);
}

/**
 * The plan's pods as groups of equals. Whatever is stateful is held by term in every pattern: a pod on a node that was
 * cut off may run on for long after its replacement has started, and so may the old pod of an update.
 */
function podGroups(plan: Plan): readonly PodGroup[] {
  const byGroup = Map.groupBy(plan.pods, (pod) => pod.group);
  return [...byGroup].map(([name, pods]) => {
    const { serves, mayHold, shares = [] } = pods[0]!;
    const holds = [...mayHold, ...shares];
    return {
      name,
      replicas: pods.length,
      request: (name === 'main' ? plan.sizing?.pod : undefined) ?? podRequest,
      serves,
      holds: plan.pattern === 'isolated' ? holds : undefined,
      coordinated: holds.length > 0,
    };
  });
}
