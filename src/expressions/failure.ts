import { Fault } from '../errors.ts';

/** An expression that is well written but cannot be computed for this message. */
export function failed(text: string, cause?: unknown): Fault {
  return new Fault('EXPRESSION_FAILED', { text, cause });
}
