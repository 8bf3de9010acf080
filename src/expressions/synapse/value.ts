import { JsonNumber, parseJson, stringifyJson, type JsonValue } from '../../message/json.ts';
import { JsonHolder, type Value } from '../../message/message.ts';
import { RecordHolder } from '../../message/record.ts';
import { serializeXml } from '../../message/xml/serialize.ts';
import { XmlElement, type XmlNode } from '../../message/xml/tree.ts';
import { decimalNumber, doubleText, readDecimal } from '../java/number.ts';
import { missing, type Found, type JsonObject } from '../jsonpath/path.ts';

/**
 * The types of a `${...}` expression are Java's, because they show: 5 is an int, 5.0 a double, 3000000000 a long, and
 * each is computed with and printed in its own way. Source: Synapse ExpressionResult.
 */
export class Numeric {
  readonly kind: 'int' | 'long' | 'double';
  readonly value: number;
  /** Exact for longs. */
  readonly text: string;
  /** Out of a JSON document rather than written or computed: string functions take those too. */
  readonly fromJson: boolean;

  constructor(kind: 'int' | 'long' | 'double', value: number, text: string, fromDocument = false) {
    this.kind = kind;
    this.value = value;
    this.text = text;
    this.fromJson = fromDocument;
  }
}

/** Several XML nodes, as an XPath finds them; `text` is what the flow sees of them. */
export class Nodes {
  readonly nodes: readonly XmlNode[];
  readonly #write: () => string;

  constructor(nodes: readonly XmlNode[], write: () => string) {
    this.nodes = nodes;
    this.#write = write;
  }

  get text(): string {
    return this.#write();
  }
}

export type Result = null | string | boolean | Numeric | Nodes | XmlElement | RecordHolder | JsonValue[] | JsonObject;

const intLimit = 2 ** 31;
const longLimit = 2n ** 63n;

export function double(value: number): Numeric {
  return new Numeric('double', value, doubleText(value));
}

/** An int, or a long where the value needs one. */
export function whole(value: number | bigint): Numeric {
  const number = Number(value);
  if (number >= -intLimit && number < intLimit) return new Numeric('int', number, String(value));
  // As in Java, longs wrap around.
  const long = BigInt.asIntN(64, BigInt(value));
  return new Numeric('long', Number(long), String(long));
}

/** A number as written in JSON or in an expression. Undefined when the text is none. */
export function readNumber(text: string): Numeric | undefined {
  if (/^[+-]?\d+$/.test(text)) {
    const value = BigInt(text.replace(/^\+/, ''));
    if (value >= -longLimit && value < longLimit) return whole(value);
  }
  const decimal = readDecimal(text);
  return decimal ? new Numeric('double', decimalNumber(decimal), text) : undefined;
}

function fromNumber(value: number): Numeric {
  return Number.isSafeInteger(value) ? whole(value) : double(value);
}

export function fromJson(found: Found): Result {
  if (found === missing) return null;
  if (typeof found !== 'number' && !(found instanceof JsonNumber)) return found;
  const number = typeof found === 'number' ? fromNumber(found) : readNumber(found.text);
  return number ? new Numeric(number.kind, number.value, number.text, true) : String(found);
}

/** What a property or variable holds. Nothing for undefined. */
export function fromValue(value: Value | undefined): Result {
  if (value === undefined) return null;
  if (typeof value === 'number') return fromNumber(value);
  if (typeof value === 'bigint') return whole(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof RecordHolder || value instanceof XmlElement) return value;
  if (value instanceof JsonHolder) return fromJson(value.json);
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  return new Nodes(value, () =>
    value.map((node) => (node.kind === 'element' ? serializeXml(node) : node.value)).join(''),
  );
}

export function toJson(result: Result): JsonValue {
  if (result instanceof Numeric)
    return text(result) === String(result.value) ? result.value : new JsonNumber(result.text);
  if (result instanceof RecordHolder) return result.json;
  return result instanceof Nodes || result instanceof XmlElement ? text(result) : result;
}

export function toValue(result: Result): Value {
  if (result instanceof Numeric) {
    if (result.kind === 'long' && !Number.isSafeInteger(result.value)) return BigInt(result.text);
    return result.text === String(result.value) ? result.value : new JsonHolder(new JsonNumber(result.text));
  }
  if (result instanceof Nodes) return result.nodes;
  if (typeof result !== 'object' || result === null) return result;
  if (result instanceof RecordHolder || result instanceof XmlElement) return result;
  return new JsonHolder(result);
}

/** As Synapse shows it: strings as they are, JSON compact, XML as XML, nothing as ''. */
export function text(result: Result): string {
  if (typeof result === 'string') return result;
  if (result === null) return '';
  if (typeof result === 'boolean') return String(result);
  if (result instanceof Numeric || result instanceof Nodes) return result.text;
  if (result instanceof XmlElement) return serializeXml(result);
  return stringifyJson(result instanceof RecordHolder ? result.json : result);
}

export function isText(result: Result): result is string | Nodes {
  return typeof result === 'string' || result instanceof Nodes;
}

/** The word for a type in messages to the user. */
export function typeName(result: Result): string {
  if (result === null) return 'null';
  if (result instanceof Numeric) return result.kind;
  if (result instanceof Nodes || result instanceof XmlElement) return 'XML';
  if (Array.isArray(result)) return 'array';
  return typeof result === 'object' ? 'object' : typeof result;
}

/** A text that is a JSON array or object counts as one; backslashes in it do not count. Undefined for everything else. */
export function container(result: Result): JsonValue[] | JsonObject | undefined {
  if (result instanceof RecordHolder) return result.json as JsonObject;
  if (typeof result === 'string') {
    try {
      const parsed = parseJson(result);
      return typeof parsed === 'object' && parsed !== null && !(parsed instanceof JsonNumber) ? parsed : undefined;
    } catch {
      return undefined;
    }
  }
  const other = result instanceof Numeric || result instanceof Nodes || result instanceof XmlElement;
  return typeof result === 'object' && result !== null && !other ? result : undefined;
}
