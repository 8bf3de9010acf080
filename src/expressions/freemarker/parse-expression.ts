/**
 * The expressions of FreeMarker's template language.
 *
 *   or         = and ("||" and)*                       and        = equality ("&&" equality)*
 *   equality   = order (("==" | "=" | "!=") order)?    order      = range (("<" | "<=" | ">" | ">=") range)?
 *   range      = sum ((".." | "..<" | "..*") sum?)?    sum        = product (("+" | "-") product)*
 *   product    = unary (("*" | "/" | "%") unary)*      unary      = ("!" | "+" | "-") unary | steps
 *   steps      = primary ("." name | "[" or "]" | "(" list ")" | "?" name ("(" list ")")? | "!" primary? | "??")*
 *   primary    = text | number | name | "." name | "[" list "]" | "{" pairs "}" | "(" or ")"
 */
import { builtIn } from './built-ins/call.ts';
import { condition, count, number, textOf } from './convert.ts';
import type { Cursor } from './cursor.ts';
import { valueIfAny, valueOf, type Expr } from './expression.ts';
import { negated, operators } from './operators.ts';
import { maxDepth } from '../syntax.ts';
import { readString } from './string-literal.ts';
import type { Run } from './run.ts';
import { specialVariable } from './special-variables.ts';
import { itemOf, partOf, rangeOf } from './access.ts';
import { blank, FtlFunction, numberIn, typeOf, type Value } from './value.ts';
import { TemplateTrouble } from './trouble.ts';

const takeFormat: ReadonlySet<string> = new Set(['string', 'date', 'time', 'datetime']);

const lower: readonly (readonly string[])[] = [['||'], ['&&'], ['==', '=', '!='], ['<', '<=', '>', '>=']];

export function parseExpression(cursor: Cursor): Expr {
  return new Parser(cursor).level(0);
}

class Parser {
  readonly #cursor: Cursor;
  #depth = 0;

  constructor(cursor: Cursor) {
    this.#cursor = cursor;
  }

  /** The operators that bind least, by how little. */
  level(n: number): Expr {
    const signs = lower[n];
    if (!signs) return this.#range();
    let left = this.level(n + 1);
    for (;;) {
      const sign = this.#cursor.take(...signs);
      if (sign === undefined) return left;
      left = this.#binary(sign === '=' ? '==' : sign, left, this.level(n + 1));
      if (n >= 2) return left;
    }
  }

  #range(): Expr {
    const from = this.#sum();
    const sign = this.#cursor.take('..', '..<', '..*');
    if (sign === undefined) return from;
    const isOpen = sign === '..' && !this.#beginsValue();
    const to = isOpen ? undefined : this.#sum();
    return this.#made(from.at, (run) => rangeOf(sign, count(from, run), to && count(to, run)));
  }

  #sum(): Expr {
    let left = this.#product();
    for (;;) {
      const sign = this.#cursor.take('+', '-');
      if (sign === undefined) return left;
      left = this.#binary(sign, left, this.#product());
    }
  }

  #product(): Expr {
    let left = this.#unary();
    for (;;) {
      const sign = this.#cursor.take('*', '/', '%');
      if (sign === undefined) return left;
      left = this.#binary(sign, left, this.#unary());
    }
  }

  #unary(): Expr {
    this.#cursor.blanks();
    const { at } = this.#cursor;
    const sign = this.#cursor.take('!', '+', '-');
    if (sign === undefined) return this.#steps();
    if (++this.#depth > maxDepth) throw this.#cursor.trouble('The expression is nested too deep.');
    const inner = this.#unary();
    this.#depth--;
    if (sign === '!') return this.#made(at, (run) => !condition(inner, run));
    return this.#made(at, (run) => (sign === '-' ? negated(number(inner, run)) : number(inner, run)));
  }

  #binary(sign: string, left: Expr, right: Expr): Expr {
    if (sign === '||') return this.#made(left.at, (run) => condition(left, run) || condition(right, run));
    if (sign === '&&') return this.#made(left.at, (run) => condition(left, run) && condition(right, run));
    const work = operators[sign]!;
    return this.#made(left.at, (run) => work(left, right, run));
  }

  #steps(): Expr {
    let expr = this.#primary();
    for (;;) {
      const { at } = this.#cursor;
      const next = this.#step(expr);
      if (next === undefined) {
        this.#cursor.at = at;
        return expr;
      }
      expr = next;
    }
  }

  #step(of: Expr): Expr | undefined {
    const cursor = this.#cursor;
    const sign = cursor.take('.', '[', '(', '?', '!', '??');
    switch (sign) {
      case '.': {
        const every = cursor.take('*') && (cursor.take('*') ? '**' : '*');
        const name = every ?? cursor.needName('the name of a part');
        return this.#made(of.at, (run) => partOf(of, valueOf(of, run), name));
      }
      case '[': {
        const inner = this.level(0);
        cursor.expect(']');
        return this.#made(of.at, (run) => itemOf(of, valueOf(of, run), valueOf(inner, run), run));
      }
      case '(': {
        const values = this.#list(')');
        return this.#made(of.at, (run) => called(of, values, run));
      }
      case '?':
        return this.#builtIn(of);
      case '??':
        return this.#made(of.at, (run) => valueIfAny(of, run) !== undefined);
      case '!': {
        const other = this.#beginsPrimary() ? this.#steps() : undefined;
        return this.#made(of.at, (run) => valueIfAny(of, run) ?? (other ? other.run(run) : blank));
      }
      default:
        return undefined;
    }
  }

  #builtIn(of: Expr): Expr {
    const cursor = this.#cursor;
    const { at } = cursor;
    const name = cursor.needName('the name of a built-in');
    let values: readonly Expr[] | undefined;
    if (cursor.take('(')) values = this.#list(')');
    // ?string.computer and ?string["0.00"] are ?string("..."), and so with dates.
    else if (takeFormat.has(name) && cursor.take('.')) values = [this.#constant(cursor.needName('a format'), at)];
    else if (takeFormat.has(name) && cursor.take('[')) values = this.#list(']');
    const run = builtIn(name, of, values, (text, hint) => cursor.trouble(text, hint, at));
    return this.#made(of.at, run);
  }

  #list(end: ')' | ']'): Expr[] {
    const values: Expr[] = [];
    while (this.#cursor.take(end) === undefined) {
      if (values.length > 0) this.#cursor.take(',');
      values.push(this.#lambda() ?? this.level(0));
    }
    return values;
  }

  /** x -> x.price > 5, for ?filter, ?map and their like. */
  #lambda(): Expr | undefined {
    const cursor = this.#cursor;
    const { at, depth } = cursor;
    const inParentheses = cursor.take('(') !== undefined;
    const name = cursor.takeName();
    if (name !== undefined && (!inParentheses || cursor.take(')')) && cursor.take('->')) {
      const body = this.level(0);
      return this.#made(at, (run) => lambda(name, body, run));
    }
    cursor.at = at;
    cursor.depth = depth;
    return undefined;
  }

  #primary(): Expr {
    if (++this.#depth > maxDepth) throw this.#cursor.trouble('The expression is nested too deep.');
    try {
      return this.#simple();
    } finally {
      this.#depth--;
    }
  }

  #simple(): Expr {
    const cursor = this.#cursor;
    cursor.blanks();
    const { at } = cursor;
    const text = readString(cursor, (inner) => new Parser(inner).level(0));
    if (text) return this.#made(at, text);
    const digits = cursor.takeNumber();
    if (digits !== undefined) return this.#constant(numberIn(digits)!, at);
    switch (cursor.take('(', '[', '{', '.')) {
      case '(': {
        const inner = this.level(0);
        cursor.expect(')');
        return { ...this.#made(at, (run) => inner.run(run)), isGrouped: true };
      }
      case '[': {
        const items = this.#list(']');
        return this.#made(at, (run) => items.map((item) => valueOf(item, run)));
      }
      case '{':
        return this.#hash(at);
      case '.':
        return this.#made(at, specialVariable(cursor.needName('the name of a special variable'), cursor));
      default:
        return this.#variable(at);
    }
  }

  #variable(at: number): Expr {
    const name = this.#cursor.needName('a value');
    if (name === 'true' || name === 'false') return this.#constant(name === 'true', at);
    return { ...this.#made(at, (run) => run.lookup(name)), variable: name };
  }

  #hash(at: number): Expr {
    const cursor = this.#cursor;
    const pairs: [Expr, Expr][] = [];
    while (cursor.take('}') === undefined) {
      if (pairs.length > 0) cursor.take(',');
      const key = this.level(0);
      if (cursor.take(':') === undefined) cursor.expect(',');
      pairs.push([key, this.level(0)]);
    }
    return this.#made(
      at,
      (run) => new Map(pairs.map(([key, value]) => [textOf(valueOf(key, run), run, key.written), valueOf(value, run)])),
    );
  }

  #constant(value: Value, at: number): Expr {
    return this.#made(at, () => value);
  }

  #made(at: number, run: Expr['run']): Expr {
    return { at, written: this.#cursor.source.slice(at, this.#cursor.at).trim(), run };
  }

  #beginsValue(): boolean {
    return this.#beginsPrimary() || ['+', '-', '!'].includes(this.#cursor.sign() ?? '');
  }

  /** After x! and x.. : whether what follows belongs to it. In <@m a=x! b=1> the name that gets a value does not. */
  #beginsPrimary(): boolean {
    const cursor = this.#cursor;
    cursor.blanks();
    const { at } = cursor;
    if (/["'\d]/.test(cursor.source[at] ?? '')) return true;
    if (['(', '[', '{'].includes(cursor.sign() ?? '')) return true;
    const name = cursor.takeName();
    const isAssigned = name !== undefined && cursor.sign() === '=';
    cursor.at = at;
    return name !== undefined && !isAssigned && !['as', 'in', 'using', 'lt', 'lte', 'gt', 'gte'].includes(name);
  }
}

function called(of: Expr, values: readonly Expr[], run: Run): Value | undefined {
  const target = valueOf(of, run);
  if (target instanceof FtlFunction) return target.call(values.map((value) => value.run(run)));
  throw new TemplateTrouble(`${of.written} is ${typeOf(target)}, no function`, of.at);
}

function lambda(name: string, body: Expr, run: Run): FtlFunction {
  return new FtlFunction(([value]) => run.within([[name, value]], undefined, () => body.run(run)));
}
