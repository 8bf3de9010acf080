/** What properties and variables hold: from text to a typed value, and back to text. */
import type { FaultOptions } from '../errors.ts';
import { JsonNumber, parseJson, stringifyJson, type JsonValue } from '../message/json.ts';
import { JsonHolder, type Value } from '../message/message.ts';
import { parseXml } from '../message/xml/parse.ts';
import { serializeXml } from '../message/xml/serialize.ts';
import { cloneNode, XmlElement, type XmlNode } from '../message/xml/tree.ts';
import { javaText, readJavaNumber } from './java-number.ts';

export type ValueType =
  'STRING' | 'BOOLEAN' | 'INTEGER' | 'LONG' | 'SHORT' | 'FLOAT' | 'DOUBLE' | 'OM' | 'XML' | 'JSON';

/** The text cannot be turned into the type. */
export class ConversionError extends Error {
  constructor(text: string, type: ValueType) {
    super(`"${text.length > 60 ? `${text.slice(0, 60)}…` : text}" cannot be turned into ${type}.`);
    this.name = 'ConversionError';
  }
}

/** A fault of a mediator that declares VALUE_NOT_CONVERTIBLE. */
export function notConvertible(
  error: unknown,
  fault: (code: string, detail?: FaultOptions['detail'], options?: FaultOptions) => Error,
): unknown {
  return error instanceof ConversionError
    ? fault('VALUE_NOT_CONVERTIBLE', undefined, { text: error.message, cause: error })
    : error;
}

/** Throws ConversionError. */
export function convertText(text: string, type: ValueType | undefined): Value {
  switch (type) {
    case undefined:
    case 'STRING':
      return text;
    case 'BOOLEAN':
      return /^(true|1|yes)$/i.test(text);
    case 'OM':
    case 'XML':
      return xmlFromText(text, type);
    case 'JSON':
      return new JsonHolder(jsonFromText(text));
    default: {
      const number = readJavaNumber(text, type);
      if (number === undefined) throw new ConversionError(text, type);
      if (typeof number === 'bigint' || (type !== 'FLOAT' && type !== 'DOUBLE')) return number;
      return javaNumber(number, type);
    }
  }
}

/** A decimal that prints as Java prints it: kept with its text where JavaScript would print something else. */
export function javaNumber(value: number, type: 'FLOAT' | 'DOUBLE'): Value {
  const printed = javaText(value, type);
  return printed === String(value) ? value : new JsonHolder(new JsonNumber(printed));
}

function xmlFromText(text: string, type: ValueType): XmlElement {
  try {
    return parseXml(text.trim());
  } catch {
    throw new ConversionError(text, type);
  }
}

/** JSON, or the text itself as a JSON string when it is none, as Synapse does. */
function jsonFromText(text: string): JsonValue {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

/** As a flow reads it back where text is wanted. */
export function valueText(value: Value | undefined): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'object') {
    if (value instanceof JsonHolder) return jsonText(value.json);
    if (value instanceof XmlElement) return serializeXml(value);
    if (value instanceof Uint8Array) return new TextDecoder().decode(value);
    return value.map(nodeText).join('');
  }
  return String(value);
}

/** Strings without their quotes, everything else as compact JSON. */
export function jsonText(json: JsonValue): string {
  return typeof json === 'string' ? json : stringifyJson(json);
}

function nodeText(node: XmlNode): string {
  return node.kind === 'element' ? serializeXml(node) : node.value;
}

/** The element or elements a value holds, cloned; text nodes are kept. Undefined for values that hold no nodes. */
export function nodesOf(value: Value | undefined): XmlNode[] | undefined {
  if (value instanceof XmlElement) return [cloneNode(value)];
  if (Array.isArray(value)) return (value as readonly XmlNode[]).map(cloneNode);
  return undefined;
}
