/**
 * The operator: several processes of which one acts. Which one is decided as for any stateful artifact, by a term; the
 * others wait, hold no copies and watch nothing.
 */
import { systemClock } from '../../../clock.ts';
import { Member } from '../../../coordination/index.ts';
import { openArbiter } from '../../../coordination/open-arbiter.ts';
import type { Logger } from '../../../log.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { InspectFiles } from './act/actor.ts';
import { counted } from './act/counted.ts';
import { noCounts, startOperatorHealth } from './health.ts';
import { stayLean } from './lean.ts';
import { Reconciler } from './reconciler.ts';

export interface OperatorOptions {
  readonly cluster: Cluster;
  /** Where the operators tell each other who acts: a namespace of the cluster. */
  readonly ownNamespace: string;
  /** What the operators of one installation have in common: [a-z0-9-]. */
  readonly name: string;
  /** 'all', or the namespace that is looked after. */
  readonly namespace: string;
  readonly pod: string;
  readonly node: string;
  readonly runtimeImage: string;
  readonly inspectFiles: InspectFiles;
  readonly healthPort: number;
  readonly log: Logger;
}

export interface Operator {
  readonly healthPort: number;
  /** Hands over to another one. */
  stop(): Promise<void>;
}

/**
 * Six seconds instead of the 1.2 of integrations: nobody's requests wait for an operator, and each renewal is a write.
 * One that leaves hands over at once.
 */
const timings = { renewMs: 1_500, requestMs: 1_500, leaseMs: 6_000, marginMs: 1_500, pollMs: 1_000 };
const stopMs = 8_000;

export async function startOperator(options: OperatorOptions): Promise<Operator> {
  const { log, cluster, name, pod, node, healthPort, ownNamespace } = options;
  const counts = noCounts();
  const health = await startOperatorHealth(healthPort, counts);
  const arbiter = await openArbiter(`kubernetes:${ownNamespace}`, { deployment: name, log: log.named('Arbiter') });
  const watched = counted(cluster, (verb) => (counts.writes[verb] = (counts.writes[verb] ?? 0) + 1));
  const leading = {
    key: 'operator/leader',
    async run({ signal, token }: { readonly signal: AbortSignal; readonly token: number }): Promise<void> {
      log.info(`LEADING with token ${token}`);
      counts.leader = true;
      const reconciler = new Reconciler({
        ...options,
        cluster: watched,
        clock: systemClock,
        onReconciled: (outcome) => void counts.reconciled[outcome]++,
      });
      try {
        await reconciler.run(signal);
      } finally {
        counts.leader = false;
        log.info('NOT_LEADING');
      }
    },
  };
  const member = new Member({ arbiter, pod, node, artifacts: [leading], timings, log });
  void member.start();
  const endLean = stayLean(systemClock);
  return {
    healthPort: health.port,
    async stop() {
      endLean();
      await member.stop({ deadlineMs: stopMs });
      await arbiter.close();
      await health.close();
      cluster.close();
    },
  };
}
