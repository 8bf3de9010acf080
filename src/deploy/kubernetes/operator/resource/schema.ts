/**
 * A resource's fields, described once: the schema the API server holds objects against, the reference page and the
 * types of the code are all made of this.
 */
import type { Branch } from '../../manifests/manifest.ts';

/** One rule in CEL, checked by the API server when an object is written. */
export interface Rule {
  readonly rule: string;
  /** What whoever wrote the object reads. */
  readonly message: string;
  /** Of the field it is about, below the field that carries the rule: ".replicas". */
  readonly fieldPath?: string;
}

export interface Field<T = unknown> {
  readonly doc: string;
  readonly schema: Branch;
  /** For the page. */
  readonly type: string;
  readonly required?: boolean;
  readonly default?: string | number | boolean;
  readonly rules?: readonly Rule[];
  readonly inside?: Fields;
  /** Never set: carries the type. */
  readonly is?: T;
}

export type Fields = Readonly<Record<string, Field>>;

/** A field for each property of T, required where T has it always. */
export type FieldsOf<T> = {
  readonly [K in keyof T]-?: Field<NonNullable<T[K]>> &
    (undefined extends T[K] ? unknown : { readonly required: true });
};

interface Said {
  readonly doc: string;
}

export function text(said: Said & { readonly longest?: number; readonly pattern?: string }): Field<string> {
  const { doc, longest = 253, pattern } = said;
  return { doc, type: 'text', schema: { type: 'string', minLength: 1, maxLength: longest, pattern } };
}

/** May be empty, and longer: what a program reads. */
export function content(said: Said): Field<string> {
  return { doc: said.doc, type: 'text', schema: { type: 'string', maxLength: 32_768 } };
}

export function time(said: Said): Field<string> {
  return { doc: said.doc, type: 'time', schema: { type: 'string', format: 'date-time' } };
}

export function integer(
  said: Said & { readonly min?: number; readonly max?: number; readonly long?: boolean },
): Field<number> {
  const { doc, min, max, long } = said;
  const schema = { type: 'integer', format: long === true ? 'int64' : 'int32', minimum: min, maximum: max };
  const bounds = min !== undefined && max !== undefined ? `, ${min} to ${max}` : '';
  return { doc, type: `number${bounds}`, schema };
}

export function yesNo(said: Said): Field<boolean> {
  return { doc: said.doc, type: 'true or false', schema: { type: 'boolean' } };
}

export function oneOf<const W extends string>(words: readonly W[], said: Said): Field<W> {
  return { doc: said.doc, type: words.join(', '), schema: { type: 'string', enum: words } };
}

/** Names to values. */
export function texts(said: Said): Field<Readonly<Record<string, string>>> {
  const schema = { type: 'object', additionalProperties: { type: 'string' }, maxProperties: 64 };
  return { doc: said.doc, type: 'names to texts', schema };
}

/** Names to quantities, "100m" or 2. */
export function quantities(said: Said): Field<Readonly<Record<string, string | number>>> {
  const quantity = {
    anyOf: [{ type: 'integer' }, { type: 'string' }],
    'x-kubernetes-int-or-string': true,
    maxLength: 40,
    pattern: '^[0-9]+(\\.[0-9]+)?([numkMGTPE]|[KMGTPE]i|e[0-9]+)?$',
  };
  const schema = { type: 'object', additionalProperties: quantity, maxProperties: 16 };
  return { doc: said.doc, type: 'names to quantities', schema };
}

/** Handed on to Kubernetes as it is, which checks it when the pods are made. */
export function asIn<T = Branch>(what: string, said: Said): Field<T> {
  const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return { doc: said.doc, type: what, schema };
}

export function object<T>(said: Said & { readonly rules?: readonly Rule[] }, inside: FieldsOf<T>): Field<T> {
  const { doc, rules = [] } = said;
  return { doc, type: 'object', rules, inside, schema: { type: 'object' } };
}

/** `key`: the fields that tell its items apart. */
export function list<T>(
  of: Field<T>,
  said: Said & {
    readonly key?: readonly string[];
    readonly set?: true;
    readonly most: number;
    readonly least?: number;
  },
): Field<readonly T[]> {
  const { doc, key, set, most, least } = said;
  const kind = key === undefined ? (set === true ? 'set' : 'atomic') : 'map';
  const schema = {
    type: 'array',
    minItems: least,
    maxItems: most,
    'x-kubernetes-list-type': kind,
    'x-kubernetes-list-map-keys': key,
    items: schemaOf(of),
  };
  return { doc, type: `list of ${of.type}s`, schema, ...(of.inside && { inside: of.inside }) };
}

export function required<T>(field: Field<T>): Field<T> & { readonly required: true } {
  return { ...field, required: true };
}

export function byDefault<const T extends string | number | boolean>(value: T, field: Field<T>): Field<T> {
  return { ...field, default: value };
}

/** OpenAPI v3, as far as a structural schema has it. */
export function schemaOf(field: Field): Branch {
  const schema = { description: field.doc, ...field.schema, default: field.default };
  if (field.schema['type'] !== 'object' || field.inside === undefined) return schema;
  const needed = Object.entries(field.inside).filter(([, { required: is }]) => is === true);
  const rules = field.rules ?? [];
  return {
    ...schema,
    required: needed.length === 0 ? undefined : needed.map(([name]) => name),
    'x-kubernetes-validations': rules.length === 0 ? undefined : rules.map((rule) => ({ ...rule })),
    properties: Object.fromEntries(Object.entries(field.inside).map(([name, inner]) => [name, schemaOf(inner)])),
  };
}
