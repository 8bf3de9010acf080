import type { Message } from '../../message/message.ts';
import { XmlText } from '../../message/xml/tree.ts';
import { javaRegex } from '../java/regex.ts';
import { childrenOf, documentOf, parentOf, stringOf, type XPathNode } from './nodes.ts';
import { isNodes, toBoolean, toNumber, toText, type XPathValue } from './value.ts';

export interface Context {
  readonly message: Message | undefined;
  readonly node: XPathNode;
  readonly position: number;
  readonly size: number;
}

/** How many arguments, and what it does with them. */
export interface XPathFunction {
  readonly args: readonly [least: number, most: number];
  call(args: readonly XPathValue[], context: Context): XPathValue;
}

const fn = (least: number, most: number, call: XPathFunction['call']): XPathFunction => ({ args: [least, most], call });
const any = Number.POSITIVE_INFINITY;

/** The first argument, or what the context node is where it may be left out. */
const text = (args: readonly XPathValue[], context: Context): string =>
  args.length === 0 ? stringOf(context.node) : toText(args[0]!);
const first = (args: readonly XPathValue[], context: Context): XPathNode | undefined => {
  if (args.length === 0) return context.node;
  return isNodes(args[0]!) ? args[0][0] : undefined;
};
const nodes = (value: XPathValue): readonly XPathNode[] => (isNodes(value) ? value : []);
const numbers = (value: XPathValue): number[] =>
  isNodes(value) ? value.map((n) => toNumber(stringOf(n))) : [toNumber(value)];
const texts = (value: XPathValue): string[] => (isNodes(value) ? value.map(stringOf) : [toText(value)]);
const list = (items: readonly string[]): XPathNode[] => items.map((item) => new XmlText(item));

/** XPath 1.0 section 4. */
const core: Readonly<Record<string, XPathFunction>> = {
  last: fn(0, 0, (_, c) => c.size),
  position: fn(0, 0, (_, c) => c.position),
  count: fn(1, 1, ([set]) => (isNodes(set!) ? set.length : set === null ? 0 : 1)),
  id: fn(1, 1, ([ids], c) => withId(new Set(texts(ids!).flatMap((t) => t.split(/\s+/))), c.node)),
  'local-name': fn(0, 1, (args, c) => nameOf(first(args, c)).local),
  'namespace-uri': fn(0, 1, (args, c) => nameOf(first(args, c)).uri),
  name: fn(0, 1, (args, c) => nameOf(first(args, c)).name),
  string: fn(0, 1, text),
  concat: fn(1, any, (args) => args.map(toText).join('')),
  'starts-with': fn(2, 2, ([a, b]) => toText(a!).startsWith(toText(b!))),
  contains: fn(2, 2, ([a, b]) => toText(a!).includes(toText(b!))),
  'substring-before': fn(2, 2, ([a, b]) => {
    const [whole, part] = [toText(a!), toText(b!)];
    return whole.includes(part) ? whole.slice(0, whole.indexOf(part)) : '';
  }),
  'substring-after': fn(2, 2, ([a, b]) => {
    const [whole, part] = [toText(a!), toText(b!)];
    return whole.includes(part) ? whole.slice(whole.indexOf(part) + part.length) : '';
  }),
  substring: fn(2, 3, ([a, from, length]) => {
    // Characters, not UTF-16 units, whose position is at least round(from) and below round(from) + round(length).
    const start = round(toNumber(from!));
    const end = length === undefined ? any : start + round(toNumber(length));
    return Array.from(toText(a!))
      .filter((_, i) => i + 1 >= start && i + 1 < end)
      .join('');
  }),
  'string-length': fn(0, 1, (args, c) => Array.from(text(args, c)).length),
  'normalize-space': fn(0, 1, (args, c) =>
    text(args, c)
      .replace(/[ \t\r\n]+/g, ' ')
      .replace(/^ | $/g, ''),
  ),
  translate: fn(3, 3, ([a, from, to]) => {
    const [old, fresh] = [Array.from(toText(from!)), Array.from(toText(to!))];
    return Array.from(toText(a!))
      .map((c) => (old.includes(c) ? (fresh[old.indexOf(c)] ?? '') : c))
      .join('');
  }),
  boolean: fn(1, 1, ([a]) => toBoolean(a!)),
  not: fn(1, 1, ([a]) => !toBoolean(a!)),
  true: fn(0, 0, () => true),
  false: fn(0, 0, () => false),
  lang: fn(1, 1, ([wanted], c) => speaks(c.node, toText(wanted!).toLowerCase())),
  number: fn(0, 1, (args, c) => (args.length === 0 ? toNumber(stringOf(c.node)) : toNumber(args[0]!))),
  sum: fn(1, 1, ([set]) => numbers(set!).reduce((a, b) => a + b, 0)),
  floor: fn(1, 1, ([a]) => Math.floor(toNumber(a!))),
  ceiling: fn(1, 1, ([a]) => Math.ceil(toNumber(a!))),
  round: fn(1, 1, ([a]) => round(toNumber(a!))),
};

/** The XPath 2.0 functions that flows use and that need no other types. */
const later: Readonly<Record<string, XPathFunction>> = {
  'lower-case': fn(0, 1, (args, c) => text(args, c).toLowerCase()),
  'upper-case': fn(0, 1, (args, c) => text(args, c).toUpperCase()),
  'ends-with': fn(2, 2, ([a, b]) => toText(a!).endsWith(toText(b!))),
  matches: fn(2, 3, ([a, p, flags]) => javaRegex(toText(p!), toText(flags ?? '')).test(toText(a!))),
  replace: fn(3, 4, ([a, p, by, flags]) => {
    const replacement = toText(by!).replace(/\\\$/g, '$$$$').replace(/\$0/g, '$$&');
    return toText(a!).replace(javaRegex(toText(p!), `g${toText(flags ?? '')}`), replacement);
  }),
  tokenize: fn(1, 3, ([a, p, flags]) => {
    const whole = toText(a!);
    if (p === undefined) return list(whole.trim() === '' ? [] : whole.trim().split(/\s+/));
    return list(whole === '' ? [] : whole.split(javaRegex(toText(p), toText(flags ?? ''))));
  }),
  'string-join': fn(1, 2, ([set, by]) => texts(set!).join(toText(by ?? ''))),
  abs: fn(1, 1, ([a]) => Math.abs(toNumber(a!))),
  avg: fn(1, 1, ([set]) => numbers(set!).reduce((a, b) => a + b, 0) / numbers(set!).length),
  min: fn(1, 1, ([set]) => Math.min(...numbers(set!))),
  max: fn(1, 1, ([set]) => Math.max(...numbers(set!))),
  exists: fn(1, 1, ([set]) => (isNodes(set!) ? set.length > 0 : set !== null)),
  empty: fn(1, 1, ([set]) => (isNodes(set!) ? set.length === 0 : set === null)),
  'distinct-values': fn(1, 1, ([set]) => list([...new Set(texts(set!))])),
  reverse: fn(1, 1, ([set]) => nodes(set!).toReversed()),
  'current-dateTime': fn(0, 0, (_, c) => new Date(now(c)).toISOString()),
  'current-date': fn(0, 0, (_, c) => `${new Date(now(c)).toISOString().slice(0, 10)}Z`),
  'current-time': fn(0, 0, (_, c) => new Date(now(c)).toISOString().slice(11)),
};

export const standardFunctions: ReadonlyMap<string, XPathFunction> = new Map([
  ...Object.entries(core),
  ...Object.entries(later),
]);

/** Functions whose result is a number: in a predicate they are a position. */
export const numeric: ReadonlySet<string> = new Set(
  'last position count string-length number sum floor ceiling round abs avg min max'.split(' '),
);

function now(context: Context): number {
  return context.message?.environment.now() ?? Date.now();
}

/** Half goes up, also below zero: round(-2.5) is -2. */
function round(value: number): number {
  return Math.round(value);
}

function nameOf(node: XPathNode | undefined): { local: string; uri: string; name: string } {
  if (node?.kind === 'element' || node?.kind === 'attribute')
    return { local: node.local, uri: node.uri, name: node.name };
  const name = node?.kind === 'instruction' ? node.target : node?.kind === 'namespace' ? node.prefix : '';
  return { local: name, uri: '', name };
}

/** Without a DTD only xml:id and id attributes can be identifiers. */
function withId(ids: ReadonlySet<string>, node: XPathNode): XPathNode[] {
  const found: XPathNode[] = [];
  const stack: XPathNode[] = [documentOf(node)];
  for (let n = stack.pop(); n; n = stack.pop()) {
    if (n.kind === 'element' && n.attributes.some((a) => a.local === 'id' && ids.has(a.value))) found.push(n);
    stack.push(...childrenOf(n).toReversed());
  }
  return found;
}

function speaks(node: XPathNode, wanted: string): boolean {
  for (let n: XPathNode | undefined = node; n; n = parentOf(n)) {
    const lang = n.kind === 'element' ? n.attribute('lang', 'http://www.w3.org/XML/1998/namespace') : undefined;
    if (lang !== undefined) return lang.toLowerCase() === wanted || lang.toLowerCase().startsWith(`${wanted}-`);
  }
  return false;
}
