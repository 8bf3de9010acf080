/** XML that is none: what is wrong, where (from 1), and what to do about it. */
export class XmlSyntaxError extends Error {
  override readonly name = 'XmlSyntaxError';
  readonly text: string;
  readonly line: number;
  readonly column: number;
  readonly hint: string | undefined;
  readonly file: string | undefined;

  constructor(
    text: string,
    at: { line: number; column: number; hint?: string | undefined; file?: string | undefined },
  ) {
    super(`${text} (${at.file === undefined ? 'line ' : `${at.file}:`}${at.line}:${at.column})`);
    this.text = text;
    this.line = at.line;
    this.column = at.column;
    this.hint = at.hint;
    this.file = at.file;
  }
}

/** Line and column, both from 1, of an offset into text whose lines end in \n. Columns count UTF-16 units, as editors do. */
export function placeOf(source: string, offset: number): { line: number; column: number } {
  let line = 1;
  let begin = 0;
  for (let end = source.indexOf('\n'); end !== -1 && end < offset; end = source.indexOf('\n', begin)) {
    line++;
    begin = end + 1;
  }
  return { line, column: offset - begin + 1 };
}
