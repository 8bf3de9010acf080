import { parseJson, type JsonValue } from '../../message/json.ts';
import type { Message, Value } from '../../message/message.ts';
import { RecordHolder } from '../../message/record.ts';
import { XmlElement } from '../../message/xml/tree.ts';
import { failed } from '../failure.ts';
import { missing, type Scope, type Step } from '../jsonpath/path.ts';
import { read } from '../jsonpath/select.ts';
import { fromJson, fromValue, Nodes, Numeric, text, toJson, type Result } from './value.ts';

export type Run = (message: Message) => Result;

/** payload.x and $.x; `written` is the user's text for messages. XML is seen as the JSON it stands for. */
export function payloadAccess(steps: readonly Step[], written: string): Run {
  return (message) => {
    if (steps.length === 0 && message.body.kind === 'xml') return message.body.payload() ?? null;
    const root = message.body.json();
    if (root === undefined) throw failed(`${written}: the payload is empty`);
    return select(steps, root, message, written);
  };
}

/** vars.name, with a path into the JSON, record or JSON text it holds. */
export function variableAccess(name: string, steps: readonly Step[], written: string): Run {
  return (message) => {
    const value = message.variables.get(name);
    if (value === undefined || value === null) throw failed(`the variable ${name} is not defined`);
    return steps.length === 0 ? fromValue(value) : inside(value, steps, message, written);
  };
}

function inside(value: Value, steps: readonly Step[], message: Message, written: string): Result {
  if (value instanceof RecordHolder) {
    const first = resolved(steps[0]!, value.json, message);
    if (first.kind === 'name') {
      const entry = value.entries.get(first.name);
      if (entry === undefined) throw failed(`${written}: there is no "${first.name}"`);
      return steps.length === 1 ? fromValue(entry) : inside(entry, steps.slice(1), message, written);
    }
  }
  return pathInto(steps, fromValue(value), message, written);
}

function resolved(step: Step, root: JsonValue, message: Message): Step {
  return step.kind === 'computed' ? step.resolve({ root, message }) : step;
}

/** A path behind a function or into a variable: its value is JSON, or a text that is JSON. */
export function pathInto(steps: readonly Step[], value: Result, message: Message, written: string): Result {
  if (value === null) throw failed(`${written}: there is nothing to look into`);
  if (value instanceof XmlElement || value instanceof Nodes) {
    throw failed(`${written}: the value is XML; use xpath() to look into it`);
  }
  const root = typeof value === 'string' ? parsed(value, written) : toJson(value);
  return select(steps, root, message, written);
}

let lastText = '';
let lastParsed: JsonValue = null;

/** The text parsed last is kept: expressions often ask several things of one variable. */
function parsed(source: string, written: string): JsonValue {
  if (source === lastText && source !== '') return lastParsed;
  try {
    lastParsed = parseJson(source);
    lastText = source;
    return lastParsed;
  } catch (error) {
    throw failed(`${written}: the value is not JSON`, error);
  }
}

function select(steps: readonly Step[], root: JsonValue, message: Message, written: string): Result {
  const found = steps.length === 0 ? root : read(steps, { root, message });
  if (found === missing) throw failed(`${written}: there is no such place`);
  return fromJson(found);
}

/** [expression], known when the message is there. */
export function computedStep(run: Run): Step {
  return {
    kind: 'computed',
    resolve: (scope) => {
      const value = run(messageOf(scope));
      if (value instanceof Numeric && value.kind === 'int') return { kind: 'index', index: value.value };
      if (value === null) throw failed('an index is null');
      return { kind: 'name', name: text(value) };
    },
  };
}

/** [a, b]: all of them positions, or all of them names. */
export function computedList(runs: readonly Run[]): Step {
  return {
    kind: 'computed',
    resolve(scope) {
      const values = runs.map((run) => run(messageOf(scope)));
      const indexes = values.map((v) => toIndex(v));
      if (indexes.every((i) => i !== undefined)) return { kind: 'indexes', indexes };
      return { kind: 'names', names: values.map(text) };
    },
  };
}

/** Text that is a number counts as one, as in a path put together from text. */
function toIndex(value: Result): number | undefined {
  const written = text(value);
  return /^-?\d{1,9}$/.test(written) ? Number(written) : undefined;
}

export function computedSlice(from: Run | undefined, to: Run | undefined, by: Run | undefined): Step {
  const position = (run: Run | undefined, scope: Scope): number | undefined => {
    if (!run) return undefined;
    const value = run(messageOf(scope));
    return toIndex(value) ?? failing(`"${text(value)}" is no position in an array`);
  };
  return {
    kind: 'computed',
    resolve: (scope) => ({
      kind: 'slice',
      from: position(from, scope),
      to: position(to, scope),
      by: position(by, scope) ?? 1,
    }),
  };
}

function failing(message: string): never {
  throw failed(message);
}

export function messageOf(scope: Scope): Message {
  return scope.message ?? failing('there is no message to ask');
}

/** headers, props, params and configs: always text, and an error when they are not there. */
export function namedAccess(root: string, scope: string, name: string): Run {
  const find = finder(root, scope, name);
  return (message) => {
    const value = find(message);
    if (value === undefined || value === null) {
      throw failed(`there is no ${scope === '' ? root : `${root}.${scope}`}.${name}`);
    }
    return typeof value === 'string' ? value : text(fromValue(value));
  };
}

function finder(root: string, scope: string, name: string): (message: Message) => Value | undefined {
  if (root === 'headers') return (m) => m.headers.get(name);
  if (root === 'configs') return (m) => m.environment.config(name);
  if (scope === 'axis2') return (m) => m.axis2.get(name);
  if (scope === 'synapse') return (m) => m.properties.get(name);
  if (scope === 'functionParams') return (m) => m.templateParameters.at(-1)?.get(name);
  const property = scope === 'queryParams' ? `query.param.${name}` : `uri.var.${name}`;
  return (m) => m.properties.get(property);
}
