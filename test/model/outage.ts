/**
 * The arbiter is away for a while, with time: that must revoke nobody.
 *
 * p renews once a tick, q looks once a tick, as long as they run and the arbiter answers. The adversary takes the
 * arbiter away for any time, loses renewals, stops p and kills it. Wrong is a revocation of a p that runs and missed no
 * more than two chances to renew since q last could not look.
 *
 * What is left out, and why nothing is lost by it:
 * - Requests under way and clocks of different rates: lease.ts has them. Here only the rhythm matters.
 */
import { silenceByAge } from './ages.ts';
import type { Model } from './explorer.ts';

export interface OutageRules {
  /** In renewals. */
  readonly leaseMs: number;
  /** After it could not read. */
  readonly blind: 'waits anew' | 'counts on';
}

export interface OutageState {
  arbiter: 'up' | 'down';
  p: { runs: 'running' | 'paused' | 'dead'; hadTurn: boolean; missed: number };
  /** same: p's record is as q last saw it. silent: for how long. */
  q: { hadTurn: boolean; same: boolean; silent: number };
  revoked: boolean;
  wrong: 'nothing' | 'I6';
}

const forgiven = 2;

function missedOneMore(missed: number): number {
  return Math.min(missed + 1, forgiven + 1);
}

export function outageModel(change: Partial<OutageRules> = {}): Model<OutageState> {
  const { leaseMs, blind }: OutageRules = { leaseMs: 4, blind: 'waits anew', ...change };
  const isSilent = silenceByAge(leaseMs, leaseMs);
  return {
    initial: {
      arbiter: 'up',
      p: { runs: 'running', hadTurn: false, missed: 0 },
      q: { hadTurn: false, same: true, silent: 0 },
      revoked: false,
      wrong: 'nothing',
    },
    next(s, does, fails) {
      const { p, q, arbiter } = s;
      if (s.revoked) return;
      if ((p.hadTurn || p.runs !== 'running') && q.hadTurn) {
        const missed = p.runs === 'running' ? p.missed : missedOneMore(p.missed);
        does('time passes', {
          ...s,
          p: { ...p, hadTurn: false, missed },
          q: { ...q, hadTurn: false, silent: Math.min(q.silent + 1, leaseMs) },
        });
      }
      if (p.runs === 'paused') fails('p runs again', { ...s, p: { ...p, runs: 'running' } });
      if (p.runs === 'running') {
        fails('p is stopped', { ...s, p: { ...p, runs: 'paused' } });
        fails('p dies', { ...s, p: { ...p, runs: 'dead' } });
      }
      if (arbiter === 'up') fails('the arbiter is away', { ...s, arbiter: 'down' });
      else does('the arbiter is back', { ...s, arbiter: 'up' });

      if (p.runs === 'running' && !p.hadTurn) {
        const after = { ...p, hadTurn: true };
        if (arbiter === 'up') does('p renews', { ...s, p: { ...after, missed: 0 }, q: { ...q, same: false } });
        else does('p cannot renew', { ...s, p: { ...after, missed: missedOneMore(p.missed) } });
        fails('a renewal of p is lost', { ...s, p: { ...after, missed: missedOneMore(p.missed) } });
      }
      if (q.hadTurn) return;
      const after = { ...q, hadTurn: true };
      if (arbiter === 'down')
        does('q cannot look', {
          ...s,
          p: { ...p, missed: 0 },
          q: blind === 'waits anew' ? { ...after, same: false } : after,
        });
      else if (!q.same) does('q looks', { ...s, q: { ...after, same: true, silent: 0 } });
      else if (!isSilent[q.silent]!) does('q looks, and p was silent', { ...s, q: after });
      else {
        const isInnocent = p.runs === 'running' && p.missed <= forgiven;
        does('q revokes p', { ...s, q: after, revoked: true, wrong: isInnocent ? 'I6' : 'nothing' });
      }
    },
    broken: ({ wrong }) => (wrong === 'nothing' ? undefined : wrong),
    goal: (s) => s.p.runs === 'running' || s.revoked,
  };
}
