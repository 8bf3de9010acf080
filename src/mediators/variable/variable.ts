import type { ConfigOf } from '../../engine/ports.ts';
import { JsonNumber } from '../../message/json.ts';
import { JsonHolder, type Message, type Value } from '../../message/message.ts';
import { cloneNode } from '../../message/xml/tree.ts';
import { attr, defineMediator, type Mediator } from '../kit.ts';
import { inlineXml } from '../parts.ts';
import { ConversionError, convertText, nodesOf, notConvertible, valueText, type ValueType } from '../values.ts';

const shape = {
  name: attr.text({ doc: 'Name of the variable; read it as ${vars.name}.', required: true }),
  type: attr.oneOf(['STRING', 'BOOLEAN', 'INTEGER', 'LONG', 'DOUBLE', 'XML', 'JSON', 'OM'], {
    doc: 'Type of the value. Without it an expression keeps the type of its result.',
  }),
  value: attr.text({ doc: 'The value as it stands, turned into the type.' }),
  expression: attr.expression({ doc: 'What computes the value.' }),
  action: attr.lenient(['set', 'remove'], { doc: 'Set or remove it.', default: 'set', otherwise: 'set' }),
  inline: inlineXml({ doc: 'An element written in place as value.' }),
};

export const variable: Mediator = defineMediator({
  tag: 'variable',
  summary: 'Sets or removes a variable that lives as long as the conversation.',
  shape,
  faults: {
    VALUE_NOT_CONVERTIBLE: 'The value is not of the type that was asked for.',
  },
  check(config, from) {
    if (config.action === 'remove') return;
    if (config.value === undefined && !config.expression && config.inline.length === 0) {
      from.problem('MISSING_ATTRIBUTE', '<variable> has neither a value nor an expression.', {
        hint: 'Write value="...", expression="...", or an element inside.',
      });
    }
    if (config.value !== undefined) {
      try {
        convertText(config.value, config.type);
      } catch (error) {
        from.problem('BAD_VALUE', (error as Error).message, { on: from.attribute('value') });
      }
    }
  },
  examples: [
    { title: 'A number', xml: '<variable name="n" type="INTEGER" value="5"/>', then: { variables: { n: '5' } } },
    {
      title: 'An expression keeps its type',
      xml: '<variable name="pet" expression="${payload.pet}"/>',
      given: '{"pet":{"name":"Tom"}}',
      then: { variables: { pet: '{"name":"Tom"}' } },
    },
    {
      title: 'A result of another type',
      xml: '<variable name="n" type="INTEGER" expression="${payload.n}"/>',
      given: '{"n":"many"}',
      then: 'fault: VALUE_NOT_CONVERTIBLE',
    },
  ],
  run(config, message, scope) {
    if (config.action === 'remove') {
      message.variables.delete(config.name);
      return 'next';
    }
    try {
      message.variables.set(config.name, valueOf(config, message));
    } catch (error) {
      throw notConvertible(error, scope.fault.bind(scope));
    }
    return 'next';
  },
});

function valueOf(config: ConfigOf<typeof shape>, message: Message): Value {
  if (config.value !== undefined) return convertText(config.value, config.type);
  if (config.inline[0]) return cloneNode(config.inline[0]);
  if (!config.expression) return null;
  if (config.type === 'STRING') return config.expression.text(message);
  const result = config.expression.evaluate(message);
  const nodes = nodesOf(result);
  if (config.type === 'XML' || config.type === 'OM') {
    return nodes?.length === 1 && nodes[0]!.kind === 'element'
      ? nodes[0]!
      : convertText(config.expression.text(message), 'XML');
  }
  if (config.type === undefined)
    return nodes?.length === 1 && nodes[0]!.kind === 'element' ? nodes[0]! : (nodes ?? result);
  return converted(result, config.expression.text(message), config.type);
}

/** Text is read as the type; a value of another type is refused. */
function converted(result: Value, text: string, type: ValueType): Value {
  if (type === 'JSON') return result instanceof JsonHolder ? result : convertText(text, 'JSON');
  if (type === 'BOOLEAN') {
    if (typeof result === 'boolean' || /^(true|false)$/i.test(text)) return convertText(text, type);
    throw new ConversionError(text, type);
  }
  const number = result instanceof JsonHolder && result.json instanceof JsonNumber ? valueText(result) : text;
  // A whole double such as 5.0 is a number of the whole types too, as Gson's getAsInt.
  return convertText(type === 'DOUBLE' ? number : number.replace(/\.0+$/, ''), type);
}
