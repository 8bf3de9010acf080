import type { Assignment, AssignmentEntry } from '../records.ts';

/** What turns one assignment into another: with a thousand artifacts, a hundredth of it. */
export interface Delta {
  /** Everything but the artifacts, whole. */
  readonly rest: Omit<Assignment, 'artifacts'>;
  /** Entries that are new or different. */
  readonly set: Readonly<Record<string, AssignmentEntry>>;
  /** Artifacts that are named no more. */
  readonly gone: readonly string[];
}

export function difference(before: Assignment, after: Assignment): Delta {
  const { artifacts, ...rest } = after;
  const set: Record<string, AssignmentEntry> = {};
  for (const [artifact, entry] of Object.entries(artifacts))
    if (!isSame(before.artifacts[artifact], entry)) set[artifact] = entry;
  const gone = Object.keys(before.artifacts).filter((artifact) => !(artifact in artifacts));
  return { rest, set, gone };
}

export function applied(before: Assignment, { rest, set, gone }: Delta): Assignment {
  const artifacts = { ...before.artifacts, ...set };
  for (const artifact of gone) delete artifacts[artifact];
  return { ...rest, artifacts };
}

/** An entry never changes under one token, whatever is read from it; holder and runs are compared all the same. */
function isSame(before: AssignmentEntry | undefined, after: AssignmentEntry): boolean {
  return (
    before !== undefined &&
    before.token === after.token &&
    before.holder === after.holder &&
    before.runs === after.runs &&
    before.lastFire === after.lastFire &&
    before.by === after.by &&
    before.reason === after.reason
  );
}
