import type { Message } from '../message/message.ts';
import type { Expression, Namespaces, Template } from './expression.ts';
import { SyntaxTrouble } from './syntax.ts';
import { compileSynapse } from './synapse/synapse.ts';

/** Text with `${...}` inside. Throws SyntaxTrouble. */
export function parseTemplate(source: string, namespaces: Namespaces): Template {
  const parts: (string | Expression)[] = [];
  let from = 0;
  for (let open = source.indexOf('${'); open >= 0; open = source.indexOf('${', from)) {
    const close = closingBrace(source, open + 2);
    if (close < 0) throw new SyntaxTrouble('the ${ is not closed', open, 'Add } at the end of the expression.');
    if (open > from) parts.push(source.slice(from, open));
    parts.push(inside(source, open, close, namespaces));
    from = close + 1;
  }
  if (from < source.length) parts.push(source.slice(from));
  return {
    source,
    parts,
    needsBody: parts.some((part) => typeof part !== 'string' && part.needsBody),
    text: writer(source, parts),
  };
}

function writer(source: string, parts: readonly (string | Expression)[]): (message: Message) => string {
  if (parts.every((part) => typeof part === 'string')) return () => source;
  return (message) => {
    let out = '';
    for (const part of parts) out += typeof part === 'string' ? part : part.text(message);
    return out;
  };
}

function inside(source: string, open: number, close: number, namespaces: Namespaces): Expression {
  try {
    return compileSynapse(source.slice(open + 2, close), source.slice(open, close + 1), namespaces);
  } catch (error) {
    if (!(error instanceof SyntaxTrouble)) throw error;
    throw new SyntaxTrouble(error.problem.text, error.problem.offset + open + 2, error.problem.hint);
  }
}

/** The brace that ends an expression: braces in it come in pairs, those in strings do not count. -1 when there is none. */
export function closingBrace(source: string, from: number): number {
  let depth = 0;
  let quote = '';
  for (let i = from; i < source.length; i++) {
    const c = source[i]!;
    if (quote !== '') {
      if (c === '\\') i++;
      else if (c === quote) quote = '';
    } else if (c === '"' || c === "'") {
      quote = c;
    } else if (c === '{') {
      depth++;
    } else if (c === '}' && depth-- === 0) {
      return i;
    }
  }
  return -1;
}
