import type { Inside } from '../../../plan/index.ts';
import type { KubernetesObject } from '../../cluster/cluster.ts';
import { componentLabel, instanceLabel } from '../names.ts';
import type { HeldArtifact, IntegrationStatus, Outcome, RevisionEntry } from '../resource/integration.ts';
import { outcomeOf } from './choose-revision.ts';
import { conditionsOf } from './conditions.ts';
import type { Course } from './course.ts';
import type { Facts } from './facts.ts';
import type { Situation } from './situation.ts';

/** `now`: RFC 3339, for conditions that change. Nothing else in it depends on when it is asked. */
export function statusOf(situation: Situation, { wanted }: Course, now: string): IntegrationStatus {
  const { facts, running, main, pods } = situation;
  const { name } = facts.integration.metadata;
  const coordination = running === undefined ? [] : heldArtifacts(running.inside, facts);
  const held = coordination.filter(({ holder }) => holder !== undefined).length;
  const image = running?.spec.artifact.image ?? running?.spec.artifact.oci?.reference;
  return {
    observedGeneration: facts.integration.metadata.generation ?? 0,
    ...(wanted && { pattern: wanted.plan.pattern, patternReason: wanted.plan.reason }),
    replicas: main?.replicas ?? 0,
    readyReplicas: main?.ready ?? 0,
    updatedReplicas: main?.updated ?? 0,
    selector: `${instanceLabel}=${name},${componentLabel}=main`,
    pods: `${pods.ready}/${pods.wanted}`,
    ...(running && {
      url: urlOf(facts),
      revision: running.number,
      artifact: {
        digest: running.inside.digest,
        short: running.inside.digest.slice(0, 12),
        ...(image !== undefined && { image }),
      },
      history: historyOf(situation),
    }),
    ...(coordination.length > 0 && { singletons: `${held}/${coordination.length}`, coordination }),
    conditions: conditionsOf(situation, now),
  };
}

/** Everything stateful that one pod at a time holds. What follows a store in memory runs in each pod. */
function heldArtifacts({ artifacts }: Inside, { assignment }: Facts): readonly HeldArtifact[] {
  const inMemory = new Set(artifacts.filter(({ bound }) => bound === 'memory').map(({ name }) => name));
  return artifacts
    .filter(({ stateful, faulty, store }) => stateful && !faulty && !(store !== undefined && inMemory.has(store)))
    .map(({ key }) => {
      const entry = assignment?.artifacts[key];
      if (entry?.holder === undefined || entry.holder === null) return { artifact: key };
      const { holder, token, at, by } = entry;
      // A boot id is its pod's name, a dot and some digits.
      const pod = holder.slice(0, holder.lastIndexOf('.'));
      return { artifact: key, holder: pod, token, since: new Date(at).toISOString(), by };
    });
}

function historyOf(situation: Situation): readonly RevisionEntry[] {
  const { facts, running } = situation;
  const known = facts.revisions.some(({ number }) => number === running?.number);
  return [...facts.revisions, ...(known || running === undefined ? [] : [running])].map((revision) => ({
    revision: revision.number,
    digest: revision.inside.digest,
    ...(revision.since !== undefined && { since: revision.since }),
    outcome: revision.number === running?.number ? cameOf(situation) : (outcomeOf(facts, revision.number) ?? 'Rolling'),
  }));
}

function cameOf({ facts, running, rollout }: Situation): Outcome {
  const before = outcomeOf(facts, running!.number);
  if (rollout === 'done') return 'Served';
  if (rollout === 'failed' && before !== 'Served') return 'Failed';
  return before ?? 'Rolling';
}

interface ServiceObject extends KubernetesObject {
  readonly status?: {
    readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[] };
  };
}

function urlOf({ integration: { metadata, spec }, owned }: Facts): string {
  const { type = 'Service', host, tlsSecretName } = spec.expose ?? {};
  const addressOf = (kind: string): string | undefined => {
    const object = owned.find((one) => one.kind === kind && one.metadata.name === metadata.name);
    const [address] = (object as ServiceObject | undefined)?.status?.loadBalancer?.ingress ?? [];
    return address?.hostname ?? address?.ip;
  };
  const inside = `http://${metadata.name}.${metadata.namespace}.svc`;
  switch (type) {
    case 'Ingress': {
      const name = host ?? addressOf('Ingress');
      return name === undefined ? inside : `${tlsSecretName === undefined ? 'http' : 'https'}://${name}`;
    }
    case 'Gateway':
      return host === undefined ? inside : `http://${host}`;
    case 'LoadBalancer': {
      const address = addressOf('Service');
      return address === undefined ? inside : `http://${address}`;
    }
    case 'Service':
      return inside;
  }
}
