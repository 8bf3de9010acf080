/**
 * One artifact on its way between two members, and its scheduled runs: who may run what, without time.
 *
 * p holds the artifact and q is to get it: because p gives it away, starts over, dies, or is silent; q may give it
 * back or die. Both claim the runs due. Requests of p, renewals as well as releases, float as long as the adversary
 * likes, p's lease may run out and be renewed at any moment, and what either knows of the assignment is as old as it
 * likes. p's record may be deleted.
 *
 * What is left out, and why nothing is lost by it:
 * - Time. That a lease is revoked only when its holder has stopped trusting it is what lease.ts shows; here p's lease
 *   is good or not, changes at any moment, cannot be revoked while it is good, and is never good again after that.
 *   A pause is nothing special: everyone may always wait.
 * - q's lease and its requests under way: q is p's equal, and p meets every trouble that q could.
 * - More than two due times and more writes than `writes`: three holders in a row is what any two of them can see.
 */
import { claimRun, newestRun } from '../../src/coordination/decide/claim.ts';
import type { AssignmentEntry, Fire } from '../../src/coordination/records.ts';
import type { Model, Step } from './explorer.ts';
import {
  dueTimes,
  first,
  handoverRules,
  noClaim,
  noRenewal,
  noWrite,
  type Claimed,
  type Entry,
  type HandoverRules,
  type HandoverState,
  type Renewal,
  type Who,
  type Write,
} from './handover-state.ts';

export function handoverModel(change: Partial<HandoverRules> = {}): Model<HandoverState> {
  const rules = { ...handoverRules, ...change };
  const mostVersions = 1 + rules.writes;

  const written = (s: HandoverState, next: Omit<Entry, 'version'>): HandoverState => ({
    ...s,
    before: rules.copies === 'may go back' ? s.assignment : s.before,
    assignment: { ...next, version: s.assignment.version + 1 },
  });
  const given = (s: HandoverState, holder: Who, last: number): HandoverState =>
    written(s, { holder, token: s.assignment.version + 1, last });
  const changed = (s: HandoverState, record: HandoverState['record']): HandoverState => ({
    ...s,
    record,
    revoked: s.revoked || record.state === 'revoked',
    p: { ...s.p, knows: false },
    renewal: { ...s.renewal, current: false },
    strayRenewal: { ...s.strayRenewal, current: false },
  });
  const lost = (p: HandoverState['p']): HandoverState['p'] => ({ ...p, term: 0, asks: 0, leaving: false });
  const over = (s: HandoverState): HandoverState => ({ ...s, p: { ...lost(s.p), is: 'over', valid: false } });

  /** p's requests are given up; what was sent may arrive all the same. */
  const givesUpWrite = (s: HandoverState): HandoverState => {
    const isSent = s.write.kind === 'release' || s.write.kind === 'same again';
    const p = s.write.kind === 'nothing' ? s.p : { ...s.p, doubt: s.write.over };
    return { ...s, p, write: noWrite, strayWrite: isSent ? s.write : s.strayWrite };
  };

  const ran = (s: HandoverState, due: number): HandoverState => {
    const times = s.ran[due]! + 1;
    return { ...s, ran: due === 1 ? [0, times, s.ran[2]] : [0, s.ran[1], times], wrong: times > 1 ? 'I4' : s.wrong };
  };

  /** The record says these claims: what p waits for is granted, and run if its term lasts. */
  const taken = (s: HandoverState, said: Claimed): HandoverState => {
    const { p } = s;
    if (p.asks === 0 || said.last !== p.asks) return s;
    const after = { ...s, p: { ...p, asks: 0, fire: { token: said.token, last: said.last } } };
    const isGood = p.valid && p.term === said.token;
    return isGood || rules.grants === 'though the term is over' ? ran(after, p.asks) : after;
  };

  const leaseOfP = (s: HandoverState, does: Step<HandoverState>, fails: Step<HandoverState>): void => {
    const { p, renewal, strayRenewal } = s;
    if (p.is === 'on') {
      if (p.valid)
        fails("p's lease runs out", {
          ...givesUpWrite(s),
          p: {
            ...lost(givesUpWrite(s).p),
            valid: false,
            asks: rules.grants === 'though the term is over' ? p.asks : 0,
          },
        });
      fails('p starts over', over(givesUpWrite(s)));
      fails('p dies', { ...over(givesUpWrite(s)), p: { ...over(givesUpWrite(s)).p, is: 'dead' } });
      if (renewal.kind === 'nothing') {
        const said = p.asks > 0 ? { token: p.copy.token, last: p.asks } : p.fire;
        does(p.asks > 0 ? 'p renews, with its claim' : 'p renews', {
          ...s,
          renewal: { kind: 'sent', current: p.knows, ...said },
        });
      }
      if (renewal.kind === 'accepted') {
        const isGood = !s.revoked || rules.renews === 'blindly';
        const heard: HandoverState = {
          ...s,
          renewal: noRenewal,
          p: { ...p, knows: renewal.current, valid: p.valid || isGood },
        };
        does('p hears that its renewal was accepted', taken(heard, renewal));
      }
      if (renewal.kind === 'conflict') {
        // A stand-in is not its own, and says that its boot id is over.
        if (s.record.state !== 'active' || s.record.restored)
          does('p finds its lease over', over(givesUpWrite({ ...s, renewal: noRenewal })));
        else
          does(
            'p finds that an earlier renewal was accepted',
            taken({ ...s, renewal: noRenewal, p: { ...p, knows: true } }, s.record),
          );
      }
      if (renewal.kind === 'sent' && strayRenewal.kind === 'nothing')
        fails('p gives up a renewal, which floats on', { ...s, renewal: noRenewal, strayRenewal: renewal });
    } else if (p.is === 'over' && s.record.state !== 'revoked') {
      // It knows that it has stopped, and says so over any version.
      if (rules.startsOver === 'revoked')
        does('p revokes its own old record', changed(s, { state: 'revoked', restored: false, ...p.fire }));
      else if (s.record.state === 'active')
        does('p deletes its own old record', changed(s, { state: 'none', restored: false, ...noClaim }));
    }
    const arrives = (from: Renewal): HandoverState | undefined => {
      const isTaken = rules.renews === 'blindly' || (s.record.state === 'active' && from.current);
      return isTaken ? changed(s, { state: 'active', restored: false, token: from.token, last: from.last }) : undefined;
    };
    if (renewal.kind === 'sent') {
      const after = arrives(renewal);
      if (after)
        does('the renewal is accepted', { ...after, renewal: { ...renewal, kind: 'accepted', current: true } });
      else does('the renewal meets another version', { ...s, renewal: { ...noRenewal, kind: 'conflict' } });
    }
    if (renewal.kind !== 'nothing') fails('a renewal or its answer is lost', { ...s, renewal: noRenewal });
    if (strayRenewal.kind !== 'nothing') {
      const after = arrives(strayRenewal);
      fails(after ? 'a renewal from long ago is accepted' : 'a renewal from long ago is too late', {
        ...(after ?? s),
        strayRenewal: noRenewal,
      });
    }
  };

  const workOfP = (s: HandoverState, does: Step<HandoverState>, fails: Step<HandoverState>): void => {
    const { p, write, assignment } = s;
    if (p.is !== 'on') return;
    const looks = (copy: Entry): HandoverState => {
      const isMine = copy.holder === 'p';
      const keeps = isMine && copy.token === p.fire.token;
      const at = { ...p, copy, fire: keeps ? p.fire : noClaim, doubt: p.doubt === copy.version ? p.doubt : 0 };
      return { ...s, p: isMine && (p.term === 0 || p.term === copy.token) ? at : lost(at) };
    };
    if (write.kind === 'nothing') {
      if (p.copy.version !== assignment.version) does('p looks', looks(assignment));
      if (rules.copies === 'may go back' && s.before.version < p.copy.version)
        fails('p sees an older copy', looks(s.before));
    }
    const isDoubted = p.doubt === p.copy.version && rules.unsure !== 'starts again';
    if (p.copy.holder === 'p' && p.valid && p.term === 0 && !p.leaving && !isDoubted)
      does('p starts', { ...s, p: { ...p, term: p.copy.token } });
    if (p.term > 0 && p.valid && p.asks === 0)
      for (const due of dueTimes) {
        const asked = claimRun({
          entry: entryOf(p.copy),
          claimed: fireOf(p.fire),
          boot: 'p',
          token: p.term,
          dueAt: due,
        });
        if (asked.next !== 'claim') continue;
        const after: HandoverState = { ...s, p: { ...p, asks: due } };
        if (rules.grants === 'what was asked')
          does(`p claims run ${due} for itself`, ran({ ...s, p: { ...p, fire: { token: p.term, last: due } } }, due));
        else does(`p asks for run ${due}`, after);
      }
    if (p.term > 0 && p.valid && !p.leaving)
      does(rules.gives === 'after stopping' ? 'p stops to give it away' : 'p is to give it away', {
        ...s,
        p: {
          ...p,
          leaving: true,
          term: rules.gives === 'after stopping' ? 0 : p.term,
          asks: rules.grants === 'though the term is over' ? p.asks : 0,
        },
      });
    if (p.leaving && write.kind === 'nothing') {
      const last = rules.tells === 'nothing of runs' ? p.copy.last : lastOf(p.copy, p.fire);
      does('p gives it to q', { ...s, write: { kind: 'release', over: p.copy.version, last } });
      // Whoever was to take it left: it stays.
      does('p cannot give it and keeps it', { ...s, p: { ...p, leaving: false } });
    }
    if (isDoubted && rules.unsure !== 'waits' && write.kind === 'nothing' && assignment.version < mostVersions)
      does('p writes the same again', { ...s, write: { kind: 'same again', over: p.copy.version, last: 0 } });
    if (write.kind === 'accepted' || write.kind === 'conflict')
      does('p hears how its write ended, and looks', { ...looks(assignment), write: noWrite });
    if (write.kind === 'release' || write.kind === 'same again')
      fails('p gives up a write, which floats on', givesUpWrite(s));
    if (
      s.q.is === 'dead' &&
      p.copy.holder === 'q' &&
      p.copy.version === assignment.version &&
      assignment.version < mostVersions &&
      p.valid
    )
      does('p takes over from q', given(s, 'p', lastOf(p.copy, s.q.fire)));
  };

  const writesOfP = (s: HandoverState, does: Step<HandoverState>, fails: Step<HandoverState>): void => {
    const arrives = (from: Write): HandoverState | undefined => {
      if (from.over !== s.assignment.version || s.assignment.version === mostVersions) return undefined;
      return from.kind === 'release' ? given(s, 'q', from.last) : written(s, s.assignment);
    };
    if (s.write.kind === 'release' || s.write.kind === 'same again') {
      const after = arrives(s.write);
      does(after ? "p's write is accepted" : "p's write meets another version", {
        ...(after ?? s),
        write: { ...s.write, kind: after ? 'accepted' : 'conflict' },
      });
    }
    if (s.write.kind !== 'nothing' && s.p.is === 'on')
      fails("a write of p's or its answer is lost", { ...s, write: noWrite, p: { ...s.p, doubt: s.write.over } });
    if (s.strayWrite.kind === 'nothing') return;
    const after = arrives(s.strayWrite);
    fails(after ? 'a write from long ago is accepted' : 'a write from long ago is too late', {
      ...(after ?? s),
      strayWrite: noWrite,
    });
  };

  const other = (s: HandoverState, does: Step<HandoverState>, fails: Step<HandoverState>): void => {
    const { q, p, record, assignment } = s;
    const isRoom = assignment.version < mostVersions;
    if (rules.deletions && record.state !== 'none')
      fails("someone deletes p's record", changed(s, { state: 'none', restored: false, ...noClaim }));
    if (q.is === 'dead') return;
    fails('q dies', { ...s, q: { ...q, is: 'dead', term: 0 } });
    if (q.copy.version !== assignment.version) {
      const isMine = assignment.holder === 'q' && (q.term === 0 || q.term === assignment.token);
      const fire = assignment.token === q.fire.token ? q.fire : noClaim;
      does('q looks', { ...s, q: { ...q, copy: assignment, fire, term: isMine ? q.term : 0 } });
    }
    if (record.state === 'active' && !p.valid) does('q revokes p', changed(s, { ...record, state: 'revoked' }));
    if (record.state === 'none' && q.copy.holder === 'p' && rules.unknown === 'all that are due')
      does('q gives p its record back', changed(s, { state: 'active', restored: true, ...noClaim }));
    const isGone = record.state === 'revoked' || (record.state === 'none' && rules.unknown === 'what its entry tells');
    if (q.copy.holder === 'p' && isGone && q.copy.version === assignment.version && isRoom) {
      const last = record.restored ? dueTimes.length : lastOf(q.copy, record);
      const after = given(s, 'q', last);
      does('q takes over from p', { ...after, wrong: p.valid && p.is === 'on' && p.term > 0 ? 'I6' : s.wrong });
    }
    if (q.copy.holder === 'q' && record.state === 'revoked')
      does("q deletes p's revoked record", changed(s, { state: 'none', restored: false, ...noClaim }));
    if (q.copy.holder !== 'q') return;
    if (q.term === 0) {
      does('q starts', { ...s, q: { ...q, term: q.copy.token } });
      return;
    }
    for (const due of dueTimes) {
      const asked = claimRun({ entry: entryOf(q.copy), claimed: fireOf(q.fire), boot: 'q', token: q.term, dueAt: due });
      if (asked.next === 'claim')
        does(`q claims run ${due}`, ran({ ...s, q: { ...q, fire: { token: q.term, last: due } } }, due));
    }
    if (q.copy.version === assignment.version && isRoom && record.state === 'active') {
      const after = given(s, 'p', lastOf(q.copy, q.fire));
      does('q stops and gives it to p', { ...after, q: { ...q, term: 0, copy: after.assignment, fire: noClaim } });
    }
  };

  return {
    initial: {
      assignment: first,
      before: first,
      p: { is: 'on', valid: true, term: 1, leaving: false, asks: 0, copy: first, fire: noClaim, knows: true, doubt: 0 },
      record: { state: 'active', restored: false, ...noClaim },
      revoked: false,
      renewal: noRenewal,
      strayRenewal: noRenewal,
      write: noWrite,
      strayWrite: noWrite,
      q: { is: 'on', term: 0, copy: first, fire: noClaim },
      ran: [0, 0, 0],
      wrong: 'nothing',
    },
    next(s, does, fails) {
      leaseOfP(s, does, fails);
      workOfP(s, does, fails);
      writesOfP(s, does, fails);
      other(s, does, fails);
    },
    broken(s) {
      if (s.wrong !== 'nothing') return s.wrong;
      return s.p.valid && s.p.term > 0 && s.q.term > 0 ? 'I1' : undefined;
    },
    // The last write the model has room for may be one too few.
    goal: (s) =>
      (s.p.valid && s.p.term > 0) ||
      s.q.term > 0 ||
      s.assignment.version === mostVersions ||
      (s.p.is !== 'on' && s.q.is !== 'on'),
    fold: (s) => {
      let { p, renewal, strayRenewal, strayWrite } = s;
      if (p.is !== 'on') p = { ...p, knows: false, doubt: 0, copy: first, fire: p.is === 'dead' ? noClaim : p.fire };
      if (renewal.kind === 'conflict' || (p.is !== 'on' && renewal.kind === 'accepted'))
        renewal = { ...noRenewal, kind: p.is === 'on' ? 'conflict' : 'nothing' };
      if (!strayRenewal.current && rules.renews === 'by swap') strayRenewal = noRenewal;
      if (strayWrite.over !== s.assignment.version) strayWrite = noWrite;
      return { ...s, p, renewal, strayRenewal, strayWrite };
    },
  };
}

function entryOf({ holder, token, last }: Entry): AssignmentEntry {
  return { holder, token, by: 'start', reason: '', at: 0, runs: 0, ...(last > 0 && { lastFire: last }) };
}

function fireOf({ token, last }: Claimed): Fire | undefined {
  return token > 0 ? { token, lastFire: last, runs: 0 } : undefined;
}

function lastOf(entry: Entry, claimed: Claimed): number {
  return newestRun(entryOf(entry), fireOf(claimed)).lastFire ?? 0;
}
