/**
 * Two artifacts among three members: who gives what to whom, by the real rules that place and balance.
 *
 * a and b begin, c may join; any of them may fall silent and come back before somebody revokes it, or stop gracefully;
 * people drain a pod and ask for a move. Each member looks, and some time later writes what decide/assign.ts makes of
 * what it saw, or stops what decide/rebalance.ts says it has too much of.
 *
 * What is left out, and why nothing is lost by it:
 * - Time, leases and requests under way: lease.ts and handover.ts have them. Silent means that the lease has run out.
 * - Old versions of the assignment: a write over one fails, so of all that look only one can still write. It is that
 *   one whose view of the members is kept while the others come and go; what members run shows what they knew.
 * - Tokens: every write takes a new epoch, and what is written over another version fails.
 */
import { assign, type Request } from '../../src/coordination/decide/assign.ts';
import { rebalance } from '../../src/coordination/decide/rebalance.ts';
import { member } from '../../src/coordination/fixtures/member.ts';
import type { Assignment, MemberRecord, OfferedArtifact, Placing } from '../../src/coordination/records.ts';
import type { Model, Step } from './explorer.ts';

export interface PlacingRules {
  readonly x: OfferedArtifact;
  readonly y: OfferedArtifact;
  /** People drain pods and ask for moves. */
  readonly people: boolean;
  readonly gives: 'after stopping' | 'before stopping';
  readonly balances: 'by the real rule' | 'whoever has something gives it';
  /** Whose artifacts are placed anew. */
  readonly orphans: 'of the revoked' | 'of the silent too';
}

type Name = 'a' | 'b' | 'c';
type Artifact = 'x' | 'y';
const members: readonly Name[] = ['a', 'b', 'c'];
const artifacts: readonly Artifact[] = ['x', 'y'];

/** out: not there yet. silent: its lease has run out, and may be renewed until someone revokes it. */
type Being = 'out' | 'active' | 'draining' | 'silent' | 'revoked';
type Beings = Record<Name, Being>;

interface Place {
  holder: Name | null;
  moved: boolean;
  /** Who runs it. */
  runs: Record<Name, boolean>;
  /** Its holder stopped it to give it to that pod, or to whoever fits best. */
  leaves: 'no' | Name | 'anywhere';
}

export interface PlacingState {
  is: Beings;
  x: Place;
  y: Place;
  drained: Name | 'none';
  /** Where someone wants x. */
  wish: Name | 'none';
  /** Who looked and may write, and what it saw. */
  pen: { who: Name | 'none'; saw: Beings };
  wrong: 'nothing' | 'I6';
}

export function placingModel(change: Partial<PlacingRules> = {}): Model<PlacingState> {
  const rules: PlacingRules = {
    x: {},
    y: {},
    people: true,
    gives: 'after stopping',
    balances: 'by the real rule',
    orphans: 'of the revoked',
    ...change,
  };
  const known = new Map<string, unknown>();
  /** The rules are pure: the same question has the same answer. */
  const once = <T>(question: string, answer: () => T): T => {
    if (!known.has(question)) known.set(question, answer());
    return known.get(question) as T;
  };

  const seenBy = (saw: Beings): MemberRecord[] =>
    members.filter((name) => saw[name] !== 'out').map((name) => recordOf(name, saw[name], rules));
  const written = (s: PlacingState): Assignment => ({
    v: 1,
    origin: 'o',
    epoch: 1,
    quietMs: 0,
    offers: { all: { x: rules.x, y: rules.y } },
    artifacts: { x: entryOf(s.x), y: entryOf(s.y) },
    ...(s.drained !== 'none' && { drained: { [`pod/${s.drained}`]: { at: 0, by: '' } } }),
    ...(s.wish !== 'none' && { moves: { x: s.wish } }),
  });
  const asked = (s: PlacingState, who: Name): Request[] =>
    artifacts.flatMap((artifact): Request[] => {
      const { holder, leaves } = s[artifact];
      if (holder !== who || leaves === 'no') return [];
      const by: Placing = leaves === s.wish && artifact === 'x' ? 'move' : 'rebalance';
      return [{ kind: 'release', artifact, token: 1, by, reason: '', ...(leaves !== 'anywhere' && { to: leaves }) }];
    });
  const shifts = (s: PlacingState, who: Name): readonly { artifact: string; to: string }[] =>
    once(`give ${key(s, s.is)} ${who}`, () => {
      if (rules.balances === 'by the real rule')
        return rebalance({ assignment: written(s), members: seenBy(s.is), me: `${who}.1`, settled: true });
      return members.filter((to) => to !== who && s.is[to] === 'active').map((to) => ({ artifact: 'x', to }));
    });

  /** What the real rule writes, from what that member saw. */
  const writes = (s: PlacingState, who: Name): PlacingState | undefined => {
    const { saw } = s.pen;
    const made = once(`write ${key(s, saw)} ${who}`, () => {
      const me = recordOf(who, saw[who], rules);
      const requests = asked(s, who);
      const decision = assign({
        assignment: written(s),
        members: seenBy(saw),
        me,
        offer: { x: rules.x, y: rules.y },
        requests,
        mayPlace: true,
        gathered: true,
        wall: 0,
      });
      return { next: decision.assignment, isAnswered: requests.length > 0 };
    });
    if (!made.next && !made.isAnswered) return undefined;
    let after: PlacingState = { ...s, pen: noPen, wish: made.next?.moves ? s.wish : made.next ? 'none' : s.wish };
    for (const artifact of artifacts) {
      const old = s[artifact];
      const entry = made.next?.artifacts[artifact];
      const holder = entry ? ((entry.holder?.charAt(0) as Name | undefined) ?? null) : old.holder;
      // Refused: it is still the old holder's, which starts it again.
      const leaves = old.holder === who ? 'no' : old.leaves;
      if (holder === old.holder) after = { ...after, [artifact]: { ...old, leaves } };
      else {
        after = { ...after, [artifact]: { ...old, holder, leaves: 'no', moved: entry!.by === 'move' } };
        const isOrphan = old.holder === null || s.is[old.holder] === 'revoked' || old.holder === who;
        if (!isOrphan) after = { ...after, wrong: 'I6' };
      }
    }
    return after;
  };

  const stops = (s: PlacingState, artifact: Artifact, who: Name, leaves: Place['leaves']): PlacingState => {
    const { runs } = s[artifact];
    const left = rules.gives === 'after stopping' ? { ...runs, [who]: false } : runs;
    return { ...s, [artifact]: { ...s[artifact], leaves, runs: left }, pen: { who, saw: s.is } };
  };
  /** Its lease ran out: it runs nothing, and what it wanted is forgotten. */
  const silenced = (s: PlacingState, who: Name, is: Being): PlacingState => {
    let after: PlacingState = { ...s, is: { ...s.is, [who]: is }, pen: s.pen.who === who ? noPen : s.pen };
    for (const artifact of artifacts) {
      const place = after[artifact];
      const leaves = place.holder === who ? 'no' : place.leaves;
      after = { ...after, [artifact]: { ...place, leaves, runs: { ...place.runs, [who]: false } } };
    }
    return after;
  };

  const acts = (s: PlacingState, who: Name, does: Step<PlacingState>): void => {
    const isOpen = s.is[who] === 'active';
    let looked = s;
    for (const artifact of artifacts) {
      const place = looked[artifact];
      const mine = place.holder === who && place.leaves === 'no';
      const runs = mine && (isOpen || place.runs[who]);
      const leaves = mine && !runs ? 'anywhere' : place.leaves;
      looked = {
        ...looked,
        [artifact]: {
          ...place,
          leaves,
          runs: {
            ...place.runs,
            [who]: runs || (rules.gives === 'before stopping' && place.holder === who && place.runs[who]),
          },
        },
      };
    }
    // Someone else who looked before may still be the one that writes.
    does(`${who} looks`, s.pen.who === who ? { ...looked, pen: noPen } : looked);
    const withPen: PlacingState = { ...looked, pen: { who, saw: s.is } };
    if (writes(withPen, who)) does(`${who} looks and would write`, withPen);
    for (const other of members)
      if (other !== who && s.is[other] === 'silent')
        does(`${who} revokes ${other}`, { ...s, is: { ...s.is, [other]: 'revoked' } });
    if (s.pen.who === who) {
      const after = writes(s, who);
      if (after) does(`${who} writes`, after);
    }
    const held = artifacts.filter(
      (artifact) => s[artifact].holder === who && s[artifact].runs[who] && s[artifact].leaves === 'no',
    );
    if (!isOpen) {
      for (const artifact of held)
        does(`${who} stops ${artifact}, for it stops itself`, stops(s, artifact, who, 'anywhere'));
      if (artifacts.every((artifact) => s[artifact].holder !== who))
        does(`${who} has left`, silenced(s, who, 'revoked'));
      return;
    }
    if (s.wish !== 'none' && s.wish !== who && held.includes('x') && s.is[s.wish] === 'active')
      does(`${who} stops x, which someone wants at ${s.wish}`, stops(s, 'x', who, s.wish));
    for (const { artifact, to } of shifts(s, who))
      if (held.includes(artifact as Artifact))
        does(`${who} stops ${artifact}, which ${to} should have`, stops(s, artifact as Artifact, who, to as Name));
  };

  return {
    initial: {
      is: { a: 'active', b: 'active', c: 'out' },
      x: { holder: 'a', moved: false, runs: { a: true, b: false, c: false }, leaves: 'no' },
      y: { holder: 'b', moved: false, runs: { a: false, b: true, c: false }, leaves: 'no' },
      drained: 'none',
      wish: 'none',
      pen: noPen,
      wrong: 'nothing',
    },
    next(s, does, fails) {
      for (const who of members) {
        const is = s.is[who];
        if (is === 'out') fails(`${who} joins`, { ...s, is: { ...s.is, [who]: 'active' } });
        if (is === 'active' || is === 'draining') {
          acts(s, who, does);
          fails(`${who} falls silent`, silenced(s, who, 'silent'));
        }
        if (is === 'active') fails(`${who} is to stop`, { ...s, is: { ...s.is, [who]: 'draining' } });
        if (is === 'silent') fails(`${who} is back in time`, { ...s, is: { ...s.is, [who]: 'active' } });
      }
      if (!rules.people) return;
      if (s.drained === 'none') fails("someone drains a's pod", { ...s, drained: 'a', pen: noPen });
      else fails('someone ends the drain', { ...s, drained: 'none', pen: noPen });
      if (s.wish === 'none' && s.x.holder !== 'b') fails('someone wants x at b', { ...s, wish: 'b', pen: noPen });
    },
    broken(s) {
      if (s.wrong !== 'nothing') return s.wrong;
      return artifacts.some((artifact) => members.filter((name) => s[artifact].runs[name]).length > 1)
        ? 'I1'
        : undefined;
    },
    // Nothing goes to and fro for ever.
    progress: (before, after) => artifacts.some((artifact) => before[artifact].holder !== after[artifact].holder),
    goal(s) {
      const live = members.filter((name) => s.is[name] === 'active');
      // Nobody is there, or nobody is left who may: the model has no fourth.
      if (live.every((name) => name === s.drained)) return true;
      const isDone = artifacts.every((artifact) => s[artifact].holder !== null && s[artifact].runs[s[artifact].holder]);
      return isDone && live.every((who) => shifts(s, who).length === 0);
    },
  };

  function key(s: PlacingState, saw: Beings): string {
    const places = artifacts.map((artifact) => `${s[artifact].holder} ${s[artifact].moved} ${s[artifact].leaves}`);
    return [...Object.values(saw), ...places, s.drained, s.wish].join(' ');
  }
}

const noPen: PlacingState['pen'] = { who: 'none', saw: { a: 'out', b: 'out', c: 'out' } };

function entryOf({ holder, moved }: Place): Assignment['artifacts'][string] {
  return { holder: holder && `${holder}.1`, token: 1, by: moved ? 'move' : 'start', reason: '', at: 0, runs: 0 };
}

function recordOf(name: Name, is: Being, { orphans }: PlacingRules): MemberRecord {
  const state =
    is === 'revoked' || (is === 'silent' && orphans === 'of the silent too')
      ? 'revoked'
      : is === 'draining'
        ? 'draining'
        : 'active';
  return member(name, { node: name, state });
}
