import { failed } from '../failure.ts';
import { read as readJson } from '../jsonpath/select.ts';
import { missing } from '../jsonpath/path.ts';
import { jsonText } from '../jsonpath/jsonpath.ts';
import { didYouMean } from '../syntax.ts';
import type { Namespaces } from '../expression.ts';
import type { Ast, Operator, PathStart, Step } from './ast.ts';
import { axes, reverseAxes, type NodeTest } from './axes.ts';
import { numeric, standardFunctions, type Context, type XPathFunction } from './functions.ts';
import { documentOf, inDocumentOrder, nested, type XPathNode } from './nodes.ts';
import { nodeTest } from './node-test.ts';
import { synapseFunctions } from './synapse-functions.ts';
import { compare, isNodes, toBoolean, toNumber, type XPathValue } from './value.ts';
import { variable } from './variables.ts';

export type Evaluate = (context: Context) => XPathValue;

/** Turns the tree of an expression into a closure. Unknown functions and prefixes fail when they are reached, as in Jaxen. */
export function compileAst(ast: Ast, namespaces: Namespaces): Evaluate {
  const compile = (inner: Ast): Evaluate => compileAst(inner, namespaces);
  switch (ast.kind) {
    case 'number':
    case 'string': {
      const { value } = ast;
      return () => value;
    }
    case 'variable': {
      const find = variable(ast.prefix, ast.name);
      return (c) => find(c.message);
    }
    case 'json':
      return (c) => {
        const document = c.message?.body.json();
        const found = document === undefined ? missing : readJson(ast.steps, { root: document, message: c.message });
        return typeof found === 'number' || typeof found === 'boolean' ? found : jsonText(found);
      };
    case 'negate': {
      const of = compile(ast.of);
      return (c) => -toNumber(of(c));
    }
    case 'binary':
      return compileBinary(ast.operator, compile(ast.left), compile(ast.right));
    case 'call':
      return compileCall(ast, ast.args.map(compile));
    case 'path':
      return compilePath(ast.from, ast.steps, namespaces);
  }
}

function compileBinary(operator: Operator, left: Evaluate, right: Evaluate): Evaluate {
  switch (operator) {
    case 'or':
      return (c) => toBoolean(left(c)) || toBoolean(right(c));
    case 'and':
      return (c) => toBoolean(left(c)) && toBoolean(right(c));
    case '|':
      return (c) => inDocumentOrder([...nodesOnly(left(c)), ...nodesOnly(right(c))]);
    case '+':
      return (c) => toNumber(left(c)) + toNumber(right(c));
    case '-':
      return (c) => toNumber(left(c)) - toNumber(right(c));
    case '*':
      return (c) => toNumber(left(c)) * toNumber(right(c));
    case 'div':
      return (c) => toNumber(left(c)) / toNumber(right(c));
    case 'mod':
      return (c) => toNumber(left(c)) % toNumber(right(c));
    default:
      return (c) => compare(operator, left(c), right(c));
  }
}

function compileCall(ast: Ast & { kind: 'call' }, args: readonly Evaluate[]): Evaluate {
  const written = ast.prefix === '' ? ast.name : `${ast.prefix}:${ast.name}`;
  const found: XPathFunction | undefined = synapseFunctions.get(ast.name) ?? standardFunctions.get(ast.name);
  if (!found) {
    const hint = didYouMean(ast.name, [...synapseFunctions.keys(), ...standardFunctions.keys()]);
    return () => {
      throw failed(`there is no function ${written}()${hint ? `. ${hint}` : ''}`);
    };
  }
  const [least, most] = found.args;
  if (args.length < least || args.length > most) {
    return () => {
      throw failed(`${written}() does not take ${args.length} arguments`);
    };
  }
  return (c) => {
    try {
      return found.call(
        args.map((arg) => arg(c)),
        c,
      );
    } catch (error) {
      // A bad regular expression or escape in the data.
      throw error instanceof SyntaxError || error instanceof URIError
        ? failed(`${written}(): ${error.message}`, error)
        : error;
    }
  };
}

/** A property that holds no nodes is an empty set to a path; text that is XML is not parsed behind the user's back. */
function nodesOnly(value: XPathValue): readonly XPathNode[] {
  return isNodes(value) ? value : [];
}

function compilePath(from: PathStart, steps: readonly Step[], namespaces: Namespaces): Evaluate {
  const start = compileStart(from, namespaces);
  if (steps.length === 0) return start;
  const walks = shortened(steps).map((step) => compileStep(step, namespaces));
  return (c) => {
    let nodes = nodesOnly(start(c));
    for (const walk of walks) {
      if (nodes.length === 0) return nodes;
      nodes = walk(nodes, c);
    }
    return nodes;
  };
}

function compileStart(from: PathStart, namespaces: Namespaces): Evaluate {
  if (from === 'root') return (c) => [documentOf(c.node)];
  if (from === 'context') return (c) => [c.node];
  const value = compileAst(from.filter, namespaces);
  if (from.predicates.length === 0) return value;
  const keep = compilePredicates(from.predicates, namespaces);
  return (c) => keep(nodesOnly(value(c)) as XPathNode[], c);
}

/** //x is descendant::x, as long as no predicate of x counts positions among siblings. */
function shortened(steps: readonly Step[]): Step[] {
  const out: Step[] = [];
  for (const step of steps) {
    const before = out.at(-1);
    const any = before?.axis === 'descendant-or-self' && before.test.kind === 'node' && before.predicates.length === 0;
    if (any && step.axis === 'child' && !step.predicates.some(countsPositions)) {
      out[out.length - 1] = { ...step, axis: 'descendant' };
    } else {
      out.push(step);
    }
  }
  return out;
}

function countsPositions(predicate: Ast): boolean {
  if (predicate.kind === 'number' || predicate.kind === 'variable' || predicate.kind === 'negate') return true;
  if (predicate.kind === 'json') return true;
  if (predicate.kind === 'binary' && ['+', '-', '*', 'div', 'mod'].includes(predicate.operator)) return true;
  if (predicate.kind === 'call' && (numeric.has(predicate.name) || predicate.name === 'get-property')) return true;
  return mentionsPosition(predicate);
}

function mentionsPosition(ast: Ast): boolean {
  if (ast.kind === 'call') return ast.name === 'position' || ast.name === 'last' || ast.args.some(mentionsPosition);
  if (ast.kind === 'binary') return mentionsPosition(ast.left) || mentionsPosition(ast.right);
  if (ast.kind === 'negate') return mentionsPosition(ast.of);
  // Predicates inside a path have positions of their own; what the path starts from has not.
  return ast.kind === 'path' && typeof ast.from === 'object' && mentionsPosition(ast.from.filter);
}

function compileStep(
  step: Step,
  namespaces: Namespaces,
): (nodes: readonly XPathNode[], c: Context) => readonly XPathNode[] {
  const walk = axes[step.axis];
  const test: NodeTest = nodeTest(step.test, step.axis, namespaces);
  const keep = step.predicates.length > 0 ? compilePredicates(step.predicates, namespaces) : undefined;
  const reverse = reverseAxes.has(step.axis);
  const from = (node: XPathNode, c: Context): XPathNode[] => {
    const found: XPathNode[] = [];
    walk(node, test, found);
    const kept = keep ? keep(found, c) : found;
    return reverse ? kept.reverse() : kept;
  };
  // These never find a node twice, and out of order only when one context node is inside another.
  const tidy = ['child', 'attribute', 'self', 'namespace', 'descendant', 'descendant-or-self'].includes(step.axis);
  return (nodes, c) => {
    if (nodes.length === 1) return from(nodes[0]!, c);
    const all: XPathNode[] = [];
    for (const node of nodes) for (const found of from(node, c)) all.push(found);
    return tidy && (all.length < 2 || !nested(nodes)) ? all : inDocumentOrder(all);
  };
}

/** Filters nodes in the order of their axis: a number is a position, anything else a condition. */
function compilePredicates(
  predicates: readonly Ast[],
  namespaces: Namespaces,
): (nodes: XPathNode[], c: Context) => XPathNode[] {
  const tests = predicates.map((predicate) => compileAst(predicate, namespaces));
  return (nodes, c) => {
    let kept = nodes;
    for (const test of tests) {
      const size = kept.length;
      kept = kept.filter((node, i) => {
        const value = test({ message: c.message, node, position: i + 1, size });
        return typeof value === 'number' ? value === i + 1 : toBoolean(value);
      });
    }
    return kept;
  };
}
