import { compileExpression } from '../../expressions/compile.ts';
import type { Expression, Namespaces } from '../../expressions/expression.ts';
import type { XmlAttribute, XmlElement } from '../../message/xml/tree.ts';
import { suggestion, type ElementReader } from './reader.ts';
import type { ConfigOf, Field, ReferenceKind, Shape, Value } from './spec.ts';

interface AttributeOptions<T> {
  readonly doc: string;
  /** XML name when it is not the key of the shape. */
  readonly name?: string;
  readonly default?: T;
  readonly required?: boolean;
}

/** How one attribute type turns text into a value and back. `parse` reports and returns undefined when it cannot. */
interface AttributeType<T> {
  readonly type: string;
  parse(text: string, on: XmlAttribute, from: ElementReader): T | undefined;
  format(value: T): string;
  visit?: Field<T>['visit'];
  /** Prefixes to declare when written back. */
  namespaces?(value: T): Namespaces;
}

function attribute<T>(type: AttributeType<T>, options: AttributeOptions<T>): Field<T | undefined> {
  return {
    place: 'attribute',
    type: type.type,
    doc: options.doc,
    required: options.required ?? false,
    name: options.name,
    default: options.default === undefined ? undefined : type.format(options.default),
    read(from, name) {
      const found = from.attribute(name);
      if (!found) {
        if (options.required) {
          from.problem('MISSING_ATTRIBUTE', `<${from.element.local}> needs the attribute "${name}".`, {
            hint: options.doc,
          });
        }
        return options.default;
      }
      return type.parse(found.value, found, from) ?? options.default;
    },
    write(value, to, name) {
      if (value === undefined) return;
      const text = type.format(value);
      if (options.default !== undefined && text === type.format(options.default)) return;
      to.attribute(name, text);
      const namespaces = type.namespaces?.(value);
      if (namespaces) to.namespaces(namespaces);
    },
    ...(type.visit ? { visit: (value, visitor) => void (value !== undefined && type.visit!(value, visitor)) } : {}),
  };
}

/** A field that is always there: it has a default, or its absence is an error. */
type Present<T, O> = O extends { readonly default: T }
  ? Field<T>
  : O extends { readonly required: true }
    ? Field<T>
    : Field<T | undefined>;

const text: AttributeType<string> = {
  type: 'text',
  parse: (value) => value,
  format: (value) => value,
};

const boolean: AttributeType<boolean> = {
  type: 'true or false',
  parse(value, on, from) {
    const word = value.trim().toLowerCase();
    if (word === 'true' || word === 'false') return word === 'true';
    from.problem('BAD_VALUE', `"${value}" is neither true nor false.`, {
      on,
      level: 'warning',
      hint: 'It counts as false, as in Synapse.',
    });
    return false;
  },
  format: String,
};

function integer(limits: { readonly min?: number; readonly max?: number }): AttributeType<number> {
  return {
    type: 'integer',
    parse(value, on, from) {
      const number = Number(value.trim());
      const { min = -Infinity, max = Infinity } = limits;
      if (/^\s*[+-]?\d+\s*$/.test(value) && number >= min && number <= max) return number;
      const range = Number.isFinite(min) || Number.isFinite(max) ? ` from ${min} to ${max}` : '';
      from.problem('BAD_VALUE', `"${value}" is not a whole number${range}.`, { on });
      return undefined;
    },
    format: String,
  };
}

/**
 * One word of a few. Where Synapse takes any other without complaint, `otherwise` says what it then does: then it counts
 * as if it were not there, with a warning.
 */
function oneOf<const W extends string>(words: readonly W[], otherwise?: string): AttributeType<W> {
  return {
    type: `one of ${words.join(', ')}`,
    parse(value, on, from) {
      const found = words.find((w) => w.toLowerCase() === value.trim().toLowerCase());
      if (found !== undefined) return found;
      from.problem('BAD_VALUE', `"${value}" is not one of ${words.join(', ')}.`, {
        on,
        ...(otherwise === undefined
          ? { hint: suggestion(value, words, `Write one of ${words.join(', ')}.`) }
          : { level: 'warning', hint: `It counts as ${otherwise}, as in Synapse.` }),
      });
      return undefined;
    },
    format: (value) => value,
  };
}

const expression: AttributeType<Expression> = {
  type: 'expression',
  parse: (value, on, from) => readExpression(value, on, from),
  format: (value) => value.source,
  visit: (value, visitor) => visitor.expression?.(value),
  namespaces: (value) => value.namespaces,
};

const value: AttributeType<Value> = {
  type: 'text or {expression}',
  parse: (text, on, from) => readValue(text, on, from),
  format: formatValue,
  visit: (found, visitor) => (found.expression ? visitor.expression?.(found.expression) : undefined),
  namespaces: (found) => found.expression?.namespaces ?? new Map<string, string>(),
};

function reference(kind: ReferenceKind): AttributeType<Value> {
  return {
    ...value,
    type: `${kind} name or {expression}`,
    visit(found, visitor) {
      value.visit!(found, visitor);
      visitor.reference?.(kind, found, { file: '', line: 0, column: 0 });
    },
  };
}

const regex: AttributeType<RegExp> = {
  type: 'regular expression (Java syntax)',
  parse(source, on, from) {
    try {
      return new RegExp(source, 's');
    } catch (error) {
      from.problem('BAD_REGEX', `The regular expression does not compile: ${(error as Error).message}.`, { on });
      return undefined;
    }
  },
  format: (found) => found.source,
};

/** Attributes. With `default` or `required: true` the value is always there. */
export const attr = {
  text: <O extends AttributeOptions<string>>(o: O): Present<string, O> => attribute(text, o) as Present<string, O>,
  boolean: <O extends AttributeOptions<boolean>>(o: O): Present<boolean, O> =>
    attribute(boolean, o) as Present<boolean, O>,
  integer: <O extends AttributeOptions<number> & { min?: number; max?: number }>(o: O): Present<number, O> =>
    attribute(integer(o), o) as Present<number, O>,
  oneOf: <const W extends string, O extends AttributeOptions<NoInfer<W>>>(words: readonly W[], o: O): Present<W, O> =>
    attribute(oneOf(words), o as AttributeOptions<W>) as Present<W, O>,
  /** For what Synapse takes without complaint; `otherwise` says what it then does. */
  lenient: <const W extends string, O extends AttributeOptions<NoInfer<W>> & { readonly otherwise: string }>(
    words: readonly W[],
    o: O,
  ): Present<W, O> => attribute(oneOf(words, o.otherwise), o as AttributeOptions<W>) as Present<W, O>,
  expression: <O extends AttributeOptions<Expression>>(o: O): Present<Expression, O> =>
    attribute(expression, o) as Present<Expression, O>,
  /** Fixed text, or {expression} / ${expression} computed per message. */
  value: <O extends AttributeOptions<Value>>(o: O): Present<Value, O> => attribute(value, o) as Present<Value, O>,
  /** The name of a sequence, endpoint, ... or an {expression} that gives it. Missing ones are reported when linked. */
  reference: <O extends AttributeOptions<Value>>(kind: ReferenceKind, o: O): Present<Value, O> =>
    attribute(reference(kind), o) as Present<Value, O>,
  regex: <O extends AttributeOptions<RegExp>>(o: O): Present<RegExp, O> => attribute(regex, o) as Present<RegExp, O>,
};

interface ChildOptions {
  readonly doc: string;
  readonly name?: string;
  readonly required?: boolean;
}

/** Child elements. */
export const child = {
  /** One child element with a shape of its own. */
  element: <S extends Shape>(shape: S, o: ChildOptions): Field<ConfigOf<S> | undefined> => ({
    place: 'child',
    type: 'element',
    inside: shape,
    doc: o.doc,
    required: o.required ?? false,
    name: o.name,
    read(from, name) {
      const found = from.child(name);
      if (!found) return missingChild(from, name, o);
      return readShape(from.inside(found), shape);
    },
    write(config, to, name) {
      if (config) to.child(name, (w) => w.shape(shape, config));
    },
    visit: (config, visitor) => (config ? visitShape(shape, config, visitor) : undefined),
  }),

  /** Any number of children of one name, each with the same shape. */
  list: <S extends Shape>(shape: S, o: ChildOptions): Field<readonly ConfigOf<S>[]> => ({
    place: 'child',
    type: 'list of elements',
    inside: shape,
    doc: o.doc,
    required: o.required ?? false,
    name: o.name,
    read: (from, name) => from.children(name).map((e) => readShape(from.inside(e), shape)),
    write(list, to, name) {
      for (const config of list) to.child(name, (w) => w.shape(shape, config));
    },
    visit: (list, visitor) => list.forEach((config) => visitShape(shape, config, visitor)),
  }),

  /** The text of a child element. */
  text: (o: ChildOptions): Field<string | undefined> => ({
    place: 'child',
    type: 'text',
    doc: o.doc,
    required: o.required ?? false,
    name: o.name,
    read: (from, name) => from.child(name)?.text ?? missingChild(from, name, o),
    write: (found, to, name) => void (found !== undefined && to.child(name, (w) => w.text(found))),
  }),
};

/** The element's own content. */
export const content = {
  text: (o: { readonly doc: string }): Field<string> => ({
    place: 'content',
    type: 'text',
    doc: o.doc,
    required: false,
    read: (from) => from.text(),
    write: (found, to) => to.text(found),
  }),
};

function missingChild(from: ElementReader, name: string, o: ChildOptions): undefined {
  if (o.required) from.problem('MISSING_ELEMENT', `<${from.element.local}> needs a child <${name}>.`, { hint: o.doc });
  return undefined;
}

function readShape<S extends Shape>(from: ElementReader, shape: S): ConfigOf<S> {
  from.attribute('description');
  const config = from.shape(shape);
  from.finish(shape);
  return config;
}

/** Visits every field of a typed model. */
export function visitShape(
  shape: Shape,
  config: unknown,
  visitor: Parameters<NonNullable<Field<unknown>['visit']>>[1],
): void {
  const values = config as Readonly<Record<string, unknown>>;
  for (const [key, field] of Object.entries(shape)) field.visit?.(values[key], visitor);
}

/** Compiles an expression written in an attribute or text; reports and returns undefined when it cannot be. */
export function readExpression(
  source: string,
  on: XmlAttribute | XmlElement,
  from: ElementReader,
): Expression | undefined {
  const scope = (on.kind === 'attribute' ? on.parent : on) ?? from.element;
  const compiled = compileExpression(source, { namespaces: scope.scope(), at: from.positionOf(on) });
  if (compiled.ok) return compiled.ok;
  const at = compiled.problem.offset > 0 ? ` at character ${compiled.problem.offset + 1}` : '';
  from.problem('BAD_EXPRESSION', `"${source}" does not compile${at}: ${compiled.problem.text}`, {
    on,
    hint: compiled.problem.hint,
  });
  return undefined;
}

/** `{expression}` and `${expression}` are computed per message, anything else is fixed. Source: Synapse ValueFactory. */
export function readValue(source: string, on: XmlAttribute | XmlElement, from: ElementReader): Value {
  const trimmed = source.trim();
  const dynamic = /^\{([^]*)\}$/.exec(trimmed)?.[1] ?? (/^\$\{[^]*\}$/.test(trimmed) ? trimmed : undefined);
  if (dynamic === undefined) return { fixed: source };
  const compiled = readExpression(dynamic, on, from);
  return compiled ? { expression: compiled } : { fixed: source };
}

export function formatValue(found: Value): string {
  if (found.fixed !== undefined) return found.fixed;
  return found.expression.language === 'synapse' ? found.expression.source : `{${found.expression.source}}`;
}
