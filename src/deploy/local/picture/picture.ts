import { artifactKey } from '../../../artifacts/model.ts';
import type { Switches } from '../../../coordination/index.ts';
import type { Problem } from '../../../errors.ts';
import type { ArtifactStatus, DeploymentStatus, NodeStatus } from '../../status.ts';
import type { Balancer } from '../balancer/balancer.ts';
import type { Holders } from './holders.ts';
import type { Pod } from '../pods/pod.ts';
import type { Release, ReleasedArtifact } from '../release.ts';
import type { LocalDeploymentOptions } from '../deployment.ts';

export interface Facts {
  readonly options: LocalDeploymentOptions;
  readonly release: Release;
  readonly pods: readonly Pod[];
  readonly holders: Holders;
  readonly switches: Switches | undefined;
  readonly host: string;
  readonly balancer: Balancer;
  readonly healthPort: number;
}

/** The deployment as it is at this moment, for people, the live page and tools. */
export function describeDeployment(facts: Facts): DeploymentStatus {
  const { options, release, pods, host, balancer } = facts;
  const podStatus = pods.map((pod) => pod.status());
  const { requests, failed, lostInFlight, retried, waiting, inFlight, perSecond } = balancer.traffic();
  const address = (port: number | undefined): string => (port === undefined ? '' : `http://${host}:${port}`);
  return {
    name: options.name,
    pattern: options.pattern,
    reason: options.reason,
    versions: [...new Set(podStatus.filter((pod) => pod.state !== 'down').map((pod) => pod.version))],
    nodes: nodesOf(pods),
    pods: podStatus,
    artifacts: release.artifacts.map((artifact) => artifactStatus(artifact, facts)),
    addresses: {
      http: address(balancer.port),
      management: options.ports.admin === undefined ? '' : `${address(options.ports.admin)}/management`,
      health: address(facts.healthPort),
      page: address(options.ports.page),
    },
    traffic: { requests, failed, inFlight, perSecond, lostInFlight, retried, waiting },
  };
}

/** A simulated worker node is down while none of its pods has a process. */
function nodesOf(pods: readonly Pod[]): NodeStatus[] {
  const names = [...new Set(pods.map((pod) => pod.plan.node))];
  return names.map((name) => {
    const alive = pods.some((pod) => pod.plan.node === name && pod.replicas.length > 0);
    return { name, state: alive ? 'ready' : 'down' };
  });
}

function artifactStatus(artifact: ReleasedArtifact, { pods, holders, switches }: Facts): ArtifactStatus {
  const key = artifactKey(artifact);
  const held = artifact.stateful ? holders.of(key) : undefined;
  const lanes = artifact.stateful ? undefined : holders.lanesOf(key);
  const problems = [...artifact.problems, ...foundByReplicas(artifact, pods)];
  const faulty = problems.some((problem) => problem.level === 'error');
  // Stateless artifacts are everywhere but in isolation groups that hold only their own.
  const served = pods.some((pod) => pod.plan.group === artifact.group && pod.replica?.state === 'ready');
  const runs = artifact.stateful ? held !== undefined : served;
  const hindered = pods.flatMap((pod) => pod.replica?.hindered ?? []).filter((one) => one.artifact === key);
  const waitsFor = hindered.find(({ how }) => how === 'waiting')?.reason;
  // The arbiter knows at once what replicas tell a second later; of what was never said, only they know.
  const said = switches?.[key];
  const off = said ? (said.on ? undefined : said.reason) : hindered.find(({ how }) => how === 'off')?.reason;
  return {
    ...artifact,
    holder: held?.pod,
    ...(lanes && { lanes }),
    token: held?.token,
    since: held?.from,
    by: held?.by,
    placedBecause: held?.reason,
    handovers: holders.terms.changesOf(key),
    state: faulty ? 'faulty' : runs && waitsFor === undefined ? 'running' : 'waiting',
    ...(off !== undefined && { switchedOff: off }),
    ...(waitsFor !== undefined && { waitsFor }),
    problems,
  };
}

/** What showed only when an artifact was put to work, once for all replicas: a class that is missing, for instance. */
function foundByReplicas(artifact: ReleasedArtifact, pods: readonly Pod[]): readonly Problem[] {
  const key = artifactKey(artifact);
  const known = new Set(artifact.problems.map((problem) => `${problem.code} ${problem.text}`));
  return pods
    .flatMap((pod) => pod.replica?.problems ?? [])
    .filter(({ artifact: named, at, code, text }) => {
      // "task/nightly" or "task nightly"
      if (named?.replace(' ', '/') !== key || at.file !== artifact.file) return false;
      const isNew = !known.has(`${code} ${text}`);
      known.add(`${code} ${text}`);
      return isNew;
    });
}
