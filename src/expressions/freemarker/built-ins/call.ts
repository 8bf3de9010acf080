import { didYouMean, type SyntaxTrouble } from '../../syntax.ts';
import { condition, count, number, text, textOf, wrong } from '../convert.ts';
import { valueIfAny, valueOf, type Expr } from '../expression.ts';
import type { Run } from '../run.ts';
import { snakeCase } from '../snake-case.ts';
import { TemplateTrouble } from '../trouble.ts';
import { FtlFunction, type FtlNumber, type Value } from '../value.ts';
import { anyBuiltIns } from './any.ts';
import { dateBuiltIns } from './dates.ts';
import { listBuiltIns } from './lists.ts';
import { loopBuiltIns } from './loops.ts';
import { numberBuiltIns } from './numbers.ts';
import { stringBuiltIns } from './strings.ts';
import { xmlBuiltIns } from './xml.ts';

/** One use of a built-in while a template is filled in: the left side and what stands in the parentheses. */
export class Use {
  readonly left: Expr;
  readonly values: readonly Expr[];
  readonly run: Run;

  constructor(left: Expr, values: readonly Expr[], run: Run) {
    this.left = left;
    this.values = values;
    this.run = run;
  }

  value(): Value {
    return valueOf(this.left, this.run);
  }

  valueIfAny(): Value | undefined {
    return valueIfAny(this.left, this.run);
  }

  text(): string {
    return text(this.left, this.run);
  }

  number(): FtlNumber {
    return number(this.left, this.run);
  }

  condition(): boolean {
    return condition(this.left, this.run);
  }

  /** What stands at place n in the parentheses, from 0. */
  given(n: number): Value | undefined {
    const expr = this.values[n];
    return expr && valueOf(expr, this.run);
  }

  givenText(n: number): string {
    return text(this.values[n]!, this.run);
  }

  givenTextOr(n: number, other: string): string {
    return this.values[n] ? this.givenText(n) : other;
  }

  givenCount(n: number): number {
    return count(this.values[n]!, this.run);
  }

  /** x -> ..., or a function's name. */
  givenFunction(n: number): (value: Value | undefined) => Value {
    const written = this.values[n]!.written;
    const found = this.given(n);
    if (!(found instanceof FtlFunction)) throw new TemplateTrouble(`${written} is no function: write x -> ...`);
    return (value) => {
      const made = found.call([value]);
      if (made === undefined) throw new TemplateTrouble(`${written} gives nothing for an item`);
      return made;
    };
  }

  asText(value: Value, written: string = this.left.written): string {
    return textOf(value, this.run, written);
  }

  wrong(wanted: string, value: Value | undefined): TemplateTrouble {
    return wrong(this.left, wanted, value);
  }
}

/** How many values it takes: exactly none, or from least to most. */
export interface BuiltIn {
  readonly takes: readonly [number, number];
  readonly run: (use: Use) => Value | undefined;
}

export type BuiltIns = Readonly<Record<string, BuiltIn>>;

const all: ReadonlyMap<string, BuiltIn> = new Map(
  [stringBuiltIns, numberBuiltIns, dateBuiltIns, listBuiltIns, loopBuiltIns, xmlBuiltIns, anyBuiltIns].flatMap(
    (group) => Object.entries(group),
  ),
);

/** The compiled use of ?name. */
export function builtIn(
  name: string,
  left: Expr,
  values: readonly Expr[] | undefined,
  trouble: (text: string, hint?: string) => SyntaxTrouble,
): Expr['run'] {
  const snake = snakeCase(name);
  const found = all.get(snake);
  if (!found) throw trouble(`The built-in ?${name} is not known.`, didYouMean(snake, all.keys()));
  const [least, most] = found.takes;
  const given = values?.length ?? 0;
  if (given < least || given > most) {
    const wanted = least === most ? String(least) : `${least} to ${most}`;
    throw trouble(`?${name} takes ${wanted} values in parentheses, not ${given}.`);
  }
  return (run) => found.run(new Use(left, values ?? [], run));
}
