/** How values enter a JSON format. Source: Synapse TemplateProcessor, and what MI 4.x does with ${...}. */
import { Body } from '../../message/body.ts';
import { parseJson, stringifyJson, type JsonValue } from '../../message/json.ts';
import { JsonHolder, type Value } from '../../message/message.ts';
import { serializeXml } from '../../message/xml/serialize.ts';
import { XmlElement, type XmlNode } from '../../message/xml/tree.ts';
import { tryXmlElements } from '../body-from.ts';
import { nodesOf, valueText } from '../values.ts';

/** Where the value lands: inside a JSON string, being all of that string, or outside of strings. */
export type Place = 'inString' | 'wholeString' | 'bare';

/** What an argument is, beyond its text. */
export interface ArgumentKind {
  readonly language: 'fixed' | 'xpath' | 'jsonpath' | 'synapse';
  readonly literal: boolean;
  readonly escapeXmlChars: boolean;
  /** The property QUOTE_STRING_IN_PAYLOAD_FACTORY_JSON is "true". */
  readonly quoteStrings: boolean;
}

/** Text for `$n`. `replacesString` asks to drop the quotes around: an object cannot stand in a string. */
export interface Insert {
  readonly text: string;
  readonly replacesString: boolean;
}

export function argumentForJson(text: string, kind: ArgumentKind, place: Place): Insert {
  if (kind.literal) return plain(quoted(escapeString(text), text, kind, place));
  const trimmed = text.trim();
  if (kind.language !== 'jsonpath') {
    const xml = xmlFragment(trimmed);
    if (xml) return structure(stringifyJson(xml), place);
  }
  if (trimmed.startsWith('{') || trimmed.startsWith('[')) {
    return structure(kind.escapeXmlChars && kind.language === 'jsonpath' ? escapeControls(text) : text, place);
  }
  return plain(quoted(escapeString(text), text, kind, place));
}

function plain(text: string): Insert {
  return { text, replacesString: false };
}

/** "[yyyy]" in quotes is a string that looks like a list; {"a":1} in quotes can only be meant as the object. */
function structure(json: string, place: Place): Insert {
  return { text: json, replacesString: place === 'wholeString' && json.includes('"') && isJson(json) };
}

function quoted(escaped: string, text: string, kind: ArgumentKind, place: Place): string {
  if (!kind.quoteStrings || place !== 'bare') return escaped;
  const trimmed = text.trim();
  if (/^(?:true|false|null)$/.test(trimmed) || /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(trimmed)) return escaped;
  return `"${escaped}"`;
}

/**
 * Text for `${...}`: typed values keep their type outside of strings, and are written out inside.
 * `authored` says that a text is one that somebody wrote (a variable, a property), not one that was read from JSON:
 * it may hold JSON escapes of its own.
 */
export function expressionForJson(value: Value, place: Place, authored: boolean): string {
  const nodes = nodesOf(value);
  if (nodes) return place === 'bare' ? nodesAsJson(nodes) : escapeString(nodes.map(nodeText).join(''));
  if (value instanceof JsonHolder) {
    if (place === 'bare') return stringifyJson(value.json);
    return escapeString(typeof value.json === 'string' ? value.json : stringifyJson(value.json));
  }
  if (typeof value === 'string') {
    const escape = authored ? escapeWritten : escapeString;
    if (place !== 'bare') return escape(value);
    const trimmed = value.trim();
    const isStructure = (trimmed.startsWith('{') || trimmed.startsWith('[')) && isJson(trimmed);
    return isStructure ? trimmed : `"${escape(value)}"`;
  }
  if (value === null) return place === 'bare' ? 'null' : '';
  return valueText(value);
}

function nodesAsJson(nodes: readonly XmlNode[]): string {
  const elements = nodes.filter((node) => node instanceof XmlElement);
  if (elements.length === 0) return `"${escapeString(nodes.map(nodeText).join(''))}"`;
  // Text that was escaped for JSON by its author is not escaped again: two backslashes stay two.
  return stringifyJson(asJson(elements)).replace(/\\\\\\\\/g, '\\\\');
}

/** Elements as one JSON object: <pet>...</pet> is {"pet":...}. */
function asJson(elements: readonly XmlElement[]): JsonValue {
  const wrapper = new XmlElement('jsonObject');
  wrapper.append(...elements);
  return Body.xml(wrapper).json() ?? null;
}

/** The JSON of a text that is XML; undefined when it is not. */
function xmlFragment(text: string): JsonValue | undefined {
  const elements = tryXmlElements(text);
  return elements && asJson(elements);
}

function nodeText(node: XmlNode): string {
  return node.kind === 'element' ? serializeXml(node) : node.value;
}

/** As the inside of a JSON string. */
export function escapeString(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/**
 * As the inside of a JSON string, leaving what is escaped already: "\n" written as two characters stays an escape.
 * A backslash that begins no escape is doubled, so that the result is always JSON.
 */
export function escapeWritten(text: string): string {
  return text.replace(/\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})|[^]/g, (part) =>
    part.length > 1 ? part : escapeString(part),
  );
}

function escapeControls(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.replace(/[\u0000-\u001f]/g, escapeString);
}

function isJson(text: string): boolean {
  try {
    parseJson(text);
    return true;
  } catch {
    return false;
  }
}
