import type { Asked, Assignment, AssignmentEntry, Fire, MemberRecord, Offer, Placing, Switched } from '../records.ts';
import { candidatesFor } from './candidates.ts';
import { newestRun } from './claim.ts';
import { compareText } from './names.ts';
import { orphansOf, type OrphanFacts } from './orphans.ts';
import { place, type Place } from './place.ts';

/** What a member asks of the assignment. */
export type Request =
  /** To let go of what it has stopped; `to` names a pod, else the best one is chosen. */
  | {
      readonly kind: 'release';
      readonly artifact: string;
      readonly token: number;
      readonly by: Placing;
      readonly to?: string;
      readonly reason: string;
      /** The newest run it claimed. */
      readonly fire?: Fire;
    }
  /** To take out a move that someone asked for: it is done, or cannot be. */
  | { readonly kind: 'settle-move'; readonly artifact: string; readonly pod: string }
  /** To take out a run that someone asked for, so as to run it. */
  | { readonly kind: 'take-run'; readonly artifact: string; readonly token: number; readonly at: number }
  | { readonly kind: 'switch'; readonly artifact: string; readonly to: Switched };

export type Answer =
  /** True once the write is accepted. */
  | 'written'
  /** It is so already. */
  | 'done'
  | { readonly refused: string };

export interface AssignFacts extends OrphanFacts {
  readonly me: MemberRecord;
  readonly offer: Offer;
  readonly requests: readonly Request[];
  /** Whether what has no holder may be given one now. */
  readonly mayPlace: boolean;
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

/** The next assignment: own requests, orphans and newcomers in one write. Nothing else moves. */
export function assign(facts: AssignFacts): AssignDecision {
  const draft = new Draft(facts);
  const answers = facts.requests.map((request) => draft.answer(request));
  if (facts.mayPlace) draft.placeOrphans();
  draft.tidy();
  return { assignment: draft.changed ? draft.assignment : undefined, answers, moves: draft.moves };
}

/** The next assignment while it is being made. */
class Draft {
  changed: boolean;
  readonly moves: Move[] = [];
  readonly #facts: AssignFacts;
  readonly #epoch: number;
  readonly #active: readonly MemberRecord[];
  readonly #offers: Readonly<Record<string, Offer>>;
  readonly #entries: Record<string, AssignmentEntry>;
  readonly #wishes: Record<string, string>;
  readonly #runs: Record<string, Asked>;
  readonly #switches: Record<string, Switched>;
  /** Where those go that are let go of without saying where. */
  readonly #places: ReadonlyMap<string, Place>;

  constructor(facts: AssignFacts) {
    const { assignment } = facts;
    this.#facts = facts;
    // Above every token before, also when the arbiter was put back to an older state that knows fewer of them.
    this.#epoch = Math.max(assignment.epoch + 1, Math.floor(facts.wall));
    this.#active = facts.members.filter((member) => member.state === 'active');
    this.#offers = offersOf(facts);
    this.#entries = { ...assignment.artifacts };
    this.#wishes = { ...assignment.moves };
    this.#runs = { ...assignment.runs };
    this.#switches = { ...assignment.switches };
    this.changed = this.#offers !== assignment.offers;
    this.#places = this.#placesForReleased();
  }

  get assignment(): Assignment {
    const { moves: _moves, runs: _runs, switches: _switches, ...kept } = this.#facts.assignment;
    return {
      ...kept,
      epoch: this.#epoch,
      quietMs: this.#facts.mayPlace ? 0 : kept.quietMs,
      offers: this.#offers,
      artifacts: this.#entries,
      ...unlessEmpty({ moves: this.#wishes, runs: this.#runs, switches: this.#switches }),
    };
  }

  answer(request: Request): Answer {
    const { artifact } = request;
    if (request.kind === 'settle-move') {
      if (this.#wishes[artifact] !== request.pod) return 'done';
      delete this.#wishes[artifact];
      this.changed = true;
      return 'written';
    }
    if (request.kind === 'switch') {
      this.#switches[artifact] = request.to;
      this.changed = true;
      return 'written';
    }
    const entry = this.#entries[artifact];
    if (request.kind === 'take-run') {
      if (!isMine(entry, this.#facts.me.boot, request.token)) return { refused: 'it is held by another' };
      if (this.#runs[artifact]?.at !== request.at) return { refused: 'it was taken already' };
      delete this.#runs[artifact];
      this.changed = true;
      return 'written';
    }
    if (!isMine(entry, this.#facts.me.boot, request.token)) return 'done';
    const runs = newestRun(entry, request.fire);
    if (request.to === undefined) {
      const found = this.#places.get(artifact)!;
      this.#give(artifact, found.holder, request.by, `${request.reason}; ${found.reason}`, runs);
      return 'written';
    }
    const target = candidatesFor(artifact, this.#candidacy(this.#others)).find(({ pod }) => pod === request.to);
    if (!target) return { refused: `${request.to} cannot hold it` };
    this.#give(artifact, target.boot, request.by, request.reason, runs);
    return 'written';
  }

  placeOrphans(): void {
    const lost = orphansOf(
      { ...this.#facts, assignment: { ...this.#facts.assignment, artifacts: this.#entries } },
      this.#offers,
    );
    const artifacts = without(this.#entries, lost);
    const facts = { ...this.#candidacy(this.#active), artifacts, moves: this.#wishes };
    for (const { artifact, holder, reason } of place([...lost.keys()], facts)) {
      const { by, why, ...runs } = lost.get(artifact)!;
      if (holder !== null || (this.#entries[artifact]?.holder ?? null) !== null)
        this.#give(artifact, holder, by, `${why}; ${reason}`, runs);
    }
    if (this.#facts.assignment.quietMs > 0) this.changed = true;
  }

  /** Takes out entries that say nothing: nobody offers the artifact, nobody holds it, and it never ran by schedule. */
  tidy(): void {
    const isOffered = (artifact: string): boolean => Object.values(this.#offers).some((offer) => offer[artifact]);
    for (const artifact of Object.keys(this.#entries).toSorted(compareText)) {
      const { holder, lastFire } = this.#entries[artifact]!;
      if (holder !== null || lastFire !== undefined || isOffered(artifact)) continue;
      delete this.#entries[artifact];
      this.changed = true;
    }
    for (const asked of [this.#wishes, this.#runs])
      for (const artifact of Object.keys(asked)) if (!this.#entries[artifact]) delete asked[artifact];
  }

  get #others(): readonly MemberRecord[] {
    return this.#active.filter((member) => member.boot !== this.#facts.me.boot);
  }

  #candidacy(members: readonly MemberRecord[]): Parameters<typeof candidatesFor>[1] {
    const { drained } = this.#facts.assignment;
    return { members, offers: this.#offers, drained };
  }

  #placesForReleased(): Map<string, Place> {
    const free = this.#facts.requests.flatMap((request) =>
      request.kind === 'release' &&
      request.to === undefined &&
      isMine(this.#entries[request.artifact], this.#facts.me.boot, request.token)
        ? [request.artifact]
        : [],
    );
    const facts = {
      ...this.#candidacy(this.#others),
      artifacts: without(this.#entries, new Set(free)),
      moves: this.#wishes,
    };
    return new Map(place(free, facts).map((found) => [found.artifact, found]));
  }

  #give(
    artifact: string,
    to: string | null,
    by: Placing,
    reason: string,
    runs: { readonly lastFire?: number; readonly runs: number },
  ): void {
    const from = this.#entries[artifact]?.holder ?? undefined;
    this.#entries[artifact] = { holder: to, token: this.#epoch, by, reason, at: this.#facts.wall, ...pickRuns(runs) };
    delete this.#wishes[artifact];
    this.moves.push({ artifact, from, to, by, reason });
    this.changed = true;
  }
}

/** Without those that hold nothing. */
function unlessEmpty<T extends Readonly<Record<string, object>>>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, one]) => Object.keys(one).length > 0)) as Partial<T>;
}

function pickRuns({ lastFire, runs }: { readonly lastFire?: number; readonly runs: number }): {
  readonly lastFire?: number;
  readonly runs: number;
} {
  return { ...(lastFire !== undefined && { lastFire }), runs };
}

/** Own offer in, those that no member names any more out. The same object when nothing changes. */
export function offersOf({
  assignment,
  members,
  me,
  offer,
}: Pick<AssignFacts, 'assignment' | 'members' | 'me' | 'offer'>): Readonly<Record<string, Offer>> {
  const named = new Set([
    me.offer,
    ...members.filter((member) => member.state !== 'revoked').map((member) => member.offer),
  ]);
  const stale = Object.keys(assignment.offers).filter((digest) => !named.has(digest));
  if (stale.length === 0 && assignment.offers[me.offer]) return assignment.offers;
  const kept = Object.entries(assignment.offers).filter(([digest]) => named.has(digest));
  return { ...Object.fromEntries(kept), [me.offer]: offer };
}

function isMine(entry: AssignmentEntry | undefined, boot: string, token: number): entry is AssignmentEntry {
  return entry !== undefined && entry.holder === boot && entry.token === token;
}

function without(
  entries: Readonly<Record<string, AssignmentEntry>>,
  removed: { readonly size: number; has(artifact: string): boolean },
): Readonly<Record<string, AssignmentEntry>> {
  if (removed.size === 0) return entries;
  return Object.fromEntries(Object.entries(entries).filter(([artifact]) => !removed.has(artifact)));
}
