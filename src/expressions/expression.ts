import type { Position } from '../errors.ts';
import type { Message, Value } from '../message/message.ts';

type Language = 'xpath' | 'jsonpath' | 'synapse';

/** Prefixes an XPath may use, as they were in scope where it was written. */
export type Namespaces = ReadonlyMap<string, string>;

/**
 * A question asked of a message: XPath 1.0, `json-eval(...)`, or `${...}`. Compiled once, at load.
 * If `needsBody` is true the caller has awaited `message.body.load()` first; evaluation itself never waits.
 * When it cannot be computed for a message, an XPath throws a Fault EXPRESSION_FAILED; a JSONPath and a `${...}` count as
 * empty (the flow goes on, as in Synapse), and `${...}` tells why through `environment.report`.
 */
export interface Expression {
  /** As the user wrote it, json-eval(...) or ${...} included. */
  readonly source: string;
  readonly language: Language;
  readonly namespaces: Namespaces;
  readonly needsBody: boolean;
  /** The value with its type: nodes for an XPath, JSON for a JSONPath, null when there is nothing. */
  evaluate(message: Message): Value;
  /** As Synapse's stringValueOf: XPath string value, JSON text of objects, '' for nothing. */
  text(message: Message): string;
  /** As a condition: XPath boolean(), non-empty and not "false". */
  test(message: Message): boolean;
}

/** Text with expressions inside, as payloadFactory and log take it: `Hello ${vars.name}!`. */
export interface Template {
  readonly source: string;
  /** The fixed text and the expressions, in order. payloadFactory asks each expression for its typed value to escape it. */
  readonly parts: readonly (string | Expression)[];
  readonly needsBody: boolean;
  text(message: Message): string;
}

/** What a compiler says of text it cannot use; `offset` counts characters from the start of the source. */
export interface SyntaxProblem {
  readonly text: string;
  readonly offset: number;
  readonly hint?: string;
}

export interface CompileOptions {
  readonly namespaces?: Namespaces;
  readonly at?: Position;
}
