/** What operators and built-ins need a value to be. Each throws TemplateTrouble when it is not. */
import type { Expr } from './expression.ts';
import { placed, valueOf } from './expression.ts';
import type { Run } from './run.ts';
import { TemplateTrouble } from './trouble.ts';
import { blank, FtlDate, FtlMatch, FtlNumber, isSequence, typeOf, type Value } from './value.ts';
import { dateText } from './dates.ts';
import { XmlNodes } from './xml-nodes.ts';

/** As ${...} writes it. */
export function textOf(value: Value, run: Run, written: string): string {
  if (typeof value === 'string') return value;
  if (value === blank) return '';
  if (value instanceof FtlNumber) return run.numberText(value);
  if (value instanceof FtlDate) return dateText(value, undefined);
  if (value instanceof XmlNodes) return value.text();
  if (value instanceof FtlMatch) return value.groups[0]!;
  if (typeof value === 'boolean') return booleanText(value, run, written);
  throw new TemplateTrouble(
    `${written} is ${typeOf(value)} and cannot be written as text`,
    undefined,
    isSequence(value) ? 'Write it with <#list>, or with ?join(", ").' : undefined,
  );
}

function booleanText(value: boolean, run: Run, written: string): string {
  if (run.booleanFormat === 'c') return String(value);
  const [yes, no] = run.booleanFormat.split(',');
  if (run.booleanFormat !== 'true,false' && no !== undefined) return value ? yes! : no;
  throw new TemplateTrouble(
    `${written} is a boolean and cannot be written as text`,
    undefined,
    `Write \${${written}?c} for true or false, or \${${written}?string("yes", "no")}.`,
  );
}

export function text(expr: Expr, run: Run): string {
  return placed(expr, () => textOf(valueOf(expr, run), run, expr.written));
}

export function number(expr: Expr, run: Run): FtlNumber {
  const value = valueOf(expr, run);
  if (value instanceof FtlNumber) return value;
  throw wrong(expr, 'a number', value, 'A text becomes one by ?number.');
}

/** A whole number that JavaScript can count with. */
export function count(expr: Expr, run: Run): number {
  return wholeIn(number(expr, run));
}

export function wholeIn({ decimal }: FtlNumber): number {
  return Number(decimal.digits / 10n ** BigInt(decimal.scale));
}

export function condition(expr: Expr, run: Run): boolean {
  const value = valueOf(expr, run);
  if (typeof value === 'boolean') return value;
  if (value instanceof FtlMatch) return value.isWhole;
  throw wrong(expr, 'true or false', value, 'Ask for something: ?has_content, ==, ??.');
}

export function wrong(expr: Expr, wanted: string, value: Value | undefined, hint?: string): TemplateTrouble {
  return new TemplateTrouble(`${expr.written} is ${typeOf(value)} where ${wanted} is needed`, expr.at, hint);
}
