import type { Expression, Template } from '../../expressions/expression.ts';
import type { Position } from '../../errors.ts';
import type { XmlElement } from '../../message/xml/tree.ts';
import type { ElementReader } from './reader.ts';
import type { ElementWriter } from './writer.ts';

/**
 * One thing a user writes inside an element: an attribute, a child, or the element's own content.
 * A field reads itself, writes itself back, documents itself and lists what it refers to;
 * parsing, problems, canonical XML, reference page and dashboard form all come from that.
 */
export interface Field<T> {
  readonly place: 'attribute' | 'child' | 'content';
  /** For the reference page and forms: "integer", "expression", "steps", "one of a, b". */
  readonly type: string;
  readonly doc: string;
  readonly required: boolean;
  /** XML name when it is not the key's. */
  readonly name?: string | undefined;
  /** The default as a user would write it; undefined when there is none. */
  readonly default?: string | undefined;
  /** What a child element holds, when it has a shape of its own: for the reference page and forms. */
  readonly inside?: Shape | undefined;
  read(from: ElementReader, name: string): T;
  write(value: T, to: ElementWriter, name: string): void;
  /** What the value holds that others must see: expressions, steps, references. */
  visit?(value: T, visitor: Visitor): void;
}

// biome-ignore lint: `any` is what lets a shape mix fields of all types
// eslint-disable-next-line typescript/no-explicit-any
export type Shape = Readonly<Record<string, Field<any>>>;

/** The typed model a shape describes. */
export type ConfigOf<S extends Shape> = { readonly [K in keyof S]: S[K] extends Field<infer T> ? T : never };

/** Kinds of things a key may name. */
export type ReferenceKind = 'sequence' | 'endpoint' | 'template' | 'store' | 'resource' | 'proxy';

/** Walks a typed model: body look-ahead, missing references and the planner are all visitors. */
export interface Visitor {
  expression?(expression: Expression | Template): void;
  steps?(steps: Steps): void;
  reference?(kind: ReferenceKind, key: Value, at: Position): void;
  endpoint?(endpoint: EndpointConfig): void;
}

/** An element that a vocabulary knows: a mediator, an endpoint kind, an artifact kind. */
export interface ElementSpec<C = unknown> {
  readonly tag: string;
  readonly summary: string;
  readonly notes?: string | undefined;
  readonly shape: Shape;
  /** Reading and writing where a shape is not enough. Kept side by side so that they can be tested by going round. */
  readonly codec?: Codec<C> | undefined;
  /** Reports what single fields cannot see: two attributes that exclude each other, a value that does not fit its type. */
  check?(config: C, from: ElementReader): void;
}

export interface Codec<C> {
  read(from: ElementReader): C;
  write(config: C, to: ElementWriter): void;
  visit?(config: C, visitor: Visitor): void;
}

/** One mediator in a flow, as written. `spec` is the Mediator that runs it. */
export interface Step {
  readonly spec: ElementSpec;
  readonly config: unknown;
  readonly at: Position;
}

/** Steps in order: the content of a sequence, a then-branch, a target. */
export interface Steps {
  readonly steps: readonly Step[];
  readonly at: Position;
}

/** An endpoint written in place, or in an artifact of its own. `spec` belongs to the endpoints room. */
export interface EndpointConfig {
  readonly spec: ElementSpec;
  readonly config: unknown;
  readonly name: string | undefined;
  readonly at: Position;
  /** The attributes and common children of <endpoint> that surround the kind's own element. */
  readonly element: XmlElement;
}

/** A key or text that is either fixed or computed per message: key="orders" or key="{$ctx:name}" or ${...}. */
export type Value =
  | { readonly fixed: string; readonly expression?: undefined }
  | { readonly fixed?: undefined; readonly expression: Expression };
