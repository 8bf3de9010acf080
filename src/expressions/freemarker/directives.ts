/** What the directives do once they are read. Source: FreeMarker manual, "Directive Reference". */
import { condition, text, wrong } from './convert.ts';
import { placed, valueOf, type Expr } from './expression.ts';
import { operators } from './operators.ts';
import type { Block, Render, Signal } from './render.ts';
import type { Nested, Run } from './run.ts';
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

/** What a macro or function is called with. */
interface Given {
  readonly values: readonly (Value | undefined)[];
  readonly named: ReadonlyMap<string, Value>;
}

class FtlMacro extends FtlFunction {
  readonly expand: (run: Run, given: Given, nested: Nested) => void;

  constructor(name: string, expand: FtlMacro['expand']) {
    super(() => {
      throw new TemplateTrouble(`${name} is a macro: call it with <@${name}/>`);
    });
    this.expand = expand;
  }
}

/** Makes the name known. A macro is called with <@name/>, a function with name(...). */
export function define(tag: TagOf<'macro' | 'function'>, body: Block): Render {
  const { is, name } = tag;
  const call = (run: Run, given: Given, nested?: Nested): void =>
    run.called(() => {
      bind(tag, given, run);
      body(run);
    }, nested);
  if (is === 'macro') {
    const macro = new FtlMacro(name, call);
    return (run) => run.assign('assign', name, macro);
  }
  return (run) => {
    const callable = new FtlFunction((values) => {
      run.returned = undefined;
      run.capture(() => call(run, { values, named: new Map() }));
      return run.returned;
    });
    run.assign('assign', name, callable);
  };
}

export function callMacro({ callee, values, pairs, names }: TagOf<'call'>, body: Block | undefined): Render {
  return (run) => {
    const macro = valueOf(callee, run);
    if (!(macro instanceof FtlMacro))
      throw new TemplateTrouble(`${callee.written} is ${typeOf(macro)}, no macro`, callee.at);
    const nested: Nested = (given) => {
      if (!body) return;
      const named = names.map((name, i) => [name, given[i]] as const);
      run.within(named, undefined, () => body(run));
    };
    placed(callee, () => {
      const given = {
        values: values.map((value) => value.run(run)),
        named: new Map(pairs.map((pair) => [pair.name, valueOf(pair.value!, run)] as const)),
      };
      macro.expand(run, given, nested);
    });
  };
}

function bind({ name, parameters }: TagOf<'macro' | 'function'>, given: Given, run: Run): void {
  const { values, named } = given;
  const unknown = [...named.keys()].find((key) => !parameters.some((p) => p.name === key || p.takesRest));
  if (unknown !== undefined) throw new TemplateTrouble(`${name} has no parameter ${unknown}`);
  if (values.length > parameters.length && !parameters.at(-1)?.takesRest)
    throw new TemplateTrouble(`${name} takes ${parameters.length} values, not ${values.length}`);
  parameters.forEach((parameter, place) => {
    const { otherwise, takesRest } = parameter;
    const value = takesRest
      ? restOf(given, parameters, place)
      : (named.get(parameter.name) ?? values[place] ?? (otherwise && valueOf(otherwise, run)));
    if (value === undefined) throw new TemplateTrouble(`${name} needs a value for its parameter ${parameter.name}`);
    run.assign('local', parameter.name, value);
  });
}

/** What no other parameter takes. */
function restOf({ values, named }: Given, parameters: readonly Parameter[], place: number): Value {
  if (named.size === 0) return values.slice(place);
  return new Map([...named].filter(([key]) => !parameters.some((p) => p.name === key)));
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
