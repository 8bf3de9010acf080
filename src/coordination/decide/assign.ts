import type { Assignment, AssignmentEntry, MemberRecord, Offer, Placing } from '../records.ts';
import { claimRun } from './claim.ts';
import { candidatesFor, compareText, place, podOf } from './place.ts';

/** What a member asks of the assignment. */
export type Request =
  | {
      readonly kind: 'claim';
      readonly artifact: string;
      readonly token: number;
      readonly dueAt: number;
      readonly attempted: boolean;
    }
  /** To let go of what it has stopped; `to` names a pod, else the best one is chosen. */
  | {
      readonly kind: 'release';
      readonly artifact: string;
      readonly token: number;
      readonly by: Placing;
      readonly to?: string;
      readonly reason: string;
    };

export type Answer =
  /** True once the write is accepted. */
  | 'written'
  /** It is so already. */
  | 'done'
  | { readonly refused: string };

export interface AssignFacts {
  readonly assignment: Assignment;
  /** All members read no earlier than the assignment, the revoked ones too. */
  readonly members: readonly MemberRecord[];
  readonly me: MemberRecord;
  readonly offer: Offer;
  readonly requests: readonly Request[];
  /** Whether what has no holder may be given one now. */
  readonly mayPlace: boolean;
  /** Whether what never had a holder may be given one too. */
  readonly gathered: boolean;
  /** Milliseconds since 1970, for people. */
  readonly wall: number;
}

export interface Move {
  readonly artifact: string;
  readonly from: string | undefined;
  readonly to: string | null;
  readonly by: Placing;
  readonly reason: string;
}

export interface AssignDecision {
  /** The object to write, or undefined when the present one may stay. */
  readonly assignment: Assignment | undefined;
  readonly answers: readonly Answer[];
  readonly moves: readonly Move[];
}

type Entries = Record<string, AssignmentEntry>;

/** The next assignment: own requests, orphans and newcomers in one write. Nothing else moves. */
export function assign(facts: AssignFacts): AssignDecision {
  const { assignment } = facts;
  const epoch = assignment.epoch + 1;
  const active = facts.members.filter((member) => member.state === 'active');
  const offers = offersOf(facts);
  const entries: Entries = { ...assignment.artifacts };
  const moves: Move[] = [];
  const give = (artifact: string, to: string | null, by: Placing, reason: string): void => {
    const old = entries[artifact];
    const from = old?.holder ?? undefined;
    entries[artifact] = { ...old, runs: old?.runs ?? 0, holder: to, token: epoch, by, reason, at: facts.wall };
    moves.push({ artifact, from, to, by, reason });
  };

  const answers = answerRequests(facts, entries, active, offers, give);
  if (facts.mayPlace) {
    const lost = orphans(facts, entries, offers);
    for (const { artifact, holder, reason } of place([...lost.keys()], {
      members: active,
      offers,
      artifacts: without(entries, lost),
    })) {
      const { by, why } = lost.get(artifact)!;
      if (holder !== null || (entries[artifact]?.holder ?? null) !== null)
        give(artifact, holder, by, `${why}; ${reason}`);
    }
  }
  const gone = forgettable(entries, offers);
  for (const artifact of gone) delete entries[artifact];

  const unquiet = facts.mayPlace && assignment.quietMs > 0;
  const changed =
    answers.includes('written') || moves.length > 0 || gone.length > 0 || unquiet || offers !== assignment.offers;
  if (!changed) return { assignment: undefined, answers, moves };
  const rebalances = assignment.rebalances + moves.filter((move) => move.by === 'rebalance').length;
  const quietMs = unquiet ? 0 : assignment.quietMs;
  return { assignment: { ...assignment, epoch, quietMs, rebalances, offers, artifacts: entries }, answers, moves };
}

/** Whether something has no holder and could have one. */
export function hasOrphans(facts: AssignFacts): boolean {
  const { artifacts } = facts.assignment;
  const offers = offersOf(facts);
  const found = orphans(facts, artifacts, offers).keys();
  const isPlaceable = (artifact: string): boolean =>
    candidatesFor(artifact, { members: facts.members, offers }).length > 0;
  return found.some((artifact) => (artifacts[artifact]?.holder ?? null) !== null || isPlaceable(artifact));
}

/** Own offer in, those that no member names any more out. The same object when nothing changes. */
function offersOf({ assignment, members, me, offer }: AssignFacts): Readonly<Record<string, Offer>> {
  const named = new Set([
    me.offer,
    ...members.filter((member) => member.state !== 'revoked').map((member) => member.offer),
  ]);
  const stale = Object.keys(assignment.offers).filter((digest) => !named.has(digest));
  if (stale.length === 0 && assignment.offers[me.offer]) return assignment.offers;
  const kept = Object.entries(assignment.offers).filter(([digest]) => named.has(digest));
  return { ...Object.fromEntries(kept), [me.offer]: offer };
}

function answerRequests(
  facts: AssignFacts,
  entries: Entries,
  active: readonly MemberRecord[],
  offers: Readonly<Record<string, Offer>>,
  give: (artifact: string, to: string | null, by: Placing, reason: string) => void,
): Answer[] {
  const { me } = facts;
  const others = active.filter((member) => member.boot !== me.boot);
  const releases = facts.requests.filter((request) => request.kind === 'release');
  const leaving = releases.filter(({ artifact, token }) => isMine(entries[artifact], me.boot, token));
  const free = leaving.filter((request) => request.to === undefined).map((request) => request.artifact);
  const remaining = without(entries, new Set(free));
  const places = new Map(
    place(free, { members: others, offers, artifacts: remaining }).map((found) => [found.artifact, found]),
  );
  return facts.requests.map((request): Answer => {
    const entry = entries[request.artifact];
    if (request.kind === 'claim') {
      const decision = claimRun({ ...request, entry, boot: me.boot });
      if (decision.next === 'write') entries[request.artifact] = decision.entry;
      return decision.next === 'write'
        ? 'written'
        : decision.next === 'granted'
          ? 'done'
          : { refused: decision.reason };
    }
    if (!isMine(entry, me.boot, request.token)) return 'done';
    if (request.to === undefined) {
      const found = places.get(request.artifact)!;
      give(request.artifact, found.holder, request.by, `${request.reason}; ${found.reason}`);
      return 'written';
    }
    const target = candidatesFor(request.artifact, { members: others, offers }).find(
      (member) => member.pod === request.to,
    );
    if (!target) return { refused: `${request.to} cannot hold it` };
    give(request.artifact, target.boot, request.by, request.reason);
    return 'written';
  });
}

function isMine(entry: AssignmentEntry | undefined, boot: string, token: number): entry is AssignmentEntry {
  return entry !== undefined && entry.holder === boot && entry.token === token;
}

/** What has no live holder, and why. A draining holder is alive: it hands over by itself. */
function orphans(
  facts: AssignFacts,
  entries: Readonly<Entries>,
  offers: Readonly<Record<string, Offer>>,
): Map<string, { by: Placing; why: string }> {
  const byBoot = new Map(facts.members.map((member) => [member.boot, member]));
  const found = new Map<string, { by: Placing; why: string }>();
  for (const [artifact, entry] of Object.entries(entries)) {
    const holder = entry.holder === null ? undefined : byBoot.get(entry.holder);
    if (entry.holder === null) found.set(artifact, { by: 'failover', why: 'it had no holder' });
    else if (!holder) found.set(artifact, { by: 'failover', why: `${podOf(entry.holder)} is gone` });
    else if (holder.state === 'revoked')
      found.set(artifact, { by: 'failover', why: `${holder.pod} was revoked, ${holder.reason ?? 'no reason given'}` });
  }
  if (facts.gathered)
    for (const offer of Object.values(offers))
      for (const artifact of Object.keys(offer))
        if (!entries[artifact]) found.set(artifact, { by: 'start', why: 'it is new' });
  return found;
}

function without(entries: Entries, removed: { readonly size: number; has(artifact: string): boolean }): Entries {
  if (removed.size === 0) return entries;
  return Object.fromEntries(Object.entries(entries).filter(([artifact]) => !removed.has(artifact)));
}

/** Entries that say nothing: nobody offers the artifact, nobody holds it, and it never ran by schedule. */
function forgettable(entries: Entries, offers: Readonly<Record<string, Offer>>): string[] {
  const isOffered = (artifact: string): boolean => Object.values(offers).some((offer) => offer[artifact]);
  return Object.entries(entries)
    .filter(([artifact, entry]) => entry.holder === null && entry.lastFire === undefined && !isOffered(artifact))
    .map(([artifact]) => artifact)
    .toSorted(compareText);
}
