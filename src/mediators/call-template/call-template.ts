import { readExpression, readValue, formatValue } from '../../artifacts/shape/fields.ts';
import type { Field, Value as Key } from '../../artifacts/shape/spec.ts';
import { textIfAny } from '../../expressions/xpath/xpath.ts';
import type { Message, Value } from '../../message/message.ts';
import { attr, child, defineMediator, keyText, type Mediator } from '../kit.ts';

/** Like any value, and also {{expression}}, which Synapse computes inside the template: here it is computed at the call. */
const parameterValue: Field<Key | undefined> = {
  place: 'attribute',
  type: 'text or {expression}',
  doc: 'The value, fixed or computed at the call.',
  required: true,
  name: 'value',
  read(from, name) {
    const found = from.attribute(name);
    if (!found) return undefined;
    const late = /^\s*\{\{([^]*)\}\}\s*$/.exec(found.value)?.[1];
    if (late === undefined) return readValue(found.value, found, from);
    const expression = readExpression(late, found, from);
    return expression ? { expression } : { fixed: found.value };
  },
  write(value, to, name) {
    if (!value) return;
    to.attribute(name, formatValue(value));
    if (value.expression) to.namespaces(value.expression.namespaces);
  },
  visit: (value, visitor) => {
    if (value?.expression) visitor.expression?.(value.expression);
  },
};

export const callTemplate: Mediator = defineMediator({
  tag: 'call-template',
  summary: 'Runs a sequence template with parameters.',
  notes: 'Inside, a parameter is ${params.functionParams.name} or $func:name.',
  shape: {
    target: attr.reference('template', { doc: 'Name of the template.', required: true }),
    onError: attr.reference('sequence', {
      doc: 'Sequence that takes the faults of the template that its own onError does not take.',
    }),
    parameters: child.list(
      {
        name: attr.text({ doc: 'Name of the parameter.', required: true }),
        value: parameterValue,
      },
      { name: 'with-param', doc: 'A parameter.' },
    ),
  },
  faults: {
    PARAMETER_MISSING: 'The template asks for a parameter that the call does not give.',
  },
  examples: [
    {
      title: 'A template that is not there',
      xml: '<call-template target="missing"/>',
      given: '<a/>',
      then: 'fault: TEMPLATE_NOT_FOUND',
    },
  ],
  run(config, message, scope) {
    const name = keyText(config.target, message);
    const template = scope.library.template(name);
    if (!template) throw scope.fault('TEMPLATE_NOT_FOUND', { name });
    const parameters = new Map<string, Value>();
    for (const { name: parameter, mandatory, defaultValue } of template.parameters) {
      const written = config.parameters.findLast((p) => p.name === parameter)?.value;
      const given = written && (written.fixed ?? computed(written, message));
      if (given !== undefined) parameters.set(parameter, given);
      else if (defaultValue !== undefined) parameters.set(parameter, defaultValue);
      else if (mandatory) throw scope.fault('PARAMETER_MISSING', { template: name, parameter });
    }
    return scope.runTemplate(name, parameters, message, config.onError && keyText(config.onError, message));
  },
});

/** `${...}` keeps its type; XPath and JSONPath give text, as in Synapse. Undefined: as if it were not given. */
function computed(value: Extract<Key, { readonly fixed?: undefined }>, message: Message): Value | undefined {
  const { expression } = value;
  return expression.language === 'synapse' ? expression.evaluate(message) : textIfAny(expression, message);
}
