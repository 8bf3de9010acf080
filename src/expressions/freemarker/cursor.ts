import { SyntaxTrouble } from '../syntax.ts';

const identifierStart = /[\p{L}_$@]/u;
const identifierPart = /[\p{L}\p{Nd}_$@]/u;

/** Operators in words or as entities, for templates that must not hold < and >. */
const words: Readonly<Record<string, string>> = { lt: '<', lte: '<=', gt: '>', gte: '>=' };

const signs: readonly string[] =
  '&lt;= &gt;= &amp;&amp; &lt; &gt; ..< ..! ..* .. ?? -> == != <= >= && || ++ -- += -= *= /= %= + - * / % < > = ! ? . , : ; ( ) [ ] { }'.split(
    ' ',
  );
const meaning: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&lt;=': '<=',
  '&gt;=': '>=',
  '&amp;&amp;': '&&',
  '..!': '..<',
};

/**
 * Reads the tokens of FreeMarker's expression language from a template, one at a time. Inside a tag a > ends the tag
 * unless it stands in parentheses, as in the original.
 */
export class Cursor {
  readonly source: string;
  at: number;
  /** Open parentheses, brackets and braces. */
  depth = 0;
  #closesTag: boolean;

  constructor(source: string, at: number, closesTag: boolean) {
    this.source = source;
    this.at = at;
    this.#closesTag = closesTag;
  }

  trouble(text: string, hint?: string, at: number = this.at): SyntaxTrouble {
    return new SyntaxTrouble(text, at, hint);
  }

  /** Passes blanks and <#-- comments -->. */
  blanks(): void {
    for (;;) {
      while (/\s/.test(this.source[this.at] ?? '')) this.at++;
      if (!this.source.startsWith('<#--', this.at)) return;
      const end = this.source.indexOf('-->', this.at);
      if (end < 0) throw this.trouble('The comment is not closed.', 'It ends with -->.');
      this.at = end + 3;
    }
  }

  /** The operator or sign that comes next, in its usual form; undefined at anything else, and at the end of the tag. */
  sign(): string | undefined {
    return this.#sign()?.means;
  }

  /** Takes one of these signs if it comes next. */
  take(...wanted: readonly string[]): string | undefined {
    const found = this.#sign();
    if (!found || !wanted.includes(found.means)) return undefined;
    this.at += found.length;
    if (found.means === '(' || found.means === '[' || found.means === '{') this.depth++;
    else if (found.means === ')' || found.means === ']' || found.means === '}') this.depth--;
    return found.means;
  }

  expect(sign: string): void {
    if (this.take(sign) === undefined) throw this.trouble(`Here a ${sign} is needed, not ${this.rest()}.`);
  }

  /** The name that comes next, without taking it. */
  name(): string | undefined {
    this.blanks();
    return this.#name()?.name;
  }

  takeName(wanted?: string): string | undefined {
    this.blanks();
    const found = this.#name();
    if (!found || (wanted !== undefined && found.name !== wanted)) return undefined;
    this.at = found.end;
    return found.name;
  }

  needName(what: string): string {
    const name = this.takeName();
    if (name === undefined) throw this.trouble(`Here ${what} is needed, not ${this.rest()}.`);
    return name;
  }

  takeNumber(): string | undefined {
    this.blanks();
    // 1..3 is a range, not 1. and .3
    const found = /^\d+(?:\.\d+)?/.exec(this.source.slice(this.at, this.at + 400))?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  /** What stands there, for messages. */
  rest(): string {
    this.blanks();
    const text = this.source.slice(this.at, this.at + 20).split('\n')[0]!;
    return text === '' ? 'the end' : `"${text}"`;
  }

  #name(): { readonly name: string; readonly end: number } | undefined {
    let name = '';
    let at = this.at;
    for (; at < this.source.length; at++) {
      const c = this.source[at]!;
      if (c === '\\' && /[-.:#]/.test(this.source[at + 1] ?? '')) name += this.source[++at]!;
      else if ((name === '' ? identifierStart : identifierPart).test(c)) name += c;
      else break;
    }
    return name === '' ? undefined : { name, end: at };
  }

  #sign(): { readonly means: string; readonly length: number } | undefined {
    this.blanks();
    const word = this.#name()?.name;
    const operator = word === undefined ? undefined : words[word];
    if (operator !== undefined) return { means: operator, length: word!.length };
    const found = signs.find((sign) => this.source.startsWith(sign, this.at));
    if (found === undefined) return undefined;
    if (this.#closesTag && this.depth === 0 && (found[0] === '>' || this.source.startsWith('/>', this.at)))
      return undefined;
    // "x>=1" in a tag ends at the >, and "a=-1" is no operator =-.
    return { means: meaning[found] ?? found, length: found.length };
  }
}
