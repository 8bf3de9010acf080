/** Enriching JSON: a JSON value is taken, and put somewhere in the JSON body, a property or a variable. */
import type { Expression } from '../../expressions/expression.ts';
import { addChild, deleteAt, renameAt, setAt, type Edited } from '../../expressions/jsonpath/edit.ts';
import { compileJsonPath, type JsonPath, type JsonPathExpression } from '../../expressions/jsonpath/jsonpath.ts';
import type { JsonValue } from '../../message/json.ts';
import { JsonHolder, type Message, type Value } from '../../message/message.ts';
import { tryJson } from '../body-from.ts';
import type { Scope } from '../kit.ts';
import { nodesOf, valueText } from '../values.ts';
import { inlineText } from './inline.ts';
import type { Source, Target } from './places.ts';

const root: JsonPath = compileJsonPath('$');

/** The value a source stands for; undefined when there is none. */
export function takeJson(source: Source, message: Message, scope: Scope): JsonValue | undefined {
  switch (source.type) {
    case 'custom':
      return takeAtPath(source.expression, source.clone, message);
    case 'body':
    case 'envelope': {
      const whole = message.body.json();
      if (!source.clone) message.body.clear();
      return whole;
    }
    case 'property':
      return asJson(message.properties.get(source.name));
    case 'variable':
      return asJson(message.variables.get(source.name));
    case 'inline': {
      if (source.key === undefined) return written(inlineText(source.text, message), scope);
      const resource = message.environment.resource(source.key);
      if (!resource) throw scope.fault('RESOURCE_NOT_FOUND', { key: source.key });
      return asJson(new TextDecoder().decode(resource.bytes));
    }
  }
}

/** What is written as an object or a list must be JSON; anything else is a text. */
function written(text: string, scope: Scope): JsonValue | undefined {
  const value = asJson(text);
  if (value === text && /^[{[]/.test(text)) throw scope.fault('SOURCE_NOT_JSON');
  return value;
}

function takeAtPath(expression: Expression, clone: boolean, message: Message): JsonValue | undefined {
  if (expression.language !== 'jsonpath') return asJson(expression.evaluate(message));
  const value = expression.evaluate(message);
  const taken =
    value === null ? undefined : value instanceof JsonHolder ? structuredJson(value.json) : asJsonScalar(value);
  if (!clone) edit(message, (document) => deleteAt(pathOf(expression, message), document));
  return taken;
}

function asJsonScalar(value: Value): JsonValue {
  return typeof value === 'number' || typeof value === 'boolean' ? value : valueText(value);
}

/** A text that is JSON counts as that JSON, any other text as a string. */
function asJson(value: Value | undefined): JsonValue | undefined {
  if (value === undefined || value === null) return undefined;
  if (value instanceof JsonHolder) return structuredJson(value.json);
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (nodesOf(value)) return valueText(value);
  const text = valueText(value);
  return tryJson(text) ?? text;
}

/** A copy, so that what is put into the body is not the property's own object. */
function structuredJson(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(structuredJson);
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, structuredJson(inner)]));
}

/** Puts the value where the target says. */
export function putJson(target: Target, value: JsonValue, message: Message, scope: Scope): void {
  switch (target.type) {
    case 'custom': {
      const jsonPath = pathOf(target.expression, message);
      if (target.action === 'sibling') throw unsupported(target, scope);
      const change = target.action === 'child' ? addChild : setAt;
      edit(message, (document) => change(jsonPath, document, target.action === 'child' ? asItem(value) : value));
      return;
    }
    case 'key':
      edit(message, (document) => renameAt(pathOf(target.expression, message), document, valueText(jsonValue(value))));
      return;
    case 'body':
    case 'envelope':
      if (target.action === 'child') edit(message, (document) => addChild(root, document, asItem(value)));
      else if (target.action === 'sibling') throw unsupported(target, scope);
      else message.body.setJson(value);
      return;
    case 'property':
      message.properties.set(target.name, withChild(message.properties.get(target.name), target, value));
      return;
    case 'variable':
      message.variables.set(target.name, withChild(message.variables.get(target.name), target, value));
  }
}

/** A list put into a list is one item of it, as in Synapse. */
function asItem(value: JsonValue): JsonValue {
  return Array.isArray(value) ? [value] : value;
}

/**
 * Removes what the paths of the source select from the body or property that is the target; without such a path what the
 * target names. Source: Synapse Target.removeJsonFromBody.
 */
export function removeJson(source: Source, target: Target, message: Message): void {
  const selected =
    source.type === 'custom' && source.expression.language === 'jsonpath'
      ? pathOf(source.expression, message)
      : undefined;
  if (selected && (target.type === 'body' || target.type === 'envelope')) {
    edit(message, (document) => deleteAt(selected, document));
  } else if (selected && (target.type === 'property' || target.type === 'variable')) {
    const into = target.type === 'property' ? message.properties : message.variables;
    const held = asJson(into.get(target.name));
    if (held !== undefined) into.set(target.name, jsonValue(deleteAt(selected, held).document));
  } else if (target.type === 'custom' || target.type === 'key') {
    edit(message, (document) => deleteAt(pathOf(target.expression, message), document));
  } else if (target.type === 'body' || target.type === 'envelope') message.body.clear();
  else (target.type === 'property' ? message.properties : message.variables).delete(target.name);
}

function pathOf(expression: Expression, message: Message): JsonPath {
  return (expression as JsonPathExpression).pathFor(message);
}

function withChild(held: Value | undefined, target: Target, value: JsonValue): Value {
  if (target.action !== 'child') return jsonValue(value);
  const document = asJson(held);
  return document === undefined ? jsonValue(value) : jsonValue(addChild(root, document, asItem(value)).document);
}

/** Objects, lists and null stay JSON; scalars become what properties hold. */
function jsonValue(value: JsonValue): Value {
  return typeof value === 'object' ? new JsonHolder(value) : value;
}

function edit(message: Message, change: (document: JsonValue) => Edited): void {
  const document = message.body.json();
  if (document === undefined) return;
  message.body.setJson(change(structuredJson(document)).document);
}

function unsupported(target: Target, scope: Scope): Error {
  return scope.fault('NOT_SUPPORTED', undefined, {
    text: `JSON has no siblings: use action="child" on the parent instead of action="${target.action}".`,
  });
}
