/**
 * URI templates, both ways.
 *
 *   template   = { literal | "{" ["+"] name "}" | "*" }     "*" only at the end: whatever follows
 *
 * Matching: {name} takes characters up to the next "/", "?", "&" or the literal that follows; {+name} takes anything.
 * A template without "?" does not look at the query. Expanding: {name} is percent-encoded, {+name} keeps reserved
 * characters. Source: org.wso2.uri.template as WSO2 MI uses it; the subset of RFC 6570 that it knows.
 */
type Part =
  | { readonly type: 'literal'; readonly text: string }
  | { readonly type: 'variable'; readonly name: string; readonly reserved: boolean };

export class UriTemplate {
  readonly source: string;
  readonly variables: readonly string[];
  readonly #parts: readonly Part[];
  readonly #wildcard: boolean;
  readonly #hasQuery: boolean;
  /** The whole template when it has no variables: matched without a regular expression. */
  readonly #literal: string | undefined;
  readonly #pattern: RegExp | undefined;

  constructor(source: string) {
    this.source = source;
    this.#wildcard = source.endsWith('*');
    this.#parts = parse(this.#wildcard ? source.slice(0, -1) : source);
    this.variables = this.#parts.flatMap((part) => (part.type === 'variable' ? [part.name] : []));
    this.#hasQuery = source.includes('?');
    const only = this.#parts.length === 0 ? '' : this.#parts[0]!.type === 'literal' ? this.#parts[0]!.text : undefined;
    this.#literal = this.variables.length === 0 ? only : undefined;
    this.#pattern = this.#literal === undefined ? toPattern(this.#parts, this.#wildcard) : undefined;
  }

  /** The decoded values of the variables, or undefined when the target (path and query) does not match. */
  match(target: string): ReadonlyMap<string, string> | undefined {
    const subject = this.#subject(target);
    if (this.#literal !== undefined) return this.#matchLiteral(subject) ? noVariables : undefined;
    const found = this.#pattern!.exec(subject);
    if (!found) return undefined;
    const values = new Map<string, string>();
    for (const [i, name] of this.variables.entries()) values.set(name, decode(found[i + 1] ?? ''));
    return values;
  }

  /** Puts values in; a variable without one becomes nothing. */
  expand(value: (name: string) => string | undefined): string {
    let out = '';
    for (const part of this.#parts) {
      if (part.type === 'literal') out += part.text;
      else out += encode(value(part.name) ?? '', part.reserved);
    }
    return this.#wildcard ? `${out}*` : out;
  }

  #subject(target: string): string {
    const query = target.indexOf('?');
    return this.#hasQuery || query < 0 ? target : target.slice(0, query);
  }

  #matchLiteral(subject: string): boolean {
    const literal = this.#literal!;
    if (this.#wildcard) return subject.startsWith(literal);
    if (subject === literal) return true;
    // "/orders" also takes "/orders/", and "/" the bare context.
    return literal === '/' ? subject === '' : subject === `${literal}/`;
  }
}

const noVariables: ReadonlyMap<string, string> = new Map();

function parse(source: string): Part[] {
  const parts: Part[] = [];
  let rest = 0;
  for (const found of source.matchAll(/\{(\+?)([^{}]+)\}/g)) {
    if (found.index > rest) parts.push({ type: 'literal', text: source.slice(rest, found.index) });
    parts.push({ type: 'variable', name: found[2]!, reserved: found[1] === '+' });
    rest = found.index + found[0].length;
  }
  if (rest < source.length) parts.push({ type: 'literal', text: source.slice(rest) });
  return parts;
}

function toPattern(parts: readonly Part[], wildcard: boolean): RegExp {
  let text = '^';
  for (const [i, part] of parts.entries()) {
    if (part.type === 'literal') {
      text += RegExp.escape(part.text);
      continue;
    }
    const next = parts[i + 1];
    const stop = next?.type === 'literal' ? `\\u{${next.text.codePointAt(0)!.toString(16)}}` : '';
    text += part.reserved ? '(.*?)' : `([^/?&${stop}]*)`;
  }
  return new RegExp(wildcard ? text : `${text}/?$`, 'su');
}

/** A stray % stays as it is: the client wrote it, the backend may know what it means. */
function decode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const reservedCharacters = /%(?:3A|2F|3F|23|5B|5D|40|21|24|26|27|28|29|2A|2B|2C|3B|3D)/g;

function encode(value: string, reserved: boolean): string {
  const encoded = encodeURIComponent(value).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  if (!reserved) return encoded;
  // What is percent-encoded already stays so, reserved characters come back.
  return encoded
    .replace(reservedCharacters, (triplet) => decodeURIComponent(triplet))
    .replace(/%25([0-9A-Fa-f]{2})/g, '%$1');
}
