import type { CoordinationEventType, MemberStatus } from '../../coordination/events.ts';
import type { MetricsRegistry } from './registry.ts';

/** Seconds: a renewal is good at 1 ms, slow at 100 ms, and given up at 350 ms unless the timings were changed. */
const renewBuckets: readonly number[] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];

/** Types that say how work and leases changed hands; the others are already told by what they lead to. */
const transitions: readonly CoordinationEventType[] = [
  'joined',
  'rejoined',
  'suspended',
  'resumed',
  'acquired',
  'released',
  'lost',
  'declined',
  'failed',
  'revoked',
  'unreachable',
  'reachable',
];

export interface CoordinationMetrics {
  event(type: CoordinationEventType): void;
  renewal(accepted: boolean, latencyMs: number): void;
}

/** How this replica stands among the others. Without stateful artifacts it is no member, and most of it is left out. */
export function coordinationMetrics(
  registry: MetricsRegistry,
  member: () => MemberStatus | undefined,
): CoordinationMetrics {
  const ofMember = (read: (status: MemberStatus) => number) => {
    return function* (): Iterable<readonly [Record<string, string>, number]> {
      const status = member();
      if (status) yield [{}, read(status)];
    };
  };
  registry.gauge('gantry_artifact_held', '1 for each stateful artifact this replica holds.', function* () {
    for (const { artifact } of member()?.holding ?? []) yield [{ artifact }, 1];
  });
  registry.gauge('gantry_artifact_token', 'Fencing token of a stateful artifact this replica holds.', function* () {
    for (const { artifact, token } of member()?.holding ?? []) yield [{ artifact }, token];
  });
  registry.gauge(
    'gantry_coordination_lease_valid_seconds',
    'For how much longer this replica may act without another renewal; 0 when it may not.',
    ofMember(({ validForMs }) => validForMs / 1_000),
  );
  registry.gauge(
    'gantry_coordination_members',
    'Live members as this replica sees them, itself included.',
    ofMember(({ members }) => members.length),
  );
  const changes = registry.counter(
    'gantry_coordination_transitions_total',
    'What happened to this replica as a member, by type.',
  );
  const counts = new Map(transitions.map((type) => [type, changes.with({ type })]));
  const renewals = registry.counter('gantry_coordination_renewals_total', 'Renewals of the lease, by outcome.');
  const accepted = renewals.with({ outcome: 'accepted' });
  const failed = renewals.with({ outcome: 'failed' });
  const latency = registry
    .histogram(
      'gantry_coordination_renew_latency_seconds',
      'Seconds from sending a renewal to the answer that accepted it.',
      renewBuckets,
    )
    .with({});
  registry.counted(
    'gantry_coordination_claims_total',
    'Scheduled runs this replica asked to be its own, by outcome.',
    function* () {
      const status = member();
      if (!status) return;
      yield [{ outcome: 'granted' }, status.counts.claimsGranted];
      yield [{ outcome: 'refused' }, status.counts.claimsRefused];
    },
  );
  return {
    event: (type) => counts.get(type)?.add(),
    renewal(isAccepted, latencyMs) {
      (isAccepted ? accepted : failed).add();
      if (isAccepted) latency.observe(latencyMs / 1_000);
    },
  };
}
