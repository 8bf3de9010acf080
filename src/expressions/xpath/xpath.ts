import { Fault } from '../../errors.ts';
import type { Message, Value } from '../../message/message.ts';
import { serializeXml } from '../../message/xml/serialize.ts';
import { XmlElement } from '../../message/xml/tree.ts';
import type { Expression, Namespaces } from '../expression.ts';
import { failed } from '../failure.ts';
import { doubleText } from '../java/number.ts';
import type { Ast } from './ast.ts';
import { compileAst } from './compile.ts';
import type { Context } from './functions.ts';
import { bodyProperties } from './get-property.ts';
import { inDocumentOrder, stringOf, type XPathNode } from './nodes.ts';
import { parseXPath } from './parse.ts';
import { isNodes, toBoolean, toText, toValue, type XPathValue } from './value.ts';
import { bodyVariables } from './variables.ts';

export type { XPathNode } from './nodes.ts';

/** An Expression that is an XPath: it can also be asked of a node. */
export interface XPathExpression extends Expression {
  readonly language: 'xpath';
  /** With `node` as context node: relative paths begin there, / at the top of its tree. Throws Fault EXPRESSION_FAILED. */
  on(node: XPathNode, message?: Message): XPathValue;
  /** As `evaluate`, with XPath's own types: attributes are attributes. */
  ask(message: Message): XPathValue;
}

// Expressions that need no body are evaluated on this, so that they never make one be parsed.
const nowhere = new XmlElement('nowhere');

/** Throws SyntaxTrouble. The context node of a message is its SOAP envelope. */
export function compileXPath(source: string, namespaces: Namespaces): XPathExpression {
  const ast = parseXPath(source);
  const needsBody = looksIntoBody(ast, true);
  const evaluate = compileAst(ast, namespaces);
  const on = (node: XPathNode, message?: Message): XPathValue => {
    const context: Context = { message, node, position: 1, size: 1 };
    try {
      return evaluate(context);
    } catch (error) {
      if (!Fault.is(error) || error.code !== 'EXPRESSION_FAILED') throw error;
      throw failed(`"${source}": ${error.message}`, error);
    }
  };
  const ask = (message: Message): XPathValue => on(needsBody ? message.body.envelope() : nowhere, message);
  return {
    source,
    language: 'xpath',
    namespaces,
    needsBody,
    on,
    ask,
    evaluate: (message): Value => toValue(ask(message)),
    text: (message) => resultText(ask(message), source),
    test: (message) => toBoolean(ask(message)),
  };
}

function isXPath(expression: Expression): expression is XPathExpression {
  return expression.language === 'xpath';
}

/** What an XPath finds from a node on, in document order: elements, attributes and text nodes themselves, to be changed. */
export function selectNodes(expression: Expression, node: XPathNode, message?: Message): readonly XPathNode[] {
  const found = evaluateOn(expression, node, message);
  if (!isNodes(found)) throw failed(`"${expression.source}" gives a value where nodes are needed`);
  return inDocumentOrder(found);
}

/** An XPath asked of a node instead of a message. Faults EXPRESSION_FAILED for other languages. */
export function evaluateOn(expression: Expression, node: XPathNode, message?: Message): XPathValue {
  if (!isXPath(expression)) throw failed(`"${expression.source}" is no XPath and cannot be asked of XML`);
  return expression.on(node, message);
}

/**
 * The text of any expression; undefined where Synapse has null: an XPath that asks for a property, header or parameter
 * that is not there. Nodes that are not there are an empty text. Source: SynapseXPath.stringValueOf.
 */
export function textIfAny(expression: Expression, message: Message): string | undefined {
  if (!isXPath(expression)) return expression.text(message);
  const found = expression.ask(message);
  return found === null ? undefined : resultText(found, expression.source);
}

/** As `text` of an expression, from a node on. */
export function textOn(expression: Expression, node: XPathNode, message?: Message): string {
  return resultText(evaluateOn(expression, node, message), expression.source);
}

/**
 * The text a flow sees. One element that has text gives it, trimmed; one without gives its XML; several give their XML one
 * after the other; attributes and text nodes their values; a computed number is a Java double ("2.0").
 * Source: WSO2 SynapseXPath.stringValueOf.
 */
export function resultText(value: XPathValue, source: string): string {
  if (typeof value === 'number') return doubleText(value);
  if (!isNodes(value)) return toText(value);
  const wantsNodes = source.includes('node()');
  let out = '';
  for (const found of value) {
    // With node() a lone text stands for the element around it.
    const node = wantsNodes && value.length === 1 && found.kind === 'text' && found.parent ? found.parent : found;
    if (node.kind === 'element') out += elementText(node, value.length === 1 && !wantsNodes);
    else if (node.kind === 'document') out += serializeXml(node.root);
    else out += stringOf(node);
  }
  return out;
}

function elementText(element: XmlElement, alone: boolean): string {
  let own = '';
  for (const child of element.children) if (child.kind === 'text') own += child.value;
  const trimmed = own.replaceAll('\u00a0', ' ').trim();
  if (trimmed === '') return serializeXml(element);
  if (alone) return trimmed;
  const xml = serializeXml(element);
  return own === trimmed ? xml : xml.replaceAll(own, () => trimmed);
}

/** Does evaluation read the message's envelope? `atTop` is false inside predicates, where the context node is given. */
function looksIntoBody(ast: Ast, atTop: boolean): boolean {
  switch (ast.kind) {
    case 'number':
    case 'string':
      return false;
    case 'json':
      return true;
    case 'variable':
      return ast.prefix === '' && bodyVariables.has(ast.name);
    case 'negate':
      return looksIntoBody(ast.of, atTop);
    case 'binary':
      return looksIntoBody(ast.left, atTop) || looksIntoBody(ast.right, atTop);
    case 'call':
      if (ast.name === 'get-property') {
        const names = ast.args.map((arg) => (arg.kind === 'string' ? arg.value : ''));
        if (names.some((name) => bodyProperties.has(name))) return true;
      }
      if (atTop && (ast.name === 'id' || ast.name === 'lang')) return true;
      if (ast.args.length === 0 && atTop && contextual.has(ast.name)) return true;
      return ast.args.some((arg) => looksIntoBody(arg, atTop));
    case 'path': {
      const start = typeof ast.from === 'object' ? ast.from : undefined;
      if (!start && atTop) return true;
      const inner = [...(start?.predicates ?? []), ...ast.steps.flatMap((step) => step.predicates)];
      return (start !== undefined && looksIntoBody(start.filter, atTop)) || inner.some((p) => looksIntoBody(p, false));
    }
  }
}

/** Functions that mean the context node when they are given no argument. */
const contextual: ReadonlySet<string> = new Set(
  'string number name local-name namespace-uri string-length normalize-space lower-case upper-case'.split(' '),
);
