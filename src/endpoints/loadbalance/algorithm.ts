import type { Endpoint } from '../../engine/ports.ts';

export interface Weighted {
  readonly endpoint: Endpoint;
  /** At least 1. */
  readonly weight: number;
}

/** Picks the member for the next message among those that may take it; undefined when none may. */
export type Algorithm = (able: (endpoint: Endpoint) => boolean) => Endpoint | undefined;

/** Each in turn. */
export function roundRobin(members: readonly Weighted[]): Algorithm {
  let at = 0;
  return (able) => {
    for (let i = 0; i < members.length; i++) {
      const { endpoint } = members[(at + i) % members.length]!;
      if (!able(endpoint)) continue;
      at = (at + i + 1) % members.length;
      return endpoint;
    }
    return undefined;
  };
}

/** Each as often in a row as its weight says, then the next. Source: Synapse WeightedRoundRobin. */
export function weightedRoundRobin(members: readonly Weighted[]): Algorithm {
  let at = 0;
  let left = members[0]?.weight ?? 0;
  const advance = (): void => {
    at = (at + 1) % members.length;
    left = members[at]!.weight;
  };
  return (able) => {
    for (let tried = 0; tried <= members.length; tried++) {
      const { endpoint } = members[at]!;
      if (left > 0 && able(endpoint)) {
        left--;
        return endpoint;
      }
      advance();
    }
    return undefined;
  };
}

/** By the class name MI knows it under, or its last part; undefined when nobody knows it. */
export function algorithmNamed(name: string, members: readonly Weighted[]): Algorithm | undefined {
  const short = name.slice(name.lastIndexOf('.') + 1);
  if (short === '' || /^roundrobin$/i.test(short)) return roundRobin(members);
  // WeightedRRLC also counts open connections; here it is the same as weighted.
  return /^weightedr(?:oundrobin|rlcalgorithm)$/i.test(short) ? weightedRoundRobin(members) : undefined;
}
