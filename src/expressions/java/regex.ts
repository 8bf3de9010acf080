/**
 * Java's regular expressions (java.util.regex, XPath's fn:matches) as JavaScript's, where they differ:
 * flags inside the pattern (?i), \Q...\E, \A \z \Z, possessive quantifiers, POSIX classes \p{Alpha}.
 */
const posix: Readonly<Record<string, string>> = {
  Lower: 'a-z',
  Upper: 'A-Z',
  Alpha: 'a-zA-Z',
  Digit: '0-9',
  Alnum: 'a-zA-Z0-9',
  Punct: '!-\\/:-@\\[-`{-~',
  Space: '\\s',
  XDigit: '0-9a-fA-F',
  ASCII: '\\x00-\\x7f',
};

/** Throws SyntaxError when it is no regular expression. Flags: i, s, m, x-free subset of Java's. */
export function javaRegex(pattern: string, flags = ''): RegExp {
  let source = '';
  let set = new Set(Array.from(flags).filter((f) => 'gims'.includes(f)));
  let classDepth = 0;
  let quantified = false;
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i]!;
    const isQuantifier = classDepth === 0 && '*+?}'.includes(c);
    if (c === '\\') {
      const [text, length] = escape(pattern, i, classDepth > 0);
      source += text;
      i += length - 1;
    } else if (c === '[') {
      // JavaScript has no class inside a class: a [ there is itself.
      source += classDepth++ > 0 ? '\\[' : '[';
    } else if (c === ']' && classDepth > 0) {
      classDepth = 0;
      source += ']';
    } else if (classDepth === 0 && c === '(' && pattern[i + 1] === '?') {
      const inline = /^\(\?([imsux]+)\)/.exec(pattern.slice(i));
      if (inline) {
        set = new Set([...set, ...Array.from(inline[1]!).filter((f) => 'ims'.includes(f))]);
        i += inline[0].length - 1;
      } else {
        source += c;
      }
    } else if (c === '+' && quantified) {
      // A possessive quantifier only changes what fails and how fast.
      quantified = false;
      continue;
    } else {
      source += c;
    }
    // Not after an escape: in \p{Alpha}+ the + is an ordinary quantifier.
    quantified = isQuantifier && !quantified;
  }
  return new RegExp(source, [...set].join(''));
}

/** The escape at `at` in JavaScript's words, and how many characters it took. */
function escape(pattern: string, at: number, inClass: boolean): [string, number] {
  const next = pattern[at + 1] ?? '';
  if (next === 'Q') {
    const end = pattern.indexOf('\\E', at + 2);
    const quoted = pattern.slice(at + 2, end < 0 ? undefined : end);
    return [quoted.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'), quoted.length + (end < 0 ? 2 : 4)];
  }
  if (!inClass && next === 'A') return ['^', 2];
  if (!inClass && (next === 'z' || next === 'Z')) return ['$', 2];
  if (next === 'p' || next === 'P') {
    const named = /^\\[pP]\{(?:Is)?(\w+)\}/.exec(pattern.slice(at));
    const chars = named ? posix[named[1]!] : undefined;
    if (named && chars !== undefined) {
      return [inClass ? chars : `[${next === 'P' ? '^' : ''}${chars}]`, named[0].length];
    }
  }
  return [`\\${next}`, 2];
}
