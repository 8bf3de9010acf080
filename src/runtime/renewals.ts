import { systemClock } from '../clock.ts';
import type { ArbiterPlace } from '../coordination/thread/messages.ts';
import { RenewalThread } from '../coordination/thread/renewal-thread.ts';
import type { Logger } from '../log.ts';
import { arbiterContext, type ReplicaIdentity } from './joining.ts';

/**
 * Starts the thread that renews this replica's lease; to be called before there is a lease, so that it starts while the
 * artifacts are being deployed. Undefined where there is none: leases are then renewed on the main loop.
 */
export function startRenewals(identity: ReplicaIdentity, project: string, log: Logger): RenewalThread | undefined {
  const arbiter = placeOf(identity, project);
  if (!arbiter || identity.renew === 'loop') return undefined;
  return new RenewalThread({ arbiter, clock: systemClock, log: log.named('Renewals') });
}

/** Where a thread finds the arbiter; undefined where it cannot, or need not because nobody else can take anything. */
function placeOf(identity: ReplicaIdentity, project: string): ArbiterPlace | undefined {
  const { arbiter: address, leasePipe: fd } = identity;
  if (address === 'none') return undefined;
  // Node's own channel to the supervisor belongs to the main thread.
  if (address === 'ipc') return fd === undefined ? undefined : { at: 'pipe', fd };
  return { at: 'address', address, context: arbiterContext(identity, project) };
}
