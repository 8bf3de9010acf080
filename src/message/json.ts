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
  const parse = mayHoldUnsafeNumber.test(source) ? parseExactly : (JSON.parse as (s: string) => JsonValue);
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

// Looks at strings too, which costs only time: exponents, fractions ending in 0, sixteen digits, -0, tiny fractions.
const mayHoldUnsafeNumber = /\d[eE][-+\d]|\.\d*0(?!\d)|[\d.]{16}|-0(?![.\d])|0\.00000/;

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
