import { parseArgs } from 'node:util';
import { faultKinds, type FaultKind, type WantedFault } from './faults/fault.ts';

export interface ChaosOptions {
  readonly minutes: number;
  readonly seed: number;
  /** "embedded", or an address of openArbiter. */
  readonly arbiter: string;
  readonly replicas: number;
  readonly artifacts: number;
  readonly perMinute: number;
  readonly format: 'text' | 'json';
  readonly wanted: readonly WantedFault[];
  /** Folder for the history and the logs; undefined: they are only kept after a violation. */
  readonly keep: string | undefined;
  /** A history to judge again, instead of a run. */
  readonly judge: string | undefined;
}

export const usage: string = `npm run chaos -- [OPTIONS]

  --minutes M       how long faults come; 1
  --seed S          decides all faults; 1
  --arbiter A       embedded, kubernetes[:NAMESPACE], postgres://..., mysql://... or sqlite:FILE; embedded
  --replicas N      3 to 5; 3
  --artifacts N     scheduled tasks; 50
  --per-minute N    faults a minute, about; 40. Few come one by one, which measures better
  --faults K,K      only these kinds: ${faultKinds.join(', ')}; "pause:5000" lasts 5000 ms; "none"
  --judge FILE      judges a history.json that was left, and does nothing else
  --keep DIR        where to leave the history and the replicas' logs
  --format F        text or json: then the last line is one JSON object
`;

/** Throws with a sentence for people. */
export function readOptions(args: readonly string[]): ChaosOptions | 'help' {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: text,
      seed: text,
      arbiter: text,
      replicas: text,
      artifacts: text,
      'per-minute': text,
      faults: text,
      keep: text,
      judge: text,
      format: text,
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) return 'help';
  const number = (name: keyof typeof values, fallback: number, least: number, most: number): number => {
    const value = Number(values[name] ?? fallback);
    if (value >= least && value <= most) return value;
    throw new Error(`--${name} takes a number from ${least} to ${most}, not "${String(values[name])}"`);
  };
  const format = values.format ?? 'text';
  if (format !== 'text' && format !== 'json') throw new Error(`--format takes text or json, not "${format}"`);
  return {
    minutes: number('minutes', 1, 0.1, 1_440),
    seed: number('seed', 1, 0, 2 ** 32),
    arbiter: values.arbiter ?? 'embedded',
    replicas: number('replicas', 3, 2, 9),
    artifacts: number('artifacts', 50, 1, 1_000),
    perMinute: number('per-minute', 40, 1, 200),
    format,
    wanted: readWanted(values.faults),
    keep: values.keep,
    judge: values.judge,
  };
}

function readWanted(written: string | undefined): WantedFault[] {
  if (written === undefined) return faultKinds.map((kind) => ({ kind }));
  if (written === 'none') return [];
  return written.split(',').map((word) => {
    const [kind, ms] = word.split(':', 2);
    if (!faultKinds.includes(kind as FaultKind))
      throw new Error(`there is no fault "${kind ?? ''}"; there are ${faultKinds.join(', ')}`);
    return { kind: kind as FaultKind, ...(ms !== undefined && { forMs: Number(ms) }) };
  });
}
