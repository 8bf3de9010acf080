import type { Run } from './run.ts';

/** What ends blocks before their end. */
export type Signal = 'break' | 'continue' | 'return' | undefined;

/** Writes its part of the result. */
export type Render = (run: Run) => Signal | void;
export type Block = (run: Run) => Signal;

export function sequenceOf(parts: readonly Render[]): Block {
  return (run) => {
    for (const part of parts) {
      const signal = part(run);
      if (signal) return signal;
    }
    return undefined;
  };
}
