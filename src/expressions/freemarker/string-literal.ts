import { textOf } from './convert.ts';
import { Cursor } from './cursor.ts';
import { valueOf, type Expr } from './expression.ts';

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  l: '<',
  g: '>',
  a: '&',
};

type Part = string | Expr;

/** "text with ${values}", 'text' or r"raw text"; undefined when none comes next. */
export function readString(cursor: Cursor, parse: (inner: Cursor) => Expr): Expr['run'] | undefined {
  const { source, at } = cursor;
  const isRaw = source[at] === 'r' && /["']/.test(source[at + 1] ?? '');
  const quote = source[isRaw ? at + 1 : at] ?? '';
  if (!/["']/.test(quote)) return undefined;
  const parts: Part[] = [''];
  const write = (text: string): void => {
    const last = parts.at(-1);
    if (typeof last === 'string') parts[parts.length - 1] = last + text;
    else parts.push(text);
  };
  let i = at + (isRaw ? 2 : 1);
  for (;;) {
    const c = source[i];
    if (c === undefined) throw cursor.trouble('The text is not closed.', `It ends with ${quote}.`, at);
    if (c === quote) break;
    if (c === '\\' && !isRaw) {
      const [text, length] = escaped(source, i, cursor);
      write(text);
      i += length;
    } else if (source.startsWith('${', i) && !isRaw) {
      const inner = new Cursor(source, i + 2, false);
      parts.push(parse(inner));
      inner.expect('}');
      i = inner.at;
    } else {
      write(c);
      i++;
    }
  }
  cursor.at = i + 1;
  if (parts.every((part) => typeof part === 'string')) {
    const text = parts.join('');
    return () => text;
  }
  return (run) =>
    parts.map((part) => (typeof part === 'string' ? part : textOf(valueOf(part, run), run, part.written))).join('');
}

/** The character that an escape stands for, and how long the escape is. */
function escaped(source: string, at: number, cursor: Cursor): readonly [string, number] {
  const c = source[at + 1] ?? '';
  const simple = escapes[c];
  if (simple !== undefined) return [simple, 2];
  if (/["'\\{=$#]/.test(c)) return [c, 2];
  const code = /^\\x([0-9a-fA-F]{1,4})/.exec(source.slice(at, at + 6));
  if (code) return [String.fromCharCode(Number.parseInt(code[1]!, 16)), code[0].length];
  throw cursor.trouble(`\\${c} is no escape.`, 'Escapes are \\n \\t \\" \\\' \\\\ \\{ \\xHHHH and a few more.', at);
}
