import type { Step as JsonStep } from '../jsonpath/path.ts';
import type { Axis } from './axes.ts';

/** The shape of an XPath 1.0 expression. Offsets count characters from the start of the source. */
export type Ast =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'variable'; readonly prefix: string; readonly name: string }
  | { readonly kind: 'call'; readonly prefix: string; readonly name: string; readonly args: readonly Ast[] }
  /** json-eval(...) inside an XPath. */
  | { readonly kind: 'json'; readonly steps: readonly JsonStep[] }
  | { readonly kind: 'negate'; readonly of: Ast }
  | { readonly kind: 'binary'; readonly operator: Operator; readonly left: Ast; readonly right: Ast }
  | { readonly kind: 'path'; readonly from: PathStart; readonly steps: readonly Step[] };

export type Operator = 'or' | 'and' | '=' | '!=' | '<' | '<=' | '>' | '>=' | '+' | '-' | '*' | 'div' | 'mod' | '|';

/** Where a path begins: the root, the context node, or what an expression in front of it gives, filtered. */
export type PathStart = 'root' | 'context' | { readonly filter: Ast; readonly predicates: readonly Ast[] };

export interface Step {
  readonly axis: Axis;
  readonly test: Test;
  readonly predicates: readonly Ast[];
}

export type Test =
  /** `name` undefined is *, `prefix` undefined is a name without prefix; *:name has the prefix '*'. */
  | { readonly kind: 'name'; readonly prefix: string | undefined; readonly name: string | undefined }
  | { readonly kind: 'node' | 'text' | 'comment' }
  | { readonly kind: 'instruction'; readonly target: string | undefined };
