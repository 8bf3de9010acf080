import type { Arbiter } from './arbiter.ts';
import { revokedRecord } from './decide/revoke.ts';
import { memberKey, newAssignment } from './records.ts';

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
 * not wait a lease long. Leaves an object that is there as it is.
 */
export async function foundAssignment(arbiter: Arbiter, wall: number, signal: AbortSignal): Promise<void> {
  await arbiter.swap('assignment', newAssignment('supervisor', wall, 0), undefined, signal);
}
