import { systemClock } from '../../clock.ts';
import type { ArbiterPlace } from '../../coordination/thread/messages.ts';
import { RenewalThread } from '../../coordination/thread/renewal-thread.ts';
import type { Logger } from '../../log.ts';
import { arbiterContext, type ReplicaIdentity } from './joining.ts';

/**
 * Starts the thread that renews this replica's lease; to be called first of all, so that it starts while the artifacts
 * are being deployed. Undefined where there is none: leases are then renewed on the main loop.
 */
export function startRenewals(identity: ReplicaIdentity, log: Logger): RenewalThread | undefined {
  const { arbiter, leasePipe, renew, peers } = identity;
  // Alone, nobody else can take anything; and Node's own channel to the supervisor belongs to the main thread.
  const isReachable = arbiter !== 'none' && (arbiter !== 'ipc' || leasePipe !== undefined);
  if (renew === 'loop' || peers !== undefined || !isReachable) return undefined;
  return new RenewalThread({ clock: systemClock, log: log.named('Renewals') });
}

/** Where that thread finds the arbiter. */
export function renewalPlace(identity: ReplicaIdentity, project: string): ArbiterPlace {
  const { arbiter: address, leasePipe: fd } = identity;
  if (fd !== undefined && address === 'ipc') return { at: 'pipe', fd };
  return { at: 'address', address, context: arbiterContext(identity, project) };
}
