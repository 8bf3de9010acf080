/**
 * An arbiter that loses its memory, with time: the assignment is gone, perhaps the leases too, and somebody makes it anew.
 *
 * p holds one artifact by the old assignment. q finds no assignment, or one that p made, and after a quiet time gives
 * the artifact to itself. p's reads and its renewals fail independently of each other, for as long as the adversary
 * likes; p may be stopped or killed, its clock may be slower; q may look late.
 *
 * What is left out, and why nothing is lost by it:
 * - Requests under way: a renewal is accepted at once or not at all, lease.ts shows that this makes no difference.
 * - What earlier holders claimed: a holder's record tells that too, like its own.
 * - Tokens are old, or made after the loss; whether the new ones are higher is what the rule about epochs decides.
 */
import { silenceByAge, trustByAge } from './ages.ts';
import type { Model } from './explorer.ts';

export interface MemoryRules {
  /** Ticks. */
  readonly leaseMs: number;
  readonly marginMs: number;
  readonly slipEvery: number;
  readonly lost: 'the assignment' | 'everything';
  /** Before anything is placed by an assignment of unknown past. */
  readonly waits: 'a lease, and for all to follow' | 'a lease' | 'for all to follow' | 'not at all';
  readonly epoch: 'from the clock' | 'from one';
  /** When a revoked record that nothing names is deleted. */
  readonly sweeps: 'once something is placed' | 'at any time';
  /** Someone deletes p's record besides. */
  readonly deletions: boolean;
  /** A live record goes out of sight while the quiet time lasts. */
  readonly outOfSight: 'waits anew' | 'waits no longer';
}

const memoryRules: MemoryRules = {
  leaseMs: 4,
  marginMs: 1,
  slipEvery: 3,
  lost: 'the assignment',
  waits: 'a lease, and for all to follow',
  epoch: 'from the clock',
  sweeps: 'once something is placed',
  deletions: false,
  outOfSight: 'waits anew',
};

type Seen = 'going by the old one' | 'following' | 'revoked' | 'none';

export interface MemoryState {
  /** moved: as usual, nothing was lost. */
  assignment: 'old' | 'moved' | 'none' | 'new' | 'new, placed';
  record: { is: 'active' | 'revoked' | 'none'; follows: boolean; tells: boolean };
  p: {
    runs: 'running' | 'paused' | 'dead';
    /** Since it sent the renewal it trusts. */
    age: number;
    /** Which assignment it knows; over: its boot id is history. */
    knows: 'old' | 'new' | 'over';
    /** It claimed the run that is due. */
    claimed: boolean;
  };
  q: {
    knows: 'old' | 'new';
    /** Since it saw the new assignment. */
    quiet: number;
    /** p's record as it last saw it; whether it is still the same, and for how long it has been. */
    saw: Seen;
    same: boolean;
    silent: number;
    /** writing: it will give itself the artifact, whatever happens on the way. */
    is: 'idle' | 'writing' | 'acting';
    ran: boolean;
  };
  slack: number;
  wrong: 'nothing' | 'I3' | 'I4';
}

export function memoryModel(change: Partial<MemoryRules> = {}): Model<MemoryState> {
  const rules = { ...memoryRules, ...change };
  const { leaseMs, marginMs, slipEvery } = rules;
  const trustMs = leaseMs - marginMs;
  const trusts = trustByAge(trustMs, trustMs);
  const isOver = silenceByAge(leaseMs, leaseMs);
  const acts = ({ p }: MemoryState): boolean => p.runs === 'running' && p.knows === 'old' && trusts[p.age]!;

  return {
    initial: {
      assignment: 'old',
      record: { is: 'active', follows: false, tells: false },
      p: { runs: 'running', age: 0, knows: 'old', claimed: false },
      q: { knows: 'old', quiet: 0, saw: 'going by the old one', same: true, silent: 0, is: 'idle', ran: false },
      slack: slipEvery,
      wrong: 'nothing',
    },
    next(s, does, fails) {
      const { p, q } = s;
      const time = (pTicks: boolean): MemoryState => ({
        ...s,
        p: { ...p, age: pTicks ? Math.min(p.age + 1, trustMs) : p.age },
        q: { ...q, quiet: Math.min(q.quiet + 1, leaseMs), silent: Math.min(q.silent + 1, leaseMs) },
        slack: pTicks ? Math.min(s.slack + 1, slipEvery) : 0,
      });
      does('time passes', time(true));
      if (s.slack >= slipEvery) fails("time passes, but not on p's clock", time(false));

      if (s.assignment === 'old') {
        const kept = rules.lost === 'the assignment';
        const lost: MemoryState = { ...s, assignment: 'none', q: { ...q, same: kept && q.same } };
        fails('the arbiter loses its memory', kept ? lost : { ...lost, record: { ...s.record, is: 'none' } });
      }
      // Before anything was lost p would get a stand-in: lease.ts.
      if (rules.deletions && s.record.is !== 'none' && s.assignment !== 'old')
        fails("someone deletes p's record", {
          ...s,
          record: { is: 'none', follows: false, tells: false },
          q: { ...q, same: false },
        });

      // p
      if (p.runs === 'paused') fails('p runs again', { ...s, p: { ...p, runs: 'running' } });
      if (p.runs === 'running') {
        fails('p is stopped', { ...s, p: { ...p, runs: 'paused' } });
        fails('p dies', { ...s, p: { ...p, runs: 'dead' } });
        const over: MemoryState = { ...s, p: { ...p, knows: 'over' } };
        if (p.knows !== 'over') {
          if (s.record.is === 'active') {
            const said = { is: 'active' as const, follows: p.knows === 'new', tells: s.record.tells };
            does('p renews', { ...s, record: said, p: { ...p, age: 0 }, q: { ...q, same: false } });
            if (acts(s) && !p.claimed) {
              const claimed: MemoryState = {
                ...s,
                record: { ...said, tells: true },
                p: { ...p, age: 0, claimed: true },
                q: { ...q, same: false },
              };
              does('p claims the run', claimed);
            }
          } else does('p finds its lease over', over);
          if (p.knows === 'old' && s.assignment !== 'old')
            does('p looks', {
              ...s,
              assignment: s.assignment === 'none' ? 'new' : s.assignment,
              p: { ...p, knows: 'new' },
            });
        }
      }

      // q
      if (!q.same) {
        const saw = seen(s);
        const isOut = (q.saw === 'following' || q.saw === 'going by the old one') && saw === 'none';
        const quiet = isOut && rules.outOfSight === 'waits anew' ? 0 : q.quiet;
        does("q sees p's record", { ...s, q: { ...q, saw, same: true, silent: 0, quiet } });
      }
      if (q.knows === 'old' && s.assignment !== 'old')
        does('q looks', {
          ...s,
          assignment: s.assignment === 'none' ? 'new' : s.assignment,
          q: { ...q, knows: 'new', quiet: 0 },
        });
      if (s.record.is === 'active' && q.same && isOver[q.silent]!)
        does('q revokes p', { ...s, record: { ...s.record, is: 'revoked' }, q: { ...q, saw: 'revoked' } });
      const maySweep = rules.sweeps === 'at any time' || s.assignment === 'new, placed' || s.assignment === 'moved';
      if (s.record.is === 'revoked' && q.knows === 'new' && maySweep)
        does("q deletes p's revoked record", {
          ...s,
          record: { is: 'none', follows: false, tells: false },
          q: { ...q, saw: 'none' },
        });
      if (q.is === 'idle' && q.knows === 'new' && s.assignment === 'new' && mayPlace(s))
        does('q would give itself the artifact', { ...s, q: { ...q, is: 'writing', ran: s.record.tells } });
      if (q.is === 'writing' && s.assignment === 'new')
        does('q gives itself the artifact', {
          ...s,
          assignment: 'new, placed',
          q: { ...q, is: 'acting' },
          wrong: rules.epoch === 'from one' ? 'I3' : s.wrong,
        });
      if (q.knows === 'old' && s.assignment === 'old' && s.record.is === 'revoked')
        does('q takes over as usual', {
          ...s,
          assignment: 'moved',
          q: { ...q, knows: 'new', is: 'acting', ran: s.record.tells },
        });
      if (q.is === 'acting' && !q.ran)
        does('q runs what is due', {
          ...s,
          q: { ...q, ran: true },
          wrong: p.claimed && rules.lost === 'the assignment' && !rules.deletions ? 'I4' : s.wrong,
        });
    },
    broken(s) {
      if (s.wrong !== 'nothing') return s.wrong;
      return acts(s) && s.q.is === 'acting' ? 'I1' : undefined;
    },
    goal: (s) => acts(s) || s.q.is === 'acting',
  };

  function mayPlace({ q }: MemoryState): boolean {
    const waited = q.quiet >= leaseMs || !rules.waits.startsWith('a lease');
    const allFollow = q.saw !== 'going by the old one' || !rules.waits.endsWith('for all to follow');
    return waited && allFollow;
  }

  function seen({ record: { is, follows } }: MemoryState): Seen {
    return is !== 'active' ? is : follows ? 'following' : 'going by the old one';
  }
}
