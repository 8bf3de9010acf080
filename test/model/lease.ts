/**
 * One lease, with time: when may others take what a member holds?
 *
 * Member p holds one artifact under token 1. Two observers, q and r, race to end its lease and to give the artifact to
 * themselves under token 2. The adversary stops p anywhere for any time, kills it, delays, loses and doubles every
 * request and answer, cuts observers off, lets p's clock run slower, and deletes p's record as kubectl would, also after
 * it was revoked (which the sweep does too).
 *
 * What is left out, and why nothing is lost by it:
 * - Clocks are ages in ticks, and stop counting once they are past every limit: only comparisons with limits matter.
 * - Versions are one bit each: whether it is still the record's present one. Records never get an old version again.
 * - An observer's compare-and-swap of p's record happens when it arrives. Had it been decided earlier it would fail, or
 *   find the same. Its write of the assignment does float: that one does not touch p's record.
 * - q and r need no lease here: they are p's equals when they hold something, which is one more state of this model.
 * - p starts over by being `over`: under its new boot id it is one more observer.
 * - Renewals need no rhythm: p may renew at any time or never, which covers all of them.
 */
import { afterRenewal, type RenewalResult } from '../../src/coordination/decide/renew.ts';
import { member } from '../../src/coordination/fixtures/member.ts';
import { silenceByAge, trustByAge } from './ages.ts';
import type { Model, Step } from './explorer.ts';

export interface LeaseRules {
  /** Ticks. */
  readonly leaseMs: number;
  readonly marginMs: number;
  /** When p's clock missed a tick it does not miss another for that many. */
  readonly slipEvery: number;
  readonly observers: 1 | 2;
  /** The two are searched as one; a trace then may mix up their names. */
  readonly alike: boolean;
  /** Third parties delete p's record, and it may come back by a request that was made twice. */
  readonly deletions: boolean;
  /** Where validity counts from. */
  readonly counts: 'from sending' | 'from the answer';
  readonly conflict: 'adopts' | 'extends';
  readonly revokes: 'by swap' | 'blindly';
  readonly assigns: 'by swap' | 'blindly';
  readonly tokens: 'checked' | 'ignored';
  /** What a holder without a record is. */
  readonly absence:
    'given its record back' | 'taken as gone at once' | 'taken as gone after a lease' | 'revoked after a lease';
  /** Which record p takes for its own after a conflict. */
  readonly adopts: 'what it wrote since' | 'whatever is active';
  /** When the answer to the creation of its record was lost. */
  readonly unheard: 'takes a new boot id' | 'creates it again';
}

const leaseRules: LeaseRules = {
  leaseMs: 4,
  marginMs: 1,
  slipEvery: 3,
  observers: 2,
  alike: true,
  deletions: false,
  counts: 'from sending',
  conflict: 'adopts',
  revokes: 'by swap',
  assigns: 'by swap',
  tokens: 'checked',
  absence: 'given its record back',
  adopts: 'what it wrote since',
  unheard: 'takes a new boot id',
};

type Request = 'renewal' | 'creation';

interface Observer {
  /** What it last looked at is the record as it is now, an older one, or that there is none. */
  sees: 'present' | 'past' | 'none';
  age: number;
  /** idle; its write of the assignment is on its way; it holds the artifact. */
  is: 'idle' | 'writing' | 'acting';
}

export interface LeaseState {
  /** version: of its record, as p knows it. age: since the renewal was sent that it trusts. */
  p: {
    runs: 'running' | 'paused' | 'dead';
    age: number;
    version: 'present' | 'past' | 'unknown';
    over: boolean;
    checked: boolean;
  };
  /** p's one request under way, or its answer. `current`: its version is the record's present one. */
  wire: {
    kind:
      'nothing' | Request | 'reading' | 'accepted' | 'found active' | 'found stranger' | 'found revoked' | 'found none';
    current: boolean;
    age: number;
  };
  /** A request p does not wait for any more; it may still arrive. */
  stray: { kind: 'nothing' | Request; current: boolean };
  /** created: by p's first write. restored: by an observer, in p's name. */
  record: 'created' | 'renewed' | 'restored' | 'revoked' | 'none';
  assigned: 'p' | 'q' | 'r';
  q: Observer;
  r: Observer;
  highest: number;
  /** Ticks until p's clock may miss the next one. */
  slack: number;
  wrong: 'nothing' | 'I2' | 'I3';
}

export function leaseModel(change: Partial<LeaseRules> = {}): Model<LeaseState> {
  const rules = { ...leaseRules, ...change };
  const { leaseMs, marginMs, slipEvery, deletions } = rules;
  const names = rules.observers === 2 ? (['q', 'r'] as const) : (['q'] as const);
  const oldest = leaseMs + 1;
  const older = (age: number): number => Math.min(age + 1, oldest);
  const tooOld = leaseMs - marginMs;
  const trusts = trustByAge(tooOld, oldest);
  const isSilent = silenceByAge(leaseMs, oldest);

  const valid = ({ p }: LeaseState): boolean => !p.over && p.version !== 'unknown' && trusts[p.age]!;

  /** The record changed: every version known so far is a past one. */
  const changed = (s: LeaseState, to: LeaseState['record']): LeaseState => ({
    ...s,
    record: to,
    p: { ...s.p, version: s.p.version === 'unknown' ? 'unknown' : 'past' },
    wire: { ...s.wire, current: false },
    stray: { ...s.stray, current: false },
    q: { ...s.q, sees: s.q.sees === 'none' ? 'none' : 'past' },
    r: { ...s.r, sees: s.r.sees === 'none' ? 'none' : 'past' },
  });
  const isTaken = (s: LeaseState, kind: Request, current: boolean): boolean =>
    kind === 'creation' ? s.record === 'none' : s.record !== 'none' && s.record !== 'revoked' && current;

  /** A stranger is a record that p did not write since its last renewal: someone deleted p's, and it was made again. */
  const finds = ({ p, record: found }: LeaseState): LeaseState['wire']['kind'] => {
    if (found === 'none' || found === 'revoked') return `found ${found}`;
    return found === 'renewed' || (found === 'created' && p.version === 'unknown') ? 'found active' : 'found stranger';
  };

  /** p hears how its renewal ended; the real rule decides. */
  const hears = (s: LeaseState): LeaseState => {
    const { kind, current, age } = s.wire;
    const idle: LeaseState = { ...s, wire: nothing.wire };
    const value = member('p', {
      state: kind === 'found revoked' ? 'revoked' : 'active',
      beat: kind === 'found stranger' ? 3 : 4,
      leaseMs,
    });
    const found = kind === 'found none' ? undefined : { version: 'new', value };
    const result: RenewalResult = kind === 'accepted' ? { kind, version: 'new' } : { kind: 'conflict', found };
    const sentAt = rules.counts === 'from sending' ? -age : 0;
    const validUntil = s.p.version === 'unknown' ? -Infinity : tooOld - s.p.age;
    const acceptedBeat = rules.adopts === 'whatever is active' ? 0 : 3;
    const decision = afterRenewal({ result, sentAt, answeredAt: 0, validUntil, acceptedBeat, leaseMs, marginMs });
    const version = current ? 'present' : 'past';
    switch (decision.next) {
      case 'extend':
        return { ...idle, p: { ...s.p, version, age: Math.min(tooOld - decision.validUntil, tooOld) } };
      case 'adopt': {
        const age2 =
          rules.conflict === 'extends' ? Math.min(s.p.age, age) : s.p.version === 'unknown' ? tooOld : s.p.age;
        return { ...idle, p: { ...s.p, version, age: age2 } };
      }
      case 'rejoin':
        return { ...idle, p: { ...s.p, over: true, checked: false } };
      case 'again':
        return idle;
    }
  };

  const holder = (s: LeaseState, does: Step<LeaseState>, fails: Step<LeaseState>): void => {
    const { p, wire } = s;
    if (p.runs === 'dead') return;
    fails('p dies', { ...s, p: { ...p, runs: 'dead', checked: false } });
    if (p.runs === 'paused') {
      fails('p runs again', { ...s, p: { ...p, runs: 'running' } });
      return;
    }
    fails('p is stopped', { ...s, p: { ...p, runs: 'paused' } });
    if (valid(s) && !p.checked) does('p checks its term', { ...s, p: { ...p, checked: true } });
    if (p.checked) {
      const after = { ...s, p: { ...p, checked: false } };
      if (s.highest === 1) does('p does it', after);
      else if (rules.tokens === 'checked') does('p does it, late: refused by its token', after);
      else does('p does it, late', { ...after, wrong: 'I2' });
    }
    if (p.over) {
      if (s.record !== 'revoked') does('p itself writes that it is revoked', changed(s, 'revoked'));
      return;
    }
    if (s.assigned !== 'p' || s.record === 'revoked')
      does('p sees that it is not the holder any more', { ...s, p: { ...p, over: true, checked: false } });
    switch (wire.kind) {
      case 'nothing': {
        const kind =
          p.version !== 'unknown' ? 'renewal' : rules.unheard === 'creates it again' ? 'creation' : 'reading';
        const action = kind === 'reading' ? 'p asks for its record' : `p sends a ${kind}`;
        does(action, { ...s, wire: { kind, current: p.version === 'present', age: 0 } });
        return;
      }
      case 'renewal':
      case 'creation':
        fails('p gives up waiting, the request still floats', {
          ...s,
          wire: nothing.wire,
          stray: { kind: wire.kind, current: wire.current },
        });
        return;
      case 'reading':
        does('p reads its record', { ...s, wire: { ...wire, kind: finds(s), current: true } });
        return;
      default:
        does(`p hears: ${wire.kind}`, hears(s));
    }
  };

  const arbiter = (s: LeaseState, does: Step<LeaseState>, fails: Step<LeaseState>): void => {
    const { wire, stray } = s;
    if (wire.kind === 'renewal' || wire.kind === 'creation') {
      if (isTaken(s, wire.kind, wire.current)) {
        const after = changed(s, wire.kind === 'creation' ? 'created' : 'renewed');
        does(`the ${wire.kind} is accepted`, { ...after, wire: { ...wire, kind: 'accepted', current: true } });
      } else does(`the ${wire.kind} meets another version`, { ...s, wire: { ...wire, kind: 'reading' } });
    }
    if (wire.kind !== 'nothing') fails('the request or its answer is lost', { ...s, wire: nothing.wire });
    if (stray.kind === 'nothing') return;
    const gone: LeaseState = { ...s, stray: nothing.stray };
    if (isTaken(s, stray.kind, stray.current))
      fails(
        `a ${stray.kind} from long ago is accepted`,
        changed(gone, stray.kind === 'creation' ? 'created' : 'renewed'),
      );
    else fails(`a ${stray.kind} from long ago comes too late`, gone);
  };

  const observes = (s: LeaseState, name: 'q' | 'r', does: Step<LeaseState>, fails: Step<LeaseState>): void => {
    const one = s[name];
    const isNone = s.record === 'none';
    if (one.sees === 'past' || (one.sees === 'none') !== isNone)
      does(`${name} looks`, { ...s, [name]: { ...one, sees: isNone ? 'none' : 'present', age: 0 } });
    else if (one.age > 0) fails(`${name} was blind and waits anew`, { ...s, [name]: { ...one, age: 0 } });

    const isLive = !isNone && s.record !== 'revoked';
    if (one.sees !== 'none' && isSilent[one.age]! && isLive) {
      if (one.sees === 'present') does(`${name} revokes`, changed(s, 'revoked'));
      else if (rules.revokes === 'blindly') does(`${name} revokes blindly`, { ...changed(s, 'revoked'), wrong: 'I3' });
    }
    if (one.sees === 'none' && isNone) {
      if (rules.absence === 'given its record back') does(`${name} gives p its record back`, changed(s, 'restored'));
      if (rules.absence === 'revoked after a lease' && isSilent[one.age]!)
        does(`${name} writes that p is revoked`, changed(s, 'revoked'));
    }
    const isGone =
      (one.sees === 'none' && rules.absence === 'taken as gone at once') ||
      (one.sees === 'none' && rules.absence === 'taken as gone after a lease' && isSilent[one.age]!) ||
      s.record === 'revoked';
    const becomes = (is: Observer['is']): LeaseState => ({ ...s, [name]: { ...one, is } });
    if (one.is === 'idle' && s.assigned === 'p' && isGone) does(`${name} would take the artifact`, becomes('writing'));
    if (one.is === 'writing') {
      const isTaken = s.assigned === 'p' || rules.assigns === 'blindly';
      if (isTaken) does(`${name} takes the artifact`, { ...becomes('acting'), assigned: name });
      else does(`${name} comes too late`, becomes('idle'));
    }
    if (one.is === 'acting' && s.highest < 2) does(`${name} does it`, { ...s, highest: 2 });
  };

  return {
    initial: {
      // Where records get lost, p does not even know yet that it has one.
      p: {
        runs: 'running',
        age: deletions ? tooOld : 0,
        version: deletions ? 'unknown' : 'present',
        over: false,
        checked: false,
      },
      wire: nothing.wire,
      // A network that doubles requests may have doubled the first one too.
      stray: deletions ? { kind: 'creation', current: false } : nothing.stray,
      record: 'created',
      assigned: 'p',
      q: { sees: 'present', age: 0, is: 'idle' },
      r: { sees: 'present', age: 0, is: 'idle' },
      highest: 1,
      slack: slipEvery,
      wrong: 'nothing',
    },
    next(s, does, fails) {
      const time = (pTicks: boolean): LeaseState => ({
        ...s,
        p: { ...s.p, age: pTicks ? Math.min(s.p.age + 1, tooOld) : s.p.age },
        wire: { ...s.wire, age: pTicks && s.wire.kind !== 'nothing' ? Math.min(s.wire.age + 1, tooOld) : s.wire.age },
        q: { ...s.q, age: older(s.q.age) },
        r: { ...s.r, age: older(s.r.age) },
        slack: pTicks ? Math.min(s.slack + 1, slipEvery) : 0,
      });
      does('time passes', time(true));
      if (s.slack >= slipEvery) fails("time passes, but not on p's clock", time(false));
      holder(s, does, fails);
      arbiter(s, does, fails);
      for (const name of names) observes(s, name, does, fails);
      if (s.p.runs === 'dead' && s.record !== 'none' && s.record !== 'revoked')
        does('a supervisor that saw p die revokes', changed(s, 'revoked'));
      if (deletions && s.record !== 'none') fails("someone deletes p's record", changed(s, 'none'));
    },
    broken(s) {
      if (s.wrong !== 'nothing') return s.wrong;
      const acting = [s.p.runs === 'running' && valid(s), s.q.is === 'acting', s.r.is === 'acting'].filter(
        Boolean,
      ).length;
      return acting > 1 ? 'I1' : undefined;
    },
    goal: (s) =>
      (s.p.runs === 'running' && s.assigned === 'p' && valid(s)) || s.q.is === 'acting' || s.r.is === 'acting',
    fold: (s) => (rules.alike ? swapped(settled(s, rules)) : settled(s, rules)),
  };
}

/** What cannot matter any more is forgotten. */
function settled(s: LeaseState, rules: LeaseRules): LeaseState {
  let { p, wire, stray } = s;
  if (p.over || p.runs === 'dead') p = { ...p, age: 0, version: 'past' };
  if (s.record === 'revoked') stray = nothing.stray;
  // Which answer p will read is decided when it reads it.
  if (wire.kind === 'reading') wire = { ...wire, current: false, age: rules.conflict === 'extends' ? wire.age : 0 };
  if ((p.over || p.runs === 'dead') && (s.record === 'revoked' || !isRequest(wire.kind))) wire = nothing.wire;
  return { ...s, p, wire, stray };
}

function isRequest(kind: LeaseState['wire']['kind']): kind is Request {
  return kind === 'renewal' || kind === 'creation';
}

const nothing: Pick<LeaseState, 'wire' | 'stray'> = {
  wire: { kind: 'nothing', current: false, age: 0 },
  stray: { kind: 'nothing', current: false },
};

/** q and r are alike: of two states that differ by their names only, one will do. */
function swapped(s: LeaseState): LeaseState {
  if (rank(s.q) >= rank(s.r)) return s;
  return { ...s, q: s.r, r: s.q, assigned: s.assigned === 'q' ? 'r' : s.assigned === 'r' ? 'q' : 'p' };
}

function rank({ sees, age, is }: Observer): number {
  return ['idle', 'writing', 'acting'].indexOf(is) * 1000 + age * 3 + ['present', 'past', 'none'].indexOf(sees);
}
