import type { CompileOptions, Expression, SyntaxProblem, Template } from './expression.ts';

export type Compiled<T> = { readonly ok: T; readonly problem?: undefined } | { readonly ok?: undefined; readonly problem: SyntaxProblem };

/** Compiles what stands in an `expression`, `xpath` or `source` attribute: `${...}`, `json-eval(...)`, or XPath 1.0. */
export function compileExpression(_source: string, _options: CompileOptions = {}): Compiled<Expression> {
  return { problem: { text: 'expressions are being built', offset: 0 } };
}

/** Compiles text with `${...}` inside. Text without any is a template too. */
export function compileTemplate(_source: string, _options: CompileOptions = {}): Compiled<Template> {
  return { problem: { text: 'expressions are being built', offset: 0 } };
}
