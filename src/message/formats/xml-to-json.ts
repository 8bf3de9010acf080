import { Fault } from '../../errors.ts';
import { JsonNumber, parseJson, type JsonValue } from '../json.ts';
import type { XmlElement } from '../xml/tree.ts';
import { jsonKey } from './json-names.ts';

/**
 * The JSON that stands for an XML element in MI:
 *
 *     <a>1</a>                       {"a": 1}        numbers, true, false and null are recognised in text
 *     <a x="1">t</a>                 {"a": {"@x": "1", "$": "t"}}
 *     <a><b/><b>2</b></a>            {"a": {"b": [null, 2]}}
 *     <jsonObject>, <jsonArray>      what they were made from; namespaces and comments are dropped
 *     <?xml-multiple b?>             the elements b that follow are an array, even when there is one, or none
 *
 * Text beside elements faults: JSON has no place for it. Source: StAXON as WSO2 sets it up (JsonStreamFormatter).
 */
export function xmlToJson(element: XmlElement): JsonValue {
  if (element.local === 'jsonArray') return arrayIn(element);
  if (element.local === 'jsonObject') return objectIn(element) ?? {};
  if (element.local === 'jsonValue') return parseJson(element.text);
  const out: { [key: string]: JsonValue } = {};
  put(out, jsonKey(element.local), valueOf(element));
  return out;
}

function valueOf(element: XmlElement): JsonValue {
  const children = element.children;
  const only = children[0];
  if (element.attributes.length === 0) {
    if (only === undefined) return null;
    if (children.length === 1 && only.kind === 'text') return primitive(only.value);
    const array = soleArray(element);
    if (array) return arrayIn(array);
  }
  return objectIn(element) ?? textOf(element);
}

/** The members an element has; undefined when it holds text only. */
function objectIn(element: XmlElement): { [key: string]: JsonValue } | undefined {
  const out: { [key: string]: JsonValue } = {};
  let some = false;
  for (const attribute of element.attributes) {
    put(out, `@${jsonKey(attribute.local)}`, attribute.value);
    some = true;
  }
  const seen = new Set<string>();
  const arrays = new Set<string>();
  let text = '';
  for (const child of element.children) {
    if (child.kind === 'text') {
      text += child.value;
    } else if (child.kind === 'element') {
      const key = jsonKey(child.local);
      addMember(out, key, valueOf(child), seen, arrays);
      some = true;
    } else if (child.kind === 'instruction' && child.target === 'xml-multiple' && child.value.trim() !== '') {
      const key = jsonKey(child.value.trim());
      if (!seen.has(key)) {
        put(out, key, []);
        seen.add(key);
        arrays.add(key);
      }
      some = true;
    }
  }
  if (text.trim() === '') return some ? out : undefined;
  if (seen.size > 0) {
    const detail = { element: element.name };
    throw new Fault('BODY_NOT_READABLE', {
      text: `<${element.name}> has text beside elements: it cannot become JSON.`,
      detail,
    });
  }
  if (!some) return undefined;
  put(out, '$', primitive(text));
  return out;
}

/** Elements of one name become an array, also when others stand between them. */
function addMember(
  out: { [key: string]: JsonValue },
  key: string,
  value: JsonValue,
  seen: Set<string>,
  arrays: Set<string>,
): void {
  if (arrays.has(key)) {
    (out[key] as JsonValue[]).push(value);
  } else if (seen.has(key)) {
    out[key] = [out[key]!, value];
    arrays.add(key);
  } else {
    put(out, key, value);
    seen.add(key);
  }
}

function arrayIn(element: XmlElement): JsonValue[] {
  return element.elements().map(valueOf);
}

/** A <jsonArray> that is all an element holds: an array inside an array. */
function soleArray(element: XmlElement): XmlElement | undefined {
  let found: XmlElement | undefined;
  for (const child of element.children) {
    if (child.kind === 'element') {
      if (found || child.local !== 'jsonArray') return undefined;
      found = child;
    } else if (child.kind === 'text' && child.value.trim() !== '') {
      return undefined;
    }
  }
  return found;
}

function textOf(element: XmlElement): JsonValue {
  return primitive(element.text);
}

const number = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

function primitive(text: string): JsonValue {
  const first = text.charCodeAt(0);
  // Only text that begins with a digit, "-", "t", "f", "n" or a blank can be anything but a string.
  if (first > 57 && first !== 116 && first !== 102 && first !== 110) return text;
  if (text === 'true') return true;
  if (text === 'false') return false;
  if (text === 'null' || text.trim() === '') return null;
  if (!number.test(text)) return text;
  const value = Number(text);
  return String(value) === text ? value : new JsonNumber(text);
}

function put(out: { [key: string]: JsonValue }, key: string, value: JsonValue): void {
  // A plain assignment would set the prototype.
  if (key === '__proto__')
    Object.defineProperty(out, key, { value, enumerable: true, configurable: true, writable: true });
  else out[key] = value;
}
