import type { Arbiter } from '../../../coordination/arbiter.ts';
import { MemoryArbiter } from '../../../coordination/arbiters/memory.ts';
import { openArbiter } from '../../../coordination/open-arbiter.ts';
import { foundAssignment } from '../../../coordination/revoke-now.ts';
import { replicaEnvironment } from '../../../deploy/local/protocol.ts';
import type { Logger } from '../../../log.ts';
import { UsageError } from '../usage.ts';

/** Who decides what the replicas of `gantry run` hold, and how they reach it. */
export interface RunArbiter extends AsyncDisposable {
  readonly arbiter: Arbiter;
  readonly reachedBy: 'channel' | 'address';
  /** What each replica is told. */
  readonly env: Readonly<Record<string, string>>;
}

/** Undefined: one in this process's memory. An address that means nothing is a UsageError. */
export async function openRunArbiter(
  address: string | undefined,
  deployment: string,
  log: Logger,
): Promise<RunArbiter> {
  if (address === undefined) {
    const arbiter = new MemoryArbiter();
    // Nothing runs yet, so nobody holds anything: the first members need not wait to see.
    await foundAssignment(arbiter, Date.now(), AbortSignal.timeout(1_000));
    return { arbiter, reachedBy: 'channel', env: {}, [Symbol.asyncDispose]: async () => {} };
  }
  const arbiter = await openArbiter(address, { deployment, log }).catch((error: unknown) => {
    throw new UsageError((error as Error).message);
  });
  return {
    arbiter,
    reachedBy: 'address',
    env: { [replicaEnvironment.arbiter]: address, [replicaEnvironment.deployment]: deployment },
    [Symbol.asyncDispose]: () => arbiter.close(),
  };
}
