import { Fault } from '../../errors.ts';
import type { Message, Value } from '../../message/message.ts';
import { RecordHolder } from '../../message/record.ts';
import { XmlElement } from '../../message/xml/tree.ts';
import type { Namespaces } from '../expression.ts';
import { failed } from '../failure.ts';
import { SyntaxTrouble } from '../syntax.ts';
import { isNodes, toXmlNodes, type XPathValue } from '../xpath/value.ts';
import { compileXPath, resultText, textOn, type XPathExpression } from '../xpath/xpath.ts';
import type { Run } from './access.ts';
import { findFunction } from './functions.ts';
import { double, fromValue, Nodes, text, type Result } from './value.ts';

interface Argument {
  readonly run: Run;
  readonly constant?: Result;
}

export interface Call {
  readonly run: Run;
  readonly needsBody: boolean;
}

/** A function call with compiled arguments. Wrong numbers of arguments fail when reached, as in the vendor's. */
export function compileCall(name: string, args: readonly Argument[], namespaces: Namespaces): Call {
  if (name === 'exists') return { run: exists(args), needsBody: false };
  if (name === 'xpath') return xpath(args, namespaces);
  const [least, most, call] = findFunction(name)!;
  if (args.length < least || args.length > most) return { run: wrongCount(name, args.length), needsBody: false };
  return {
    needsBody: false,
    run: (message) => {
      const values = args.map((arg) => notNull(arg.run(message), name));
      return call(values, message, name);
    },
  };
}

function wrongCount(name: string, count: number): Run {
  return () => {
    throw failed(`${name}() does not take ${count} arguments`);
  };
}

function notNull(value: Result, name: string): Result {
  if (value === null) throw failed(`${name}() was given null`);
  return value;
}

/** The only function that forgives: false when its argument cannot be computed or is null. */
function exists(args: readonly Argument[]): Run {
  const [arg] = args;
  if (args.length !== 1 || !arg) return wrongCount('exists', args.length);
  return (message) => {
    try {
      return arg.run(message) !== null;
    } catch (error) {
      if (Fault.is(error) && error.code === 'EXPRESSION_FAILED') return false;
      throw error;
    }
  };
}

// Expressions put together at run time are few and come again; the cache is dropped when it gets large.
const compiled = new Map<string, XPathExpression>();

function compileAtRunTime(source: string, namespaces: Namespaces): XPathExpression {
  const key = `${[...namespaces].join(' ')} ${source}`;
  let found = compiled.get(key);
  if (!found) {
    try {
      found = compileXPath(source, namespaces);
    } catch (error) {
      if (error instanceof SyntaxTrouble) throw failed(`xpath(): "${source}" is no XPath: ${error.message}`, error);
      throw error;
    }
    if (compiled.size >= 1000) compiled.clear();
    compiled.set(key, found);
  }
  return found;
}

/** xpath("...") asks the envelope, xpath("...", "name.payload") the XML in a variable. */
function xpath(args: readonly Argument[], namespaces: Namespaces): Call {
  const [source, variable] = args;
  if (!source || args.length > 2) return { run: wrongCount('xpath', args.length), needsBody: false };
  const known = typeof source.constant === 'string' ? compileXPath(source.constant, namespaces) : undefined;
  const expression = (message: Message): XPathExpression =>
    known ?? compileAtRunTime(text(notNull(source.run(message), 'xpath')), namespaces);
  if (variable) {
    return {
      needsBody: false,
      run: (message) => inVariable(expression(message), text(variable.run(message)), message),
    };
  }
  return {
    needsBody: known?.needsBody ?? true,
    run: (message) => {
      const asked = expression(message);
      return answer(asked.ask(message), asked.source);
    },
  };
}

/** Nodes stay nodes for who wants them; XPath's numbers are doubles. */
function answer(found: XPathValue, source: string): Result {
  if (typeof found === 'number') return double(found);
  if (!isNodes(found)) return fromValue(found);
  return found.length === 0 ? '' : new Nodes(toXmlNodes(found), () => resultText(found, source));
}

/** '' when the variable holds no XML there. */
function inVariable(expression: XPathExpression, path: string, message: Message): Result {
  let value: Value | undefined = message.variables.get(path);
  if (value === undefined) {
    const [name = '', ...keys] = path.split('.');
    value = message.variables.get(name);
    for (const key of keys) value = value instanceof RecordHolder ? value.entries.get(key) : undefined;
  }
  const node = Array.isArray(value) ? (value as readonly unknown[])[0] : value;
  return node instanceof XmlElement ? textOn(expression, node, message) : '';
}
