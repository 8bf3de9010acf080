import { wholeOf } from '../../../artifacts/lanes.ts';
import { artifactKey } from '../../../artifacts/model.ts';
import type { ArtifactStatus, DeploymentStatus } from '../../status.ts';
import { DeploymentError } from '../deployment-error.ts';
import type { Pod } from './pod.ts';

/** Does something to the pod of that name, or to every pod with a process of the node of that name. */
export function choosePods(pods: readonly Pod[], target: string, act: (pod: Pod) => void): readonly string[] {
  const pod = pods.find((one) => one.plan.pod === target);
  const ofNode = pods.filter((one) => one.plan.node === target);
  if (pod === undefined && ofNode.length === 0) {
    const names = [...new Set([...pods.map((one) => one.plan.pod), ...pods.map((one) => one.plan.node)])];
    throw new DeploymentError('NOT_FOUND', `There is no pod or node "${target}". There are: ${names.join(', ')}.`);
  }
  const chosen = pod === undefined ? ofNode.filter((one) => one.replica !== undefined) : [pod];
  if (chosen.length === 0) throw new DeploymentError('NOT_POSSIBLE', `No pod of ${target} has a process.`);
  for (const one of chosen) act(one);
  return chosen.map((one) => one.plan.pod);
}

/** The key of the artifact that is meant; throws what is known to be in the way before the arbiter is asked. */
export function movable(status: DeploymentStatus, pods: readonly Pod[], artifact: string, target: string): string {
  const whole = wholeOf(artifact);
  const found = status.artifacts.filter((one) => [artifact, whole].some((word) => isNamed(one, word)));
  const held = found.find((one) => (one.lanes === undefined ? one.stateful : artifact !== whole));
  if (held === undefined) {
    const movable = status.artifacts.filter((one) => one.stateful).map(artifactKey);
    const [shared] = found.filter(({ lanes }) => lanes !== undefined);
    const why = shared
      ? `${artifact} is shared by lanes: move one of them, such as ${artifactKey(shared)}#1.`
      : found.length > 0
        ? `${artifact} is stateless: every replica serves it.`
        : `There is no artifact "${artifact}".`;
    throw new DeploymentError(
      found.length > 0 ? 'NOT_POSSIBLE' : 'NOT_FOUND',
      `${why} Movable: ${movable.join(', ') || 'none'}.`,
    );
  }
  const key = artifactKey(held);
  const to = pods.find((one) => one.plan.pod === target);
  if (to === undefined) {
    throw new DeploymentError(
      'NOT_FOUND',
      `There is no pod "${target}". There are: ${pods.map((one) => one.plan.pod).join(', ')}.`,
    );
  }
  const holds = to.replica?.process.release.holds?.[target] ?? to.plan.holds;
  if (holds !== undefined && !holds.includes(key)) {
    throw new DeploymentError('NOT_POSSIBLE', `${target} may not hold ${key}: it is in the group ${to.plan.group}.`);
  }
  if (to.replica?.state !== 'ready') throw new DeploymentError('NOT_POSSIBLE', `${target} is not ready.`);
  return held.lanes === undefined ? key : `${key}${artifact.slice(whole.length)}`;
}

function isNamed(artifact: ArtifactStatus, word: string): boolean {
  return artifactKey(artifact) === word || artifact.name === word;
}
