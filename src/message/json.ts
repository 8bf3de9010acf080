/**
 * JSON values. A number that JavaScript cannot hold exactly stays a JsonNumber with its text,
 * so that 12345678901234567890 and 1.10 leave as they came.
 */
export class JsonNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  valueOf(): number {
    return Number(this.text);
  }
  toString(): string {
    return this.text;
  }
  /** Makes JSON.stringify write the text itself, without quotes. */
  toJSON(): unknown {
    return rawJson(this.text);
  }
}

export type JsonValue = null | boolean | number | string | JsonNumber | JsonValue[] | { [key: string]: JsonValue };

/**
 * The value of a JSON text. Throws SyntaxError. Characters below U+0020 inside a string are let through, as Gson (MI's
 * reader) does. Keys keep their order, except those that look like an array index: JavaScript puts them first.
 */
export function parseJson(text: string): JsonValue {
  const source = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  const parse = mayHoldUnsafeNumber(source) ? parseExactly : (JSON.parse as (s: string) => JsonValue);
  try {
    return parse(source);
  } catch (error) {
    const escaped = escapeControls(source);
    if (escaped === source) throw error;
    return parse(escaped);
  }
}

/** Compact JSON text, or indented by that many blanks. */
export function stringifyJson(value: JsonValue, indent = 0): string {
  return JSON.stringify(value, undefined, indent);
}

export function isJsonObject(value: JsonValue | undefined): value is { [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber);
}

/** Whether some number outside strings would be written otherwise by JavaScript. May say so of one that would not. */
function mayHoldUnsafeNumber(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 34) {
      at = stringEnd(text, at);
    } else if (code === 45 || (code >= 48 && code <= 57)) {
      const end = numberEnd(text, at);
      if (end === -1) return true;
      at = end - 1;
    }
  }
  return false;
}

/** Index of the quote that ends the string begun at `from`; the text's end when there is none. */
function stringEnd(text: string, from: number): number {
  for (let quote = text.indexOf('"', from + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let slashes = 0;
    while (text.charCodeAt(quote - 1 - slashes) === 92) slashes++;
    if (slashes % 2 === 0) return quote;
  }
  return text.length;
}

/** Index after the number begun at `from`; -1 for exponents, fractions that end in 0, 16 digits, -0, tiny fractions. */
function numberEnd(text: string, from: number): number {
  let at = from;
  let fraction = false;
  let code = text.charCodeAt(at);
  for (; (code >= 48 && code <= 57) || code === 46 || code === 45; code = text.charCodeAt(++at)) {
    if (code === 46) fraction = true;
  }
  if (code === 69 || code === 101 || at - from > 15) return -1;
  if (fraction && (text.charCodeAt(at - 1) === 48 || text.startsWith('.00000', from + 1))) return -1;
  return text.charCodeAt(from) === 45 && text.charCodeAt(from + 1) === 48 ? -1 : at;
}

type Reviver = (key: string, value: JsonValue, context: { source?: string }) => JsonValue;

function parseExactly(text: string): JsonValue {
  const keepText: Reviver = (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source ? new JsonNumber(source) : value;
  return JSON.parse(text, keepText as Parameters<typeof JSON.parse>[1]) as JsonValue;
}

// ECMAScript 2026; Node has it from 21 on.
const rawJson = (JSON as unknown as { rawJSON: (this: void, text: string) => unknown }).rawJSON;

function escapeControls(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"/gs, (string) =>
    // oxlint-disable-next-line no-control-regex
    string.replace(/[\0-\x1f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}
