/**
 * What people ask of a deployment: to move an artifact, to switch it off or on, to run it now, to drain a pod or node.
 * They ask the arbiter, so that it works from anywhere; whoever holds the artifacts does it.
 */
import type { Arbiter } from './arbiter.ts';
import { candidatesFor } from './decide/candidates.ts';
import { podOf } from './decide/names.ts';
import type { Asked, Assignment, DrainKey, Drained, MemberRecord, Switched } from './records.ts';

export type AskOutcome =
  /** Written; the holder acts on it as soon as it looks. */
  | { readonly outcome: 'asked' }
  /** It is so already. */
  | { readonly outcome: 'done' }
  | { readonly outcome: 'refused'; readonly reason: string };

/** Asks for an artifact to be held by the pod of that name, where balance then leaves it. */
export function askMove(arbiter: Arbiter, artifact: string, pod: string, signal: AbortSignal): Promise<AskOutcome> {
  return ask(arbiter, signal, (assignment, members) => {
    const entry = assignment.artifacts[artifact];
    if (!entry) return refused(`no member offers ${artifact}; there are ${listed(Object.keys(assignment.artifacts))}`);
    if (entry.holder !== null && podOf(entry.holder) === pod) return { outcome: 'done' };
    const { offers, drained, moves } = assignment;
    const able = candidatesFor(artifact, { members, offers, drained }).map((member) => member.pod);
    if (!able.includes(pod))
      return refused(`${pod} is not a live member that can hold ${artifact}; ${listed(able)} can`);
    return { ...assignment, epoch: assignment.epoch + 1, moves: { ...moves, [artifact]: pod } };
  });
}

/** Whether it may work from now on, on whatever replica, and after a restart. */
export function askSwitch(arbiter: Arbiter, artifact: string, to: Switched, signal: AbortSignal): Promise<AskOutcome> {
  return ask(arbiter, signal, (assignment) => {
    if (assignment.switches?.[artifact]?.on === to.on) return { outcome: 'done' };
    return { ...assignment, epoch: assignment.epoch + 1, switches: { ...assignment.switches, [artifact]: to } };
  });
}

/** One run now, out of turn: at most once. Refused while nobody holds it, or while one that was asked for waits. */
export function askRun(arbiter: Arbiter, artifact: string, asked: Asked, signal: AbortSignal): Promise<AskOutcome> {
  return ask(arbiter, signal, (assignment) => {
    const { artifacts, runs } = assignment;
    if (!artifacts[artifact]) return refused(`there is no ${artifact}; there are ${listed(Object.keys(artifacts))}`);
    if (artifacts[artifact].holder === null) return refused(`nobody holds ${artifact} at present`);
    if (runs?.[artifact]) return refused(`a run was asked for already, and has not begun`);
    return { ...assignment, epoch: assignment.epoch + 1, runs: { ...runs, [artifact]: asked } };
  });
}

/** From now on the pod or node takes nothing and gives away what it holds, also after it was restarted. */
export function askDrain(arbiter: Arbiter, key: DrainKey, drained: Drained, signal: AbortSignal): Promise<AskOutcome> {
  return ask(arbiter, signal, (assignment, members) => {
    if (assignment.drained?.[key]) return { outcome: 'done' };
    const live = members.filter(({ state }) => state !== 'revoked');
    const known = [...new Set(live.flatMap(({ pod, node }) => [`pod/${pod}`, `node/${node}`]))];
    if (!known.includes(key)) return refused(`there is no live ${key}; there are ${listed(known)}`);
    return { ...assignment, epoch: assignment.epoch + 1, drained: { ...assignment.drained, [key]: drained } };
  });
}

export function endDrain(arbiter: Arbiter, key: DrainKey, signal: AbortSignal): Promise<AskOutcome> {
  return ask(arbiter, signal, (assignment) => {
    const { drained, ...rest } = assignment;
    if (!drained?.[key]) return { outcome: 'done' };
    const { [key]: _, ...left } = drained;
    return { ...rest, epoch: rest.epoch + 1, ...(Object.keys(left).length > 0 && { drained: left }) };
  });
}

/** Reads, decides and writes, as often as another writer comes first. */
async function ask(
  arbiter: Arbiter,
  signal: AbortSignal,
  decide: (assignment: Assignment, members: readonly MemberRecord[]) => Assignment | AskOutcome,
): Promise<AskOutcome> {
  for (;;) {
    const found = await arbiter.read('assignment', signal);
    if (!found) return refused('nothing has been assigned yet');
    const { members } = await arbiter.snapshot({ signal, known: found.version });
    const next = decide(
      found.value,
      members.map(({ value }) => value),
    );
    if ('outcome' in next) return next;
    if ((await arbiter.swap('assignment', next, found.version, signal)) !== undefined) return { outcome: 'asked' };
  }
}

function refused(reason: string): AskOutcome {
  return { outcome: 'refused', reason };
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.toSorted().join(', ');
}
