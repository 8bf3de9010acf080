import { afterRenewal } from '../../src/coordination/decide/renew.ts';
import type { Arbiter } from '../../src/coordination/index.ts';
import { bound, type Invariant } from './checker.ts';
import type { SimulationOptions } from './simulation.ts';

/** A protocol with one rule broken, and the invariant that cannot hold then. */
export interface Mutant {
  readonly breaks: Invariant;
  readonly change: Partial<SimulationOptions>;
}

export const mutants: Readonly<Record<string, Mutant>> = {
  'a lease trusted to its very end': { breaks: 'I1', change: { timings: { marginMs: 0 } } },
  'a lease that counts from the answer to its renewal': {
    breaks: 'I1',
    change: { rules: { afterRenewal: (facts) => afterRenewal({ ...facts, sentAt: facts.answeredAt }) } },
  },
  'a revocation that overwrites whatever is there': {
    breaks: 'I3',
    // A slow network widens the gap between looking and writing.
    change: {
      latencyMs: 80,
      arbiter: (arbiter) => blind(arbiter, (_, value) => 'state' in value && value.state === 'revoked'),
    },
  },
  'a revocation that forgets what was claimed': { breaks: 'I4', change: { arbiter: forgetful } },
  'an assignment made anew that is used at once': {
    breaks: 'I1',
    change: { deletes: 'assignments', arbiter: hasty },
  },
  'an assignment that overwrites whatever is there': {
    breaks: 'I4',
    change: { arbiter: (arbiter) => blind(arbiter, (key) => key === 'assignment') },
  },
  'a resource that does not look at tokens': { breaks: 'I2', change: { fence: false } },
};

/** An arbiter that takes writes over any version. */
function blind(arbiter: Arbiter, toWhat: (key: string, value: object) => boolean): Arbiter {
  return {
    ...bound(arbiter),
    async swap(key, value, expected, signal) {
      const version = await arbiter.swap(key, value, expected, signal);
      if (version !== undefined || !toWhat(key, value)) return version;
      const found = await arbiter.read(key, signal);
      return found && arbiter.swap(key, value, found.version, signal);
    },
  };
}

/** Revoked records lose what they say of runs. */
function forgetful(arbiter: Arbiter): Arbiter {
  return {
    ...bound(arbiter),
    swap: (key, value, expected, signal) =>
      arbiter.swap(
        key,
        'state' in value && value.state === 'revoked' ? { ...value, fires: {} } : value,
        expected,
        signal,
      ),
  };
}

/** An assignment of unknown past says that its past is known. */
function hasty(arbiter: Arbiter): Arbiter {
  return {
    ...bound(arbiter),
    swap: (key, value, expected, signal) =>
      arbiter.swap(key, 'quietMs' in value ? { ...value, quietMs: 0 } : value, expected, signal),
  };
}
