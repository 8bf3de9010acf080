/** Enriching XML: nodes are taken, and put somewhere in the envelope, a property or a variable. Source: Synapse Target. */
import type { Expression } from '../../expressions/expression.ts';
import { selectNodes } from '../../expressions/xpath/xpath.ts';
import { JsonHolder, type Message, type Value } from '../../message/message.ts';
import { cloneNode, XmlElement, XmlText, type XmlAttribute, type XmlNode } from '../../message/xml/tree.ts';
import { tryXml } from '../body-from.ts';
import type { Scope } from '../kit.ts';
import { nodesOf, valueText } from '../values.ts';
import { inlineText } from './inline.ts';
import type { Source, Target } from './places.ts';

/** The nodes a source stands for, without parents; empty when there are none. */
export function takeNodes(source: Source, message: Message, scope: Scope): XmlNode[] {
  switch (source.type) {
    case 'custom':
      return nodesAt(source.expression, source.clone, message);
    case 'body': {
      const payload = message.body.payload();
      return payload ? [moved(payload, source.clone, message)] : [];
    }
    case 'envelope':
      return [cloneNode(message.body.envelope())];
    case 'property':
      return nodesFrom(message.properties.get(source.name));
    case 'variable':
      return nodesFrom(message.variables.get(source.name));
    case 'inline': {
      if (source.xml) return [inlineElement(source.xml, message)];
      if (source.key === undefined) return nodesFromText(inlineText(source.text, message));
      const resource = message.environment.resource(source.key);
      if (!resource) throw scope.fault('RESOURCE_NOT_FOUND', { key: source.key });
      return nodesFromText(new TextDecoder().decode(resource.bytes));
    }
  }
}

function inlineElement(xml: XmlElement, message: Message): XmlElement {
  const copy = cloneNode(xml);
  const fill = (element: XmlElement): void => {
    for (const child of element.children) {
      if (child.kind === 'element') fill(child);
      else if (child.kind === 'text' && child.value.includes('{'))
        child.value = unquoted(inlineText(child.value, message));
    }
  };
  fill(copy);
  return copy;
}

/** inlineText quotes strings for JSON; between tags they stand without. */
function unquoted(text: string): string {
  return /^"(?:[^"\\]|\\.)*"$/.test(text) ? (JSON.parse(text) as string) : text;
}

function nodesAt(expression: Expression, clone: boolean, message: Message): XmlNode[] {
  if (expression.language !== 'xpath') return nodesFrom(expression.evaluate(message));
  const value = expression.evaluate(message);
  const found =
    value instanceof XmlElement ? [value] : Array.isArray(value) ? (value as readonly XmlNode[]) : undefined;
  if (!found) return nodesFrom(value);
  return found.map((node) => moved(node, clone, message));
}

function moved<N extends XmlNode>(node: N, clone: boolean, message: Message): N {
  if (clone) return cloneNode(node);
  detach(node);
  message.body.touchXml();
  return node;
}

function nodesFrom(value: Value | undefined): XmlNode[] {
  if (value === undefined || value === null) return [];
  const nodes = nodesOf(value);
  if (nodes) return nodes;
  const text = valueText(value);
  return value instanceof JsonHolder ? nodesFromText(text) : text === '' ? [] : [new XmlText(text)];
}

function nodesFromText(text: string): XmlNode[] {
  const element = tryXml(text);
  if (element) return [element];
  return text === '' ? [] : [new XmlText(text)];
}

/** Puts the nodes where the target says. */
export function putNodes(target: Target, nodes: XmlNode[], message: Message, scope: Scope): void {
  switch (target.type) {
    case 'custom':
    case 'key':
      if (nodes.length === 0) scope.log.error('<enrich> found nothing to put: its source is empty.');
      else putAtPath(target.expression, target, nodes, message, scope);
      return;
    case 'body':
      putInBody(target, nodes, message);
      return;
    case 'envelope': {
      const [envelope] = nodes;
      if (envelope?.kind !== 'element' || envelope.local !== 'Envelope') throw scope.fault('NO_ENVELOPE');
      message.body.setXml(envelope);
      return;
    }
    case 'property':
      putInto(message.properties, target.name, target, nodes);
      return;
    case 'variable':
      putInto(message.variables, target.name, target, nodes);
  }
}

function putAtPath(expression: Expression, target: Target, nodes: XmlNode[], message: Message, scope: Scope): void {
  const property = /^\s*get-property\(\s*(?:'([^']*)'\s*,\s*)?'([^']*)'\s*\)\s*$/.exec(expression.source);
  if (property) return putInto(scopeOf(property[1], message), property[2]!, target, nodes);
  const place = selectNodes(expression, message.body.envelope(), message)[0];
  if (place?.kind === 'element') insert(target, nodes, place);
  else if (place?.kind === 'text') replaceText(place, nodes);
  else if (place?.kind === 'attribute') place.value = nodes.map(textOf).join('');
  else throw scope.fault('TARGET_NOT_FOUND', { xpath: expression.source });
  message.body.touchXml();
}

function scopeOf(name: string | undefined, message: Message): Map<string, Value> {
  if (name === 'axis2') return message.axis2;
  return name === 'operation' ? message.conversation.operation : message.properties;
}

function putInBody(target: Target, nodes: XmlNode[], message: Message): void {
  const payload = message.body.payload();
  if (payload) {
    insert(target, nodes, payload);
    message.body.touchXml();
    return;
  }
  const [first, ...rest] = nodes.filter((node) => node.kind === 'element');
  if (!first) return;
  message.body.setXml(first);
  if (rest.length > 0) {
    message.body
      .envelope()
      .child('Body')
      ?.append(...rest);
    message.body.touchXml();
  }
}

function putInto(into: Map<string, Value>, name: string, target: Target, nodes: XmlNode[]): void {
  if (target.action === 'child') {
    const held = into.get(name);
    const element = held instanceof XmlElement ? held : typeof held === 'string' ? tryXml(held) : undefined;
    if (element) {
      insert(target, nodes, element);
      into.set(name, element);
      return;
    }
  }
  into.set(name, asValue(nodes));
}

/** One element is an element, text is text, several nodes are a node list. */
function asValue(nodes: readonly XmlNode[]): Value {
  if (nodes.length === 1 && nodes[0]!.kind === 'element') return nodes[0]!;
  if (nodes.every((node) => node.kind === 'text')) return nodes.map(textOf).join('');
  return [...nodes];
}

/** Puts nodes at an element: instead of it, into it, or after it. Text replaces the element's content. */
function insert(target: Target, nodes: readonly XmlNode[], at: XmlElement): void {
  const elements = nodes.filter((node) => node.kind === 'element');
  if (target.action === 'child') at.append(...elements);
  // Each goes right behind the element, so the last comes first, as in Synapse.
  else if (target.action === 'sibling') splice(at, 1, 0, elements.toReversed());
  else if (elements.length > 0) splice(at, 0, 1, elements);
  else at.text = nodes.map(textOf).join('');
}

function splice(at: XmlElement, offset: number, remove: number, elements: readonly XmlElement[]): void {
  const { parent } = at;
  if (!parent) return;
  for (const element of elements) element.parent = parent;
  parent.children.splice(parent.children.indexOf(at) + offset, remove, ...elements);
  if (remove > 0) at.parent = null;
}

function replaceText(text: XmlText, nodes: readonly XmlNode[]): void {
  const { parent } = text;
  if (!parent) return;
  const first = nodes[0]!;
  if (first.kind !== 'element') parent.text = textOf(first);
  else {
    parent.children = parent.children.filter((child) => child !== text);
    parent.append(first);
  }
}

function textOf(node: XmlNode): string {
  return node.kind === 'element' ? node.text : node.value;
}

function detach(node: XmlNode | XmlAttribute): void {
  const { parent } = node;
  if (!parent) return;
  if (node.kind === 'attribute') parent.attributes = parent.attributes.filter((a) => a !== node);
  else parent.children = parent.children.filter((child) => child !== node);
  node.parent = null;
}

/** Removes every node of the path: the source's when the target is the body, else the target's. */
export function removeNodes(source: Source, target: Target, message: Message): void {
  const inBody = target.type === 'body' || target.type === 'envelope';
  if (inBody && source.type === 'custom') removeAt(source.expression, message);
  else if (target.type === 'property') message.properties.delete(target.name);
  else if (target.type === 'variable') message.variables.delete(target.name);
  else if (target.type === 'body' || target.type === 'envelope') {
    const payload = message.body.payload();
    if (payload) detach(payload);
    message.body.touchXml();
  } else removeAt(target.expression, message);
}

function removeAt(expression: Expression, message: Message): void {
  for (const node of selectNodes(expression, message.body.envelope(), message)) {
    if (node.kind !== 'document' && node.kind !== 'namespace') detach(node);
  }
  message.body.touchXml();
}
