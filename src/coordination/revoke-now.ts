import type { Arbiter } from './arbiter.ts';
import { revokedRecord } from './decide/revoke.ts';
import { memberKey, newAssignment, type Switches } from './records.ts';

/**
 * Ends a lease at once, for someone who *knows* that the process is gone: a supervisor whose child exited.
 * A silent process is no such evidence. Resolves to false when the lease was gone or revoked already.
 */
export async function revokeNow(arbiter: Arbiter, boot: string, reason: string, signal: AbortSignal): Promise<boolean> {
  for (;;) {
    const found = await arbiter.read(memberKey(boot), signal);
    if (!found || found.value.state === 'revoked') return false;
    const value = revokedRecord(found.value, reason, undefined);
    if ((await arbiter.swap(memberKey(boot), value, found.version, signal)) !== undefined) return true;
  }
}

/**
 * Makes the assignment object for someone who *knows* that nobody holds anything yet, so that the first members need
 * not wait a lease long. Leaves an object that is there as it is. `switches`: what an earlier deployment said.
 */
export async function foundAssignment(
  arbiter: Arbiter,
  wall: number,
  signal: AbortSignal,
  switches: Switches = {},
): Promise<void> {
  const made = newAssignment('supervisor', wall, 0);
  const said = Object.keys(switches).length > 0 ? { switches } : {};
  await arbiter.swap('assignment', { ...made, ...said }, undefined, signal);
}
