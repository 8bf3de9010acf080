import type { Field, Value as Key } from '../../artifacts/shape/spec.ts';
import type { Expression } from '../../expressions/expression.ts';
import { textIfAny } from '../../expressions/xpath/xpath.ts';
import type { Message, Value } from '../../message/message.ts';
import { cloneNode, type XmlElement } from '../../message/xml/tree.ts';
import type { JavaRegex } from '../java-regex.ts';
import { attr, child, defineMediator, keyText, type Mediator, type Scope } from '../kit.ts';
import { inlineXml, regexAttribute } from '../parts.ts';
import { convertText, nodesOf, notConvertible, valueText, type ValueType } from '../values.ts';

const scopes = [
  'default',
  'synapse',
  'axis2',
  'axis2-client',
  'transport',
  'operation',
  'registry',
  'system',
  'env',
  'file',
  'trace',
  'analytics',
  'func',
] as const;

/** Scopes that Synapse only reads, or that only its own tracing reads. */
const withoutEffect: ReadonlySet<string> = new Set(['system', 'env', 'file', 'trace', 'analytics', 'func']);

/** What a consumer asks when the flow has ended. Source: MediatorPropertyUtils.handleSpecialProperties. */
const rollback: ReadonlySet<string> = new Set(['SET_ROLLBACK_ONLY', 'SET_REQUEUE_ON_ROLLBACK']);

const shape = {
  name: attr.value({ doc: 'Name of the property, or an {expression} that gives it.', required: true }),
  value: attr.text({ doc: 'The value as it stands, turned into the type.' }),
  expression: attr.expression({ doc: 'What computes the value.' }),
  type: attr.oneOf(['STRING', 'BOOLEAN', 'INTEGER', 'LONG', 'SHORT', 'FLOAT', 'DOUBLE', 'OM', 'JSON'], {
    doc: 'Type of the value. A text that cannot be turned into it is a fault.',
  }),
  scope: attr.oneOf(scopes, {
    doc: 'Where it is kept: default (the conversation), axis2 (this message), transport (a header), operation, ...',
    default: 'default',
  }),
  action: attr.lenient(['set', 'remove'], { doc: 'Set or remove it.', default: 'set', otherwise: 'set' }),
  pattern: regexAttribute({
    doc: 'Keeps only what this regular expression, matching the whole value, has in its group.',
  }),
  group: attr.integer({ doc: 'Which group of the pattern to keep; 0 is all of it.', default: 0, min: 0 }),
  inline: inlineXml({ doc: 'An element written in place as value.' }),
};

/** One property as written; `propertyGroup` holds several. */
export interface PropertyConfig {
  readonly name: Key;
  readonly value: string | undefined;
  readonly expression: Expression | undefined;
  readonly type: ValueType | undefined;
  readonly scope: (typeof scopes)[number];
  readonly action: 'set' | 'remove';
  readonly pattern: JavaRegex | undefined;
  readonly group: number;
  readonly inline: readonly XmlElement[];
}

/** Children <property>, each written as the property mediator is. */
export const propertyList: Field<readonly PropertyConfig[]> = child.list(shape, {
  name: 'property',
  doc: 'A property, as the property mediator takes it.',
});

export const property: Mediator = defineMediator({
  tag: 'property',
  summary: 'Sets or removes a property of the message, or a transport header.',
  notes:
    'Some properties steer the engine. In axis2: messageType and ContentType (how the body is written), HTTP_SC (status), ' +
    'NO_ENTITY_BODY, FORCE_SC_ACCEPTED, REST_URL_POSTFIX, HTTP_METHOD, DISABLE_CHUNKING. In default: RESPONSE, OUT_ONLY, ' +
    'uri.var.*. This mediator stores them; endpoints and transports act on them.',
  shape,
  faults: {
    VALUE_NOT_CONVERTIBLE: 'The value is not of the type that was asked for.',
  },
  check(config, from) {
    if (config.name?.fixed?.trim() === '') {
      from.problem('BAD_VALUE', '<property> has an empty name.', { on: from.attribute('name'), hint: 'Name it.' });
    }
    const group = config.pattern ? undefined : from.attribute('group');
    if (group) {
      from.problem('MISSING_ATTRIBUTE', '<property> has a group but no pattern.', {
        on: group,
        hint: 'Write the regular expression as pattern="...", or remove group.',
      });
    }
    if (config.action === 'remove') return;
    if (config.value === undefined && !config.expression && config.inline.length === 0) {
      from.problem('MISSING_ATTRIBUTE', '<property> has neither a value nor an expression.', {
        hint: 'Write value="...", expression="...", or an element inside.',
      });
    }
    if (config.value !== undefined && config.expression) {
      from.problem('CONFLICTING_ATTRIBUTES', '<property> has both a value and an expression.', {
        level: 'warning',
        hint: 'The value is used.',
      });
    }
    if (config.value !== undefined) {
      try {
        convertText(config.value, config.type);
      } catch (error) {
        from.problem('BAD_VALUE', (error as Error).message, { on: from.attribute('value') });
      }
    }
    if (config.scope === 'registry') {
      from.problem('NOT_SUPPORTED', 'Gantry does not write into the registry from a flow.', {
        level: 'warning',
        hint: 'Keep the value in a property, a message store or a service of its own; reaching this step is a fault.',
      });
    } else if (withoutEffect.has(config.scope)) {
      from.problem('NO_EFFECT', `Setting a property in the scope "${config.scope}" has no effect.`, {
        level: 'warning',
      });
    }
  },
  examples: [
    {
      title: 'A fixed value',
      xml: '<property name="city" value="Colombo"/>',
      then: { properties: { city: 'Colombo' } },
    },
    {
      title: 'A value from the body',
      xml: '<property name="symbol" expression="json-eval($.symbol)"/>',
      given: '{"symbol":"IBM"}',
      then: { properties: { symbol: 'IBM' } },
    },
    {
      title: 'A part of a value',
      xml: '<property name="host" value="http://a.example:80/x" pattern="http://([^:/]+).*" group="1"/>',
      then: { properties: { host: 'a.example' } },
    },
    {
      title: 'A transport header',
      xml: '<property name="X-Trace" value="1" scope="transport"/>',
      then: { headers: { 'x-trace': '1' } },
    },
    {
      title: 'Doubles read back as Java writes them',
      xml: '<property name="d" value="5" type="DOUBLE"/>',
      then: { properties: { d: '5.0' } },
    },
    {
      title: 'A text that is no number',
      xml: '<property name="n" expression="//a" type="INTEGER"/>',
      given: '<a>many</a>',
      then: 'fault: VALUE_NOT_CONVERTIBLE',
    },
    {
      title: 'An element as value',
      xml: '<property name="p" type="OM"><q xmlns="">1</q></property>',
      then: { properties: { p: '<q>1</q>' } },
    },
    {
      title: 'Removing',
      xml: '<property name="city" action="remove"/>',
      given: { properties: { city: 'Colombo' } },
      then: { properties: {} },
    },
  ],
  run(config, message, scope) {
    applyProperty(config, message, scope);
    return 'next';
  },
});

export function applyProperty(config: PropertyConfig, message: Message, scope: Scope): void {
  const name = keyText(config.name, message);
  if (config.action === 'remove') return remove(config.scope, name, message);
  let value: Value | undefined;
  try {
    value = valueOf(config, message);
  } catch (error) {
    throw notConvertible(error, scope.fault.bind(scope));
  }
  if (config.pattern && typeof value === 'string') {
    value = config.pattern.whole.exec(value)?.[config.group] ?? '';
  }
  set(config.scope, name, value, message, scope);
}

/** Undefined when the expression asks for what is not there. */
function valueOf(config: PropertyConfig, message: Message): Value | undefined {
  if (config.value !== undefined) return convertText(config.value, config.type);
  const inline = config.inline[0];
  if (inline) return cloneNode(inline);
  const { expression } = config;
  if (!expression) return '';
  if (config.type === 'OM') {
    const nodes = nodesOf(expression.evaluate(message));
    if (nodes?.length === 1 && nodes[0]!.kind === 'element') return nodes[0]!;
  }
  const text = textIfAny(expression, message);
  const isText = config.type === undefined || config.type === 'STRING';
  return text === undefined && isText ? undefined : convertText(text ?? '', config.type);
}

function set(
  where: PropertyConfig['scope'],
  name: string,
  found: Value | undefined,
  message: Message,
  scope: Scope,
): void {
  // Nothing leaves a property of the conversation as it is, and takes any other away. Source: Axis2MessageContext.setProperty.
  if (found === undefined && where !== 'transport' && where !== 'registry') {
    if (where !== 'default' && where !== 'synapse') remove(where, name, message);
    return;
  }
  const value = found ?? '';
  switch (where) {
    case 'default':
    case 'synapse':
      message.properties.set(name, value);
      return;
    case 'axis2':
      message.axis2.set(name, value);
      // Lasts longer than the message: a call puts the axis2 properties of its answer in place of these.
      if (rollback.has(name)) message.conversation.operation.set(name, value);
      if (name === 'messageType') setContentType(message, valueText(value));
      return;
    case 'axis2-client':
      message.axis2Client.set(name, value);
      return;
    case 'transport':
      message.headers.set(name, valueText(value));
      return;
    case 'operation':
      message.conversation.operation.set(name, value);
      return;
    case 'registry':
      throw scope.fault('NOT_SUPPORTED', { property: name, scope: where });
    default:
      // Synapse accepts these scopes and does nothing with them.
      return;
  }
}

/** A new message type is a new content type too. Source: MediatorPropertyUtils.handleSpecialProperties. */
export function setContentType(message: Message, type: string): void {
  message.axis2.set('ContentType', type);
  message.headers.set('Content-Type', type);
}

function remove(where: PropertyConfig['scope'], name: string, message: Message): void {
  if (where === 'default' || where === 'synapse') message.properties.delete(name);
  else if (where === 'axis2') {
    message.axis2.delete(name);
    if (rollback.has(name)) message.conversation.operation.delete(name);
  } else if (where === 'axis2-client') message.axis2Client.delete(name);
  else if (where === 'transport') message.headers.delete(name);
  else if (where === 'operation') message.conversation.operation.delete(name);
}
