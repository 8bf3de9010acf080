import type { Arbiter } from '../../../coordination/arbiter.ts';
import { MemoryArbiter } from '../../../coordination/arbiters/memory.ts';
import { openArbiter } from '../../../coordination/open-arbiter.ts';
import { foundAssignment } from '../../../coordination/revoke-now.ts';
import { KeptSwitches } from '../../../deploy/local/kept-switches.ts';
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

/**
 * Undefined address: one in this process's memory, which knows what was said of artifacts of these paths before. An
 * address that means nothing is a UsageError.
 */
export async function openRunArbiter(
  address: string | undefined,
  deployment: string,
  paths: readonly string[],
  log: Logger,
): Promise<RunArbiter> {
  if (address === undefined) {
    const arbiter = new MemoryArbiter();
    // Nothing runs yet, so nobody holds anything: the first members need not wait to see.
    const kept = new KeptSwitches(KeptSwitches.fileOf(deployment, paths));
    await foundAssignment(arbiter, Date.now(), AbortSignal.timeout(1_000), kept.read());
    const end = kept.follow(arbiter, (error) => log.warn(`what is paused cannot be kept: ${error.message}`));
    return { arbiter, reachedBy: 'channel', env: {}, [Symbol.asyncDispose]: async () => end() };
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
