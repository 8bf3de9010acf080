import { Fault } from '../../errors.ts';
import { isJsonObject, JsonNumber, type JsonValue } from '../json.ts';
import { XmlElement, XmlText } from '../xml/tree.ts';
import { elementName } from './json-names.ts';

/**
 * The XML that stands for a JSON value in MI:
 *
 *     {"a": 1}          <jsonObject><a>1</a></jsonObject>
 *     {"a": [1, 2]}     <jsonObject><a>1</a><a>2</a></jsonObject>      {"a": []} leaves nothing of a
 *     [1, {"b": 2}]     <jsonArray><jsonElement>1</jsonElement><jsonElement><b>2</b></jsonElement></jsonArray>
 *     {"a": [[1]]}      <jsonObject><a><jsonArray><jsonElement>1</jsonElement></jsonArray></a></jsonObject>
 *     {"@x": 1, "$": 2} an attribute x and the text 2 of the element around them
 *     null, {}, ""      an empty element
 *     "text"            <jsonValue>"text"</jsonValue>
 *
 * Source: StAXON as WSO2 sets it up (JsonStreamBuilder).
 */
export function jsonToXml(value: JsonValue): XmlElement {
  if (Array.isArray(value)) return fillArray(new XmlElement('jsonArray'), value, 1);
  if (isJsonObject(value)) return fillObject(new XmlElement('jsonObject'), value, 1);
  const element = new XmlElement('jsonValue');
  element.text = allowed(JSON.stringify(value));
  return element;
}

const MAX_DEPTH = 500;

function fillObject(element: XmlElement, value: { [key: string]: JsonValue }, depth: number): XmlElement {
  if (depth > MAX_DEPTH) tooDeep();
  for (const key in value) {
    const inner = value[key]!;
    const first = key.charCodeAt(0);
    // 64 is "@", 36 is "$".
    if (first === 64 && key.length > 1 && isScalar(inner))
      element.setAttribute(elementName(key.slice(1)), scalarText(inner));
    else if (first === 36 && key.length === 1 && isScalar(inner)) addText(element, scalarText(inner));
    else addMember(element, elementName(key), inner, depth);
  }
  return element;
}

function fillArray(element: XmlElement, values: readonly JsonValue[], depth: number): XmlElement {
  if (depth > MAX_DEPTH) tooDeep();
  for (const value of values) add(element, fill(new XmlElement('jsonElement'), value, depth + 1));
  return element;
}

function addMember(parent: XmlElement, name: string, value: JsonValue, depth: number): void {
  if (Array.isArray(value)) for (const inner of value) add(parent, fill(new XmlElement(name), inner, depth + 1));
  else add(parent, fill(new XmlElement(name), value, depth + 1));
}

function fill(element: XmlElement, value: JsonValue, depth: number): XmlElement {
  if (isScalar(value)) addText(element, scalarText(value));
  else if (Array.isArray(value)) add(element, fillArray(new XmlElement('jsonArray'), value, depth + 1));
  else fillObject(element, value, depth);
  return element;
}

type Scalar = null | boolean | number | string | JsonNumber;

function isScalar(value: JsonValue): value is Scalar {
  return value === null || typeof value !== 'object' || value instanceof JsonNumber;
}

function scalarText(value: Scalar): string {
  if (typeof value === 'string') return allowed(value);
  return value === null ? '' : String(value);
}

/** Characters no XML may hold stay readable as the escape JSON has for them. */
function allowed(text: string): string {
  // oxlint-disable-next-line no-control-regex
  if (!/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]/.test(text)) return text;
  const escape = (c: string): string => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
  // oxlint-disable-next-line no-control-regex
  return text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/gu, escape);
}

function addText(element: XmlElement, text: string): void {
  if (text === '') return;
  const node = new XmlText(text);
  node.parent = element;
  element.children.push(node);
}

function add(parent: XmlElement, child: XmlElement): void {
  child.parent = parent;
  parent.children.push(child);
}

function tooDeep(): never {
  throw new Fault('BODY_NOT_READABLE', {
    text: `The JSON is nested more than ${MAX_DEPTH} deep; it cannot be shown as XML.`,
  });
}
