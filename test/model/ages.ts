/**
 * The rules of a lease, asked once for every age it can have: a model walks a million states and may look an answer up
 * in each. `p` holds the lease; nobody has a clock but by ages.
 */
import { revocations } from '../../src/coordination/decide/revoke.ts';
import { standing } from '../../src/coordination/decide/self-stop.ts';
import { member } from '../../src/coordination/fixtures/member.ts';

/** Whether p still acts on a renewal that was sent so long ago. */
export function trustByAge(trustMs: number, oldest: number): readonly boolean[] {
  return upTo(oldest, (age) => standing({ now: 0, awakeAt: 0, validUntil: trustMs - age, trustMs }).state === 'acting');
}

/** Whether others may revoke p when its record has not changed for so long. */
export function silenceByAge(leaseMs: number, oldest: number): readonly boolean[] {
  const record = member('p', { leaseMs });
  return upTo(oldest, (age) => {
    const others = [{ record, version: 'v', since: -age }];
    return revocations({ now: 0, me: 'q', others, staggerMs: 0 }).revoke.length > 0;
  });
}

function upTo(oldest: number, answer: (age: number) => boolean): boolean[] {
  return Array.from({ length: oldest + 1 }, (_, age) => answer(age));
}
