import { stringifyJson } from '../../message/json.ts';
import { JsonHolder, type Value } from '../../message/message.ts';
import { XmlElement, XmlText, type XmlNode } from '../../message/xml/tree.ts';
import { stringOf, type XPathNode } from './nodes.ts';

/** XPath's four types, and what properties hold besides: JSON, bytes, large integers, nothing. */
export type XPathValue = string | number | boolean | readonly XPathNode[] | JsonHolder | Uint8Array | bigint | null;

export function isNodes(value: XPathValue): value is readonly XPathNode[] {
  return Array.isArray(value);
}

/** A property's value as XPath sees it: an element is a node-set of one. */
export function fromValue(value: Value | undefined): XPathValue {
  if (value === undefined) return null;
  if (value instanceof XmlElement) return [value];
  // A Java Integer prints as "404", a number that XPath computes as "404.0": only the second is a number here.
  return Number.isSafeInteger(value) ? BigInt(value as number) : value;
}

export function toText(value: XPathValue): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return numberText(value);
  if (value === null) return '';
  if (isNodes(value)) return value.length === 0 ? '' : stringOf(value[0]!);
  if (value instanceof JsonHolder) return typeof value.json === 'string' ? value.json : stringifyJson(value.json);
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : String(value);
}

/** Section 4.2: never an exponent, no ".0", no "-0". */
function numberText(value: number): string {
  if (value === 0) return '0';
  const text = String(value);
  const parts = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (!parts) return text;
  const [, sign, first, fraction = '', exponent] = parts;
  const places = Number(exponent);
  if (places > 0) return `${sign}${first}${fraction.padEnd(places, '0')}`;
  return `${sign}0.${'0'.repeat(-places - 1)}${first}${fraction}`;
}

export function toNumber(value: XPathValue): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return readNumber(toText(value));
}

function readNumber(text: string): number {
  return /^[ \t\r\n]*-?(?:\d+(?:\.\d*)?|\.\d+)[ \t\r\n]*$/.test(text) ? Number(text) : Number.NaN;
}

export function toBoolean(value: XPathValue): boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value !== 0 && !Number.isNaN(value);
  if (value === null) return false;
  if (typeof value === 'bigint') return value !== 0n;
  if (isNodes(value)) return value.length > 0;
  return toText(value) !== '';
}

type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';

/**
 * Section 3.4: a node-set compares as true when any of its nodes does. What is not there, such as a property nobody set,
 * is neither equal nor unequal to anything, not even to ''. Source: Jaxen DefaultEqualityExpr.
 */
export function compare(operator: Comparison, left: XPathValue, right: XPathValue): boolean {
  if ((left === null || right === null) && (operator === '=' || operator === '!=')) return false;
  if (isNodes(left)) {
    if (typeof right === 'boolean') return compareSingle(operator, left.length > 0, right);
    return left.some((node) =>
      isNodes(right)
        ? right.some((other) => compareSingle(operator, stringOf(node), stringOf(other)))
        : compareSingle(operator, stringOf(node), right),
    );
  }
  if (isNodes(right)) return compare(mirrored[operator], right, left);
  return compareSingle(operator, left, right);
}

const mirrored: Readonly<Record<Comparison, Comparison>> = {
  '=': '=',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

function compareSingle(operator: Comparison, left: XPathValue, right: XPathValue): boolean {
  if (operator === '=' || operator === '!=') {
    let same: boolean;
    if (typeof left === 'boolean' || typeof right === 'boolean') same = toBoolean(left) === toBoolean(right);
    else if (isNumeric(left) || isNumeric(right)) same = toNumber(left) === toNumber(right);
    else same = toText(left) === toText(right);
    return same === (operator === '=');
  }
  const [a, b] = [toNumber(left), toNumber(right)];
  return operator === '<' ? a < b : operator === '<=' ? a <= b : operator === '>' ? a > b : a >= b;
}

function isNumeric(value: XPathValue): boolean {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** For other rooms: nodes as they are, attributes and namespaces as text nodes, the document as its element. */
export function toValue(value: XPathValue): Value {
  if (typeof value === 'bigint' && Number.isSafeInteger(Number(value))) return Number(value);
  if (!isNodes(value)) return value;
  return value.length === 0 ? null : toXmlNodes(value);
}

export function toXmlNodes(nodes: readonly XPathNode[]): XmlNode[] {
  return nodes.map((node) => {
    if (node.kind === 'document') return node.root;
    return node.kind === 'attribute' || node.kind === 'namespace' ? new XmlText(node.value) : node;
  });
}
