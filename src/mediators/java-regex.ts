/**
 * Java regular expressions as JavaScript ones. What is translated: leading flags (?i) (?s) (?m), \Q...\E, \A \z \Z \h,
 * POSIX and Java classes such as \p{Alpha} and \p{javaDigit}, possessive quantifiers (taken as greedy ones).
 * Everything else means the same in both. Source: java.util.regex.Pattern.
 */
const classes: Readonly<Record<string, string>> = {
  Lower: 'a-z',
  Upper: 'A-Z',
  ASCII: '\\x00-\\x7F',
  Alpha: 'a-zA-Z',
  Digit: '0-9',
  Alnum: 'a-zA-Z0-9',
  Punct: '!-\\/:-@\\[-`{-~',
  Graph: '!-~',
  Print: ' -~',
  Blank: ' \\t',
  Cntrl: '\\x00-\\x1F\\x7F',
  XDigit: '0-9a-fA-F',
  Space: ' \\t\\n\\x0B\\f\\r',
  javaLowerCase: 'a-z',
  javaUpperCase: 'A-Z',
  javaDigit: '0-9',
  javaWhitespace: ' \\t\\n\\x0B\\f\\r',
};

export interface JavaRegex {
  /** As the user wrote it. */
  readonly source: string;
  /** Matches when the whole text does: Java's matches(). */
  readonly whole: RegExp;
  /** Matches any part: Java's find(). */
  readonly part: RegExp;
}

/** Throws SyntaxError when it is no regular expression. */
export function javaRegex(source: string): JavaRegex {
  const { body, flags } = translate(source);
  return { source, whole: new RegExp(`^(?:${body})$`, flags.replace('m', '')), part: new RegExp(body, flags) };
}

function translate(source: string): { body: string; flags: string } {
  let flags = '';
  let rest = source;
  for (let m = /^\(\?([a-zA-Z]+)\)/.exec(rest); m; m = /^\(\?([a-zA-Z]+)\)/.exec(rest)) {
    for (const flag of m[1]!) if ('ism'.includes(flag) && !flags.includes(flag)) flags += flag;
    rest = rest.slice(m[0].length);
  }
  let out = '';
  let inClass = false;
  let afterQuantifier = false;
  for (let i = 0; i < rest.length; i++) {
    const c = rest[i]!;
    const quantifier = !inClass && (c === '*' || c === '+' || c === '?' || c === '}');
    if (c === '\\') {
      const step = escape(rest, i, inClass);
      out += step.text;
      i = step.end;
    } else if (c === '+' && afterQuantifier) {
      // Possessive: JavaScript has none. Greedy matches the same texts, and a few that Java gives up on.
    } else {
      if (c === '[') inClass = true;
      else if (c === ']') inClass = false;
      out += c;
    }
    afterQuantifier = quantifier && !afterQuantifier;
  }
  return { body: out, flags };
}

function escape(text: string, at: number, inClass: boolean): { text: string; end: number } {
  const next = text[at + 1] ?? '';
  const named = /^\\([pP])\{(\w+)\}/.exec(text.slice(at));
  const known = named ? classes[named[2]!] : undefined;
  if (named && known !== undefined) {
    const set = inClass ? known : `[${named[1] === 'P' ? '^' : ''}${known}]`;
    return { text: set, end: at + named[0].length - 1 };
  }
  if (next === 'Q') {
    const close = text.indexOf('\\E', at);
    const quoted = close < 0 ? text.slice(at + 2) : text.slice(at + 2, close);
    return { text: quoted.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'), end: close < 0 ? text.length : close + 1 };
  }
  if (!inClass && next === 'A') return { text: '^', end: at + 1 };
  if (!inClass && (next === 'z' || next === 'Z')) return { text: '$', end: at + 1 };
  if (next === 'h') return { text: inClass ? ' \\t\\xA0' : '[ \\t\\xA0]', end: at + 1 };
  return { text: `\\${next}`, end: at + 1 };
}
