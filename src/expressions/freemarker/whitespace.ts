import type { Token } from './scan.ts';

/** Which ends of its line a tag trims. */
const trims: Readonly<Record<string, readonly [atStart: boolean, atEnd: boolean]>> = {
  t: [true, true],
  lt: [true, false],
  rt: [false, true],
};

/**
 * Lines on which nothing stands but tags and comments leave nothing behind, not even their line break. Where a line has
 * several tags with blanks between them, the original keeps or drops a blank here and there that this does not.
 * Source: FreeMarker manual, "White-space handling"; directives t, lt, rt, nt.
 */
export function stripLines(tokens: readonly Token[]): Token[] {
  return lines(tokens).flatMap(stripLine);
}

/** Text is cut after each line break. */
function lines(tokens: readonly Token[]): Token[][] {
  const all: Token[][] = [[]];
  for (const token of tokens) {
    if (token.kind !== 'text') {
      all.at(-1)!.push(token);
      continue;
    }
    let { at } = token;
    for (const text of token.text.split(/(?<=\n)/)) {
      all.at(-1)!.push({ ...token, at, text });
      at += text.length;
      if (text.endsWith('\n')) all.push([]);
    }
  }
  return all;
}

function stripLine(line: Token[]): Token[] {
  const tags = line.flatMap((token) => (token.kind === 'open' ? [token.tag.is] : []));
  if (tags.includes('nt')) return line;
  const [asked] = tags.flatMap((tag) => (trims[tag] ? [trims[tag]] : []));
  if (asked) return trimmed(line, ...asked);
  const hasTag = line.some(({ kind }) => kind === 'open' || kind === 'close' || kind === 'comment');
  const isBlank = line.every((token, i) =>
    token.kind === 'text' ? token.text.trim() === '' && (i === 0 || i === line.length - 1) : token.kind !== 'value',
  );
  return hasTag && isBlank ? line.filter(({ kind }) => kind !== 'text') : line;
}

function trimmed(line: Token[], atStart: boolean, atEnd: boolean): Token[] {
  return line.map((token, i) => {
    if (token.kind !== 'text') return token;
    let { text } = token;
    if (i === 0 && atStart) text = text.trimStart();
    if (i === line.length - 1 && atEnd) text = text.trimEnd();
    return { ...token, text };
  });
}
