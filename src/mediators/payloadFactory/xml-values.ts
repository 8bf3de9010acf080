/** How values enter an XML format. Source: Synapse TemplateProcessor, and what MI 4.x does with ${...}. */
import { Body } from '../../message/body.ts';
import type { JsonValue } from '../../message/json.ts';
import { JsonHolder, type Value } from '../../message/message.ts';
import { escapeText, serializeXml } from '../../message/xml/serialize.ts';
import type { XmlNode } from '../../message/xml/tree.ts';
import { tryJson, tryXmlElements } from '../body-from.ts';
import { nodesOf, valueText } from '../values.ts';
import type { ArgumentKind } from './json-values.ts';

/** Elements go in as elements, JSON of a JSONPath as the elements it stands for, everything else as text. */
export function argumentForXml(text: string, kind: ArgumentKind): string {
  const trimmed = text.trim();
  if (isXml(trimmed)) return text;
  if (kind.language === 'jsonpath' && !kind.literal && (trimmed.startsWith('{') || trimmed.startsWith('['))) {
    const json = tryJson(trimmed);
    if (json !== undefined) return elementsOf(json);
  }
  return escapeText(text);
}

/** `authored`: see expressionForJson. A string of JSON comes with the escapes it has there, as in MI. */
export function expressionForXml(value: Value, authored: boolean): string {
  const nodes = nodesOf(value);
  if (nodes) return nodes.map(nodeMarkup).join('');
  if (value instanceof JsonHolder) {
    const { json } = value;
    if (typeof json === 'object' && json !== null) return elementsOf(withWrittenBackslashes(json));
  }
  const text = valueText(value);
  if (isXml(text.trim())) return text;
  return escapeText(authored ? text : text.replaceAll('\\', '\\\\'));
}

/** The children of <jsonObject> or <jsonArray>. */
function elementsOf(json: JsonValue): string {
  const root = Body.json(json).payload();
  return root?.children.map(nodeMarkup).join('') ?? '';
}

function withWrittenBackslashes(json: JsonValue): JsonValue {
  if (typeof json === 'string') return json.replaceAll('\\', '\\\\');
  if (Array.isArray(json)) return json.map(withWrittenBackslashes);
  if (json === null || typeof json !== 'object' || Object.getPrototypeOf(json) !== Object.prototype) return json;
  return Object.fromEntries(Object.entries(json).map(([key, inner]) => [key, withWrittenBackslashes(inner)]));
}

function nodeMarkup(node: XmlNode): string {
  return node.kind === 'text' ? escapeText(node.value) : serializeXml(node);
}

function isXml(text: string): boolean {
  return tryXmlElements(text) !== undefined;
}
