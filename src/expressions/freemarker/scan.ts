import { Cursor } from './cursor.ts';
import type { Expr } from './expression.ts';
import { parseExpression } from './parse-expression.ts';
import { atEnd, readCall, readTag, type Tag } from './tags.ts';

/** A piece of a template, in the order written. `at`: offset in the template. */
export type Token =
  | { readonly kind: 'text'; readonly at: number; readonly text: string }
  | { readonly kind: 'value'; readonly at: number; readonly expr: Expr; readonly isNumber: boolean }
  | { readonly kind: 'comment'; readonly at: number }
  /** `isWhole`: it ends itself, with />. */
  | { readonly kind: 'open'; readonly at: number; readonly tag: Tag; readonly isWhole: boolean }
  | { readonly kind: 'close'; readonly at: number; readonly name: string };

const marks = /<#--|<#noparse>|<\/?[#@]|[$#]\{/g;

/** Throws SyntaxTrouble. */
export function scan(source: string): Token[] {
  const tokens: Token[] = [];
  let from = 0;
  const text = (to: number): void => {
    if (to > from) tokens.push({ kind: 'text', at: from, text: source.slice(from, to) });
  };
  for (;;) {
    marks.lastIndex = from;
    const found = nextMark(source);
    if (!found) break;
    text(found.index);
    const [mark] = found;
    const cursor = new Cursor(source, found.index + mark.length, mark[0] === '<');
    if (mark === '<#noparse>') {
      from = found.index + mark.length;
      const end = source.indexOf('</#noparse>', from);
      if (end < 0) throw cursor.trouble('<#noparse> is not closed.', 'It ends with </#noparse>.', found.index);
      tokens.push({ kind: 'comment', at: found.index });
      text(end);
      from = end + '</#noparse>'.length;
      continue;
    }
    tokens.push(readToken(mark, cursor, found.index));
    from = cursor.at;
  }
  text(source.length);
  return tokens;
}

/** A # or @ that no name follows is text. */
function nextMark(source: string): RegExpExecArray | undefined {
  for (let found = marks.exec(source); found; found = marks.exec(source)) {
    if (!/[#@]$/.test(found[0]) || /[\p{L}_>]/u.test(source[marks.lastIndex] ?? '')) return found;
  }
  return undefined;
}

function readToken(mark: string, cursor: Cursor, at: number): Token {
  switch (mark) {
    case '<#--': {
      const end = cursor.source.indexOf('-->', at);
      if (end < 0) throw cursor.trouble('The comment is not closed.', 'It ends with -->.', at);
      cursor.at = end + 3;
      return { kind: 'comment', at };
    }
    case '${':
    case '#{': {
      const expr = parseExpression(cursor);
      cursor.expect('}');
      return { kind: 'value', at, expr, isNumber: mark === '#{' };
    }
    case '</#':
    case '</@': {
      const name = cursor.takeName() ?? '';
      ends(cursor);
      return { kind: 'close', at, name: mark === '</@' ? 'call' : name };
    }
    default: {
      const tag = mark === '<@' ? readCall(cursor) : readTag(cursor.needName('the name of a directive'), cursor, at);
      return { kind: 'open', at, tag, isWhole: ends(cursor) };
    }
  }
}

/** Takes the end of a tag, and says whether it was />. */
function ends(cursor: Cursor): boolean {
  if (!atEnd(cursor)) throw cursor.trouble(`Here the tag must end with >, not with ${cursor.rest()}.`, hintOf(cursor));
  const isWhole = cursor.source[cursor.at] === '/';
  if (cursor.at >= cursor.source.length) throw cursor.trouble('The tag is not closed with >.');
  cursor.at += isWhole ? 2 : 1;
  return isWhole;
}

function hintOf(cursor: Cursor): string | undefined {
  return cursor.source[cursor.at - 1] === '>'
    ? 'A > ends the tag: write gt, or put the comparison into parentheses.'
    : undefined;
}
