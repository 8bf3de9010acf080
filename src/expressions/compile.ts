import type { CompileOptions, Expression, Namespaces, Template } from './expression.ts';
import { compileJsonPathExpression, unwrap } from './jsonpath/jsonpath.ts';
import { compiling, SyntaxTrouble, type Compiled } from './syntax.ts';
import { compileSynapse } from './synapse/synapse.ts';
import { closingBrace, parseTemplate } from './template.ts';
import { compileXPath } from './xpath/xpath.ts';

export type { Compiled } from './syntax.ts';

const noNamespaces: Namespaces = new Map();

/**
 * Compiles what stands in an `expression`, `xpath` or `source` attribute: `${...}`, `json-eval(...)`, a path that begins
 * with `$.` or `$[` or is `$` alone (JSONPath without its wrapping), or XPath 1.0.
 */
export function compileExpression(source: string, options: CompileOptions = {}): Compiled<Expression> {
  const namespaces = options.namespaces ?? noNamespaces;
  const xpath = (inner: string): Expression => compileXPath(inner, namespaces);
  const written = /^\s*/.exec(source)![0].length;
  const trimmed = source.trim();
  if (trimmed.startsWith('${')) {
    return compiling(() => compileSynapse(unbraced(trimmed), source, namespaces), written + 2);
  }
  if (/^json-eval\s*\(/.test(trimmed)) {
    return compiling(() => compileJsonPathExpression(source, namespaces, xpath), offsetOfPath(source));
  }
  if (/^\$(?:$|[.[])/.test(trimmed)) return compiling(() => compileJsonPathExpression(source, namespaces, xpath));
  return compiling(() => compileXPath(source, namespaces));
}

/** Where the path in json-eval( begins: problems inside it count from there. */
function offsetOfPath(source: string): number {
  try {
    return unwrap(source).offset;
  } catch {
    return 0;
  }
}

function unbraced(source: string): string {
  const close = closingBrace(source, 2);
  if (close < 0) throw new SyntaxTrouble('the ${ is not closed', source.length - 2, 'Add } at the end.');
  if (close < source.length - 1) {
    throw new SyntaxTrouble(
      'there is text after the closing }',
      close - 1,
      'An expression is one ${...} and nothing else.',
    );
  }
  return source.slice(2, close);
}

/** Compiles text with `${...}` inside. Text without any is a template too, and costs nothing. */
export function compileTemplate(source: string, options: CompileOptions = {}): Compiled<Template> {
  return compiling(() => parseTemplate(source, options.namespaces ?? noNamespaces));
}
