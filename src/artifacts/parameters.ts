import type { Position, Problem } from '../errors.ts';
import { compileExpression } from '../expressions/compile.ts';
import type { Expression, Namespaces } from '../expressions/expression.ts';
import { closest } from './shape/closest.ts';

/**
 * One <parameter name="...">text</parameter> of an inbound endpoint, a proxy, a store or a processor, described once:
 * reading, problems, the reference page and forms all come from it.
 */
export interface Parameter<T> {
  /** What MI calls it; further names that mean the same. */
  readonly names: readonly [string, ...string[]];
  /** For the reference page: "whole number", "true or false", "one of a, b". */
  readonly type: string;
  readonly doc: string;
  readonly required: boolean;
  /** As a user would write it. */
  readonly default: string | undefined;
  /** Never printed, logged or shown. */
  readonly secret: boolean;
  /** A name that ends in a dot takes every parameter that begins with it. */
  readonly family: boolean;
  /** `prefixes`: those in scope, where it is written as an attribute `expression`. */
  parse(text: string, prefixes?: Namespaces): T | Wrong;
  /** When it is not given. */
  readonly absent: T;
}

/** Why a text cannot be used: "a whole number of at least 1". */
export class Wrong {
  readonly wanted: string;
  constructor(wanted: string) {
    this.wanted = wanted;
  }
}

// eslint-disable-next-line typescript/no-explicit-any
export type ParameterShape = Readonly<Record<string, Parameter<any>>>;
export type ParametersOf<S extends ParameterShape> = {
  readonly [K in keyof S]: S[K] extends Parameter<infer T> ? T : never;
};

/** A shape that reads what an interface says; the other way round than ParametersOf. */
export type ParametersFor<C> = { readonly [K in keyof C]: Parameter<C[K]> };

type Names = string | readonly [string, ...string[]];
interface Options<T> {
  readonly doc: string;
  readonly default?: T;
  readonly required?: boolean;
  readonly secret?: boolean;
}
type Given<T, O> = O extends { readonly default: T } | { readonly required: true } ? T : T | undefined;

function define<T, const O extends Options<T>>(
  names: Names,
  type: string,
  options: O,
  parse: (text: string, prefixes?: Namespaces) => T | Wrong,
  format: (value: T) => string = String,
): Parameter<Given<T, O>> {
  return {
    names: typeof names === 'string' ? [names] : names,
    type,
    doc: options.doc,
    required: options.required ?? false,
    default: options.default === undefined ? undefined : format(options.default),
    secret: options.secret ?? false,
    family: false,
    parse,
    absent: options.default as Given<T, O>,
  };
}

interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** Fields of a ParameterShape. */
export const param = {
  text: <const O extends Options<string>>(names: Names, options: O): Parameter<Given<string, O>> =>
    define<string, O>(names, 'text', options, (text) => text),

  integer: <const O extends Options<number> & Bounds>(names: Names, options: O): Parameter<Given<number, O>> => {
    const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = options;
    const wanted = `a whole number${options.min === undefined ? '' : ` of at least ${min}`}${options.max === undefined ? '' : `, at most ${max}`}`;
    return define<number, O>(names, 'whole number', options, (text) => {
      const value = Number(text);
      return Number.isSafeInteger(value) && value >= min && value <= max ? value : new Wrong(wanted);
    });
  },

  /** MI writes "Enabled" and "enable" where others write true. */
  boolean: <const O extends Options<boolean>>(names: Names, options: O): Parameter<Given<boolean, O>> =>
    define<boolean, O>(names, 'true or false', options, (text) => {
      const word = text.toLowerCase();
      if (['true', 'enabled', 'enable', 'yes'].includes(word)) return true;
      if (['false', 'disabled', 'disable', 'no'].includes(word)) return false;
      return new Wrong('true or false');
    }),

  /** Read whatever its case; the word comes back as it is listed. */
  oneOf: <const W extends string, const O extends Options<NoInfer<W>>>(
    names: Names,
    words: readonly W[],
    options: O,
  ): Parameter<Given<W, O>> =>
    define<W, O>(
      names,
      `one of ${words.join(', ')}`,
      options,
      (text) =>
        words.find((word) => word.toLowerCase() === text.toLowerCase()) ?? new Wrong(`one of ${words.join(', ')}`),
    ),

  /** Separated by commas; empty when it is not given. */
  list: (names: Names, options: Options<readonly string[]>): Parameter<readonly string[]> =>
    define<readonly string[], Options<readonly string[]> & { default: readonly string[] }>(
      names,
      'list',
      { default: [], ...options },
      (text) =>
        text
          .split(',')
          .map((part) => part.trim())
          .filter((part) => part !== ''),
      (list) => list.join(','),
    ),

  /** Must match the whole of what it is held against, as Java's matches() does. */
  regex: <const O extends Options<RegExp>>(names: Names, options: O): Parameter<Given<RegExp, O>> =>
    define<RegExp, O>(names, 'regular expression', options, (text) => {
      try {
        return new RegExp(`^(?:${text})$`);
      } catch (error) {
        return new Wrong(`a regular expression (${(error as Error).message})`);
      }
    }),

  /** XPath, `json-eval(...)` or `${...}`, as text or in an attribute `expression`. */
  expression: <const O extends Options<Expression>>(names: Names, options: O): Parameter<Given<Expression, O>> =>
    define<Expression, O>(
      names,
      'expression',
      options,
      (text, namespaces = new Map()) => {
        const compiled = compileExpression(text, { namespaces });
        return compiled.ok ?? new Wrong(`an expression (${compiled.problem.text})`);
      },
      (value) => value.source,
    ),

  /** Every parameter whose name begins with `prefix`, by the rest of its name. */
  family: (prefix: string, options: { readonly doc: string }): Parameter<ReadonlyMap<string, string>> => ({
    names: [prefix],
    type: 'any number of parameters',
    doc: options.doc,
    required: false,
    default: undefined,
    secret: false,
    family: true,
    parse: () => new Map(),
    absent: new Map(),
  }),
};

const positions = new WeakMap<ReadonlyMap<string, string>, ReadonlyMap<string, Position>>();

/** Remembers where each parameter is written; the model itself stays plain names and values. */
export function placeParameters(values: ReadonlyMap<string, string>, places: ReadonlyMap<string, Position>): void {
  positions.set(values, places);
}

/** Where a parameter is written; undefined when it is not known. */
export function positionOf(values: ReadonlyMap<string, string>, name: string): Position | undefined {
  return positions.get(values)?.get(name);
}

const expressions = new WeakMap<ReadonlyMap<string, string>, ReadonlyMap<string, Namespaces>>();

/** Remembers which parameters are written as an attribute `expression`, with the prefixes in scope there. */
export function placeExpressions(values: ReadonlyMap<string, string>, places: ReadonlyMap<string, Namespaces>): void {
  expressions.set(values, places);
}

/** The prefixes of a parameter that is written as an attribute `expression`; undefined for any other. */
export function prefixesOf(values: ReadonlyMap<string, string>, name: string): Namespaces | undefined {
  return expressions.get(values)?.get(name);
}

export interface ReadParameters<S extends ParameterShape> {
  /** Undefined when something required is missing or cannot be used, or the check found an error. */
  readonly config: ParametersOf<S> | undefined;
  readonly problems: readonly Problem[];
}

export interface ReadOptions<S extends ParameterShape = ParameterShape> {
  /** "The Kafka inbound endpoint". */
  readonly what: string;
  /** Of the artifact, for what is missing. */
  readonly at: Position;
  /** Names that someone else reads. */
  readonly alsoKnown?: readonly string[];
  /** What single parameters cannot see; asked when each of them can be used. */
  readonly check?: ((config: ParametersOf<S>) => readonly Problem[]) | undefined;
}

/**
 * Reads parameters by their shape. An empty text counts as not given, as in MI. What cannot be used is a warning and its
 * default is taken, unless it is required; a name nobody reads is a warning with the nearest one that is read.
 */
export function readShape<S extends ParameterShape>(
  shape: S,
  values: ReadonlyMap<string, string>,
  { what, at, alsoKnown = [], check }: ReadOptions<S>,
): ReadParameters<S> {
  const problems: Problem[] = [];
  const config: Record<string, unknown> = {};
  let sound = true;
  const placeOf = (name: string): Position => positionOf(values, name) ?? at;
  for (const [key, parameter] of Object.entries(shape)) {
    const [name] = parameter.names;
    config[key] = parameter.absent;
    if (parameter.family) {
      const members = [...values].filter(([each]) => each.startsWith(name));
      config[key] = new Map(members.map(([each, value]) => [each.slice(name.length), value.trim()]));
      continue;
    }
    const written = parameter.names.find((each) => (values.get(each)?.trim() ?? '') !== '');
    if (written === undefined) {
      if (!parameter.required) continue;
      sound = false;
      problems.push({
        code: 'MISSING_PARAMETER',
        level: 'error',
        at,
        text: `${what} needs the parameter "${name}".`,
        hint: parameter.doc,
      });
      continue;
    }
    const text = values.get(written)!.trim();
    const value: unknown = parameter.parse(text, prefixesOf(values, written));
    if (!(value instanceof Wrong)) {
      config[key] = value;
      continue;
    }
    const shown = parameter.secret ? 'what is given' : `"${text}"`;
    if (parameter.required) sound = false;
    problems.push({
      code: 'BAD_PARAMETER',
      level: parameter.required ? 'error' : 'warning',
      at: placeOf(written),
      text: `The parameter "${written}" takes ${value.wanted}, not ${shown}.`,
      hint: parameter.required ? parameter.doc : `${parameter.default ?? 'Nothing'} is used instead.`,
    });
  }
  problems.push(...unknownNames(shape, values, { what, at, alsoKnown }));
  if (sound && check) {
    const found = check(config as ParametersOf<S>);
    problems.push(...found);
    sound = found.every(({ level }) => level !== 'error');
  }
  return { config: sound ? (config as ParametersOf<S>) : undefined, problems };
}

function unknownNames(
  shape: ParameterShape,
  values: ReadonlyMap<string, string>,
  { what, at, alsoKnown = [] }: ReadOptions,
): Problem[] {
  const fields = Object.values(shape);
  const known = [...fields.filter((one) => !one.family).flatMap((one) => one.names), ...alsoKnown];
  const families = fields.filter((one) => one.family).map((one) => one.names[0]);
  const unknown = [...values.keys()].filter(
    (name) => !known.includes(name) && !families.some((prefix) => name.startsWith(prefix)),
  );
  return unknown.map((name) => {
    const near = closest(name, known);
    return {
      code: 'UNKNOWN_PARAMETER',
      level: near === undefined ? 'info' : 'warning',
      at: positionOf(values, name) ?? at,
      text: `${what} does not know the parameter "${name}".`,
      hint: near === undefined ? 'It is left alone.' : `Did you mean "${near}"?`,
    };
  });
}
