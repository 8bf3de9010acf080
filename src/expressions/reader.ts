import { maxDepth, SyntaxTrouble } from './syntax.ts';

const nameStart = /[\p{L}_]/u;

/** A position in a source, and the little words every parser here is made of. */
export class Reader {
  readonly source: string;
  at: number;
  #depth = 0;

  constructor(source: string, at = 0) {
    this.source = source;
    this.at = at;
  }

  get done(): boolean {
    return this.at >= this.source.length;
  }

  /** The character `ahead` of here, '' past the end. */
  peek(ahead = 0): string {
    return this.source[this.at + ahead] ?? '';
  }

  skipSpace(): void {
    while (/\s/.test(this.peek())) this.at++;
  }

  /** Is this text next? Skips blanks before it, never past anything else. */
  sees(text: string): boolean {
    this.skipSpace();
    return this.source.startsWith(text, this.at);
  }

  take(text: string): boolean {
    if (!this.sees(text)) return false;
    this.at += text.length;
    return true;
  }

  /** A word that is not the beginning of a longer one. */
  takeWord(word: string): boolean {
    if (!this.sees(word) || /[\p{L}\p{N}_]/u.test(this.peek(word.length))) return false;
    this.at += word.length;
    return true;
  }

  expect(text: string, after: string): void {
    if (!this.take(text)) this.fail(`expected "${text}" after ${after}, found ${this.found()}`);
  }

  /** What stands here, for messages. */
  found(): string {
    this.skipSpace();
    if (this.done) return 'the end';
    return `"${/^[\p{L}\p{N}_]+|^./su.exec(this.source.slice(this.at, this.at + 40))?.[0] ?? this.peek()}"`;
  }

  fail(text: string, hint?: string, at: number = this.at): never {
    throw new SyntaxTrouble(text, Math.min(at, this.source.length), hint);
  }

  /** Guards recursion; every nesting construct parses its inside through this. */
  nested<T>(parse: () => T): T {
    if (++this.#depth > maxDepth) this.fail('the expression is nested too deeply', `At most ${maxDepth} levels.`);
    const result = parse();
    this.#depth--;
    return result;
  }

  /** Letters, digits, _ and whatever else `more` allows; '' when no name begins here. */
  name(more: RegExp = /[\p{L}\p{N}_-]/u): string {
    if (!nameStart.test(this.peek())) return '';
    const start = this.at;
    while (!this.done && more.test(this.peek())) this.at++;
    return this.source.slice(start, this.at);
  }

  /** '...' or "..." with backslash escapes; undefined when none begins here. */
  string(): string | undefined {
    this.skipSpace();
    const quote = this.peek();
    if (quote !== '"' && quote !== "'") return undefined;
    const start = this.at++;
    let text = '';
    for (;;) {
      if (this.done) this.fail('the string is not closed', `Add ${quote} at its end.`, start);
      const c = this.peek();
      this.at++;
      if (c === quote) return text;
      text += c === '\\' ? this.#escape() : c;
    }
  }

  #escape(): string {
    const c = this.peek();
    this.at++;
    const unicode = c === 'u' ? /^[0-9a-fA-F]{4}/.exec(this.source.slice(this.at, this.at + 4)) : null;
    if (unicode) {
      this.at += 4;
      return String.fromCharCode(Number.parseInt(unicode[0], 16));
    }
    const known: Readonly<Record<string, string>> = { b: '\b', t: '\t', n: '\n', f: '\f', r: '\r' };
    return known[c] ?? c;
  }

  /** The digits of a number with an optional sign; undefined when none begins here. */
  numberText(): string | undefined {
    this.skipSpace();
    const found = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/.exec(this.source.slice(this.at, this.at + 400));
    if (!found) return undefined;
    this.at += found[0].length;
    return found[0];
  }
}
