/** What the directives do once they are read. Source: FreeMarker manual, "Directive Reference". */
import { condition, text, wrong } from './convert.ts';
import { placed, valueOf, type Expr } from './expression.ts';
import { operators } from './operators.ts';
import type { Block, Render, Signal } from './render.ts';
import type { Run } from './run.ts';
import type { Assignment, Parameter, TagOf } from './tags.ts';
import { TemplateTrouble } from './trouble.ts';
import { blank, FtlFunction, isHash, itemsOf, typeOf, whole, type Value } from './value.ts';

/** The block of the first condition that holds. */
export function chosen(
  branches: readonly { readonly condition: Expr; readonly body: Block }[],
  otherwise: Block | undefined,
): Render {
  return (run) => (branches.find((branch) => condition(branch.condition, run))?.body ?? otherwise)?.(run);
}

/** `before` and `after` are written once, when there is an item at all. */
export interface Listing {
  readonly source: Expr;
  readonly names: readonly string[];
  readonly before?: Block;
  readonly each: Block;
  readonly after?: Block;
}

export function listed({ source, names, before, each, after }: Listing, otherwise: Block | undefined): Render {
  return (run) => {
    const rounds = roundsOf(source, names, run);
    if (rounds.length === 0) return otherwise?.(run);
    return before?.(run) ?? loop(rounds, names, each, run) ?? after?.(run);
  };
}

/** What each round gives its names: an item, or a key and its value. */
function roundsOf(source: Expr, names: readonly string[], run: Run): readonly (readonly (Value | undefined)[])[] {
  const value = valueOf(source, run);
  if (isHash(value)) {
    if (names.length === 2) return [...value];
    throw wrong(source, 'a sequence', value, 'A hash is listed with two names: <#list map as key, value>.');
  }
  const items = placed(source, () => itemsOf(value));
  if (!items) throw wrong(source, 'a sequence', value);
  if (names.length === 2 && value !== blank)
    throw wrong(source, 'a hash', value, 'A sequence is listed with one name.');
  return items.map((item) => [item]);
}

function loop(
  rounds: readonly (readonly (Value | undefined)[])[],
  names: readonly string[],
  each: Block,
  run: Run,
): Signal {
  for (let index = 0; index < rounds.length; index++) {
    const hasNext = index < rounds.length - 1;
    const round = rounds[index]!;
    const values = names.map((name, i) => [name, round[i]] as const);
    const counters = [[`${names[0]}_index`, whole(index)] as const, [`${names[0]}_has_next`, hasNext] as const];
    const signal = run.within([...values, ...counters], { index, hasNext }, () => each(run));
    if (signal === 'break') return undefined;
    if (signal === 'return') return signal;
  }
  return undefined;
}

/** Each pair of name and value, or what a block writes. */
export function assign(tag: TagOf<'assign' | 'global' | 'local'>, body?: Block): Render {
  const { is, pairs, captures } = tag;
  const checked = (run: Run): void => {
    if (is === 'local' && !run.isInCall) throw new TemplateTrouble('<#local> stands outside of a macro or function');
  };
  if (captures !== undefined && body) {
    return (run) => {
      checked(run);
      run.assign(
        is,
        captures,
        run.capture(() => void body(run)),
      );
    };
  }
  return (run) => {
    checked(run);
    for (const pair of pairs) run.assign(is, pair.name, assigned(pair, run));
  };
}

function assigned({ name, value, operator }: Assignment, run: Run): Value {
  if (operator === '=') return valueOf(value!, run);
  const before: Expr = { at: value?.at ?? 0, written: name, run: () => run.lookup(name) };
  const by: Expr = value ?? { at: 0, written: '1', run: () => whole(1) };
  return operators[operator[0]!]!(before, by, run);
}

export interface Case {
  /** Undefined for <#default>. */
  readonly values: readonly Expr[] | undefined;
  readonly fallsThrough: boolean;
  readonly body: Block;
}

export function switched(value: Expr, cases: readonly Case[]): Render {
  return (run) => {
    const is = operators['==']!;
    const matching = cases.findIndex(({ values }) => values?.some((one) => is(value, one, run) === true));
    const first = matching >= 0 ? matching : cases.findIndex(({ values }) => values === undefined);
    if (first < 0) return undefined;
    const last = cases[first]!.fallsThrough ? cases.length : first + 1;
    for (const { body } of cases.slice(first, last)) {
      const signal = body(run);
      if (signal) return signal === 'break' ? undefined : signal;
    }
    return undefined;
  };
}

/** What a block writes, handed to something else. */
export function given(use: (run: Run, out: string) => void, body: Block): Render {
  return (run) => {
    let signal: Signal;
    use(
      run,
      run.capture(() => void (signal = body(run))),
    );
    return signal;
  };
}

// ---------------------------------------------------------------------------- macros and functions

type Macro = (
  run: Run,
  values: readonly Expr[],
  pairs: readonly Assignment[],
  nested: Parameters<Run['called']>[1],
) => void;

const macros = new WeakMap<FtlFunction, Macro>();

/** Makes the name known. A macro is called with <@name/>, a function with name(...). */
export function define(tag: TagOf<'macro' | 'function'>, body: Block): Render {
  const { is, name, parameters } = tag;
  return (run) => {
    const callable = new FtlFunction((values) => {
      if (is === 'macro') throw new TemplateTrouble(`${name} is a macro: call it with <@${name}/>`);
      run.returned = undefined;
      run.capture(() =>
        run.called(() => {
          bind(name, parameters, values, new Map(), run);
          body(run);
        }),
      );
      return run.returned;
    });
    if (is === 'macro')
      macros.set(callable, (inner, values, pairs, nested) => {
        const given = values.map((value) => value.run(inner));
        const named = new Map<string, Value>(pairs.map((pair) => [pair.name, valueOf(pair.value!, inner)]));
        inner.called(() => {
          bind(name, parameters, given, named, inner);
          body(inner);
        }, nested);
      });
    run.assign('assign', name, callable);
  };
}

export function callMacro({ callee, values, pairs, names }: TagOf<'call'>, body: Block | undefined): Render {
  return (run) => {
    const target = valueOf(callee, run);
    const macro = target instanceof FtlFunction ? macros.get(target) : undefined;
    if (!macro) throw new TemplateTrouble(`${callee.written} is ${typeOf(target)}, no macro`, callee.at);
    const nested = (given: readonly (Value | undefined)[]): void => {
      if (!body) return;
      const named = names.map((name, i) => [name, given[i]] as const);
      run.within(named, undefined, () => body(run));
    };
    placed(callee, () => macro(run, values, pairs, nested));
  };
}

function bind(
  macro: string,
  parameters: readonly Parameter[],
  values: readonly (Value | undefined)[],
  named: ReadonlyMap<string, Value>,
  run: Run,
): void {
  const unknown = [...named.keys()].find((name) => !parameters.some((p) => p.name === name || p.takesRest));
  if (unknown !== undefined) throw new TemplateTrouble(`${macro} has no parameter ${unknown}`);
  if (values.length > parameters.length && !parameters.at(-1)?.takesRest)
    throw new TemplateTrouble(`${macro} takes ${parameters.length} values, not ${values.length}`);
  parameters.forEach((parameter, i) => {
    run.assign('local', parameter.name, argument(macro, parameter, i, parameters, values, named, run));
  });
}

function argument(
  macro: string,
  { name, otherwise, takesRest }: Parameter,
  place: number,
  parameters: readonly Parameter[],
  values: readonly (Value | undefined)[],
  named: ReadonlyMap<string, Value>,
  run: Run,
): Value {
  if (takesRest) {
    if (named.size === 0) return values.slice(place);
    return new Map([...named].filter(([key]) => !parameters.some((p) => p.name === key)));
  }
  const value = named.get(name) ?? values[place] ?? (otherwise && valueOf(otherwise, run));
  if (value === undefined) throw new TemplateTrouble(`${macro} needs a value for its parameter ${name}`);
  return value;
}

// ---------------------------------------------------------------------------- settings

const ignored = new Set(['locale', 'url_escaping_charset', 'output_encoding', 'classic_compatible', 'time_zone']);

export function setting({ pairs }: TagOf<'setting'>): Render {
  return (run) => {
    for (const { name, value } of pairs) {
      if (!value) continue;
      if (name === 'number_format') run.numberFormat = text(value, run);
      else if (name === 'boolean_format') run.booleanFormat = text(value, run);
      else if (!ignored.has(name)) throw new TemplateTrouble(`the setting ${name} is not run by Gantry`, value.at);
    }
  };
}
