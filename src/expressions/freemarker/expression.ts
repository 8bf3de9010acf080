import type { Run } from './run.ts';
import { MissingTrouble, TemplateTrouble } from './trouble.ts';
import type { Value } from './value.ts';

/** A compiled expression of a template. */
export interface Expr {
  /** Where it begins in the template, and how it is written there. */
  readonly at: number;
  readonly written: string;
  /** Undefined when its last step leads to nothing. Throws MissingTrouble when an earlier one does. */
  readonly run: (run: Run) => Value | undefined;
  /** A plain name, which may be that of a loop's variable. */
  readonly variable?: string;
  /** In parentheses, where ! and ?? speak of every step, not only of the last one. */
  readonly isGrouped?: boolean;
}

/** The value of an expression that must have one. */
export function valueOf(expr: Expr, run: Run): Value {
  const value = placed(expr, () => expr.run(run));
  if (value === undefined) throw new MissingTrouble(expr.written, expr.at);
  return value;
}

/** Its value, or undefined where ! and ?? look over the fact that there is none. */
export function valueIfAny(expr: Expr, run: Run): Value | undefined {
  if (!expr.isGrouped) return placed(expr, () => expr.run(run));
  try {
    return expr.run(run);
  } catch (error) {
    if (error instanceof MissingTrouble) return undefined;
    throw error;
  }
}

/** Trouble that does not know its place yet is of this expression. */
export function placed<T>(expr: Expr, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof TemplateTrouble) error.at ??= expr.at;
    else if (error instanceof RangeError || error instanceof SyntaxError)
      throw new TemplateTrouble(`${expr.written}: ${error.message}`, expr.at);
    throw error;
  }
}
