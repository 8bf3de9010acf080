import { attr, child } from '../shape/fields.ts';
import { readInlineEndpoint, visitEndpoint, writeInlineEndpoint } from '../shape/endpoint.ts';
import { readSteps } from '../shape/steps.ts';
import { nameAttribute } from './fields.ts';
import { defineIrregularKind, type Kind } from './kind.ts';
import type { TemplateConfig } from './types.ts';

const shape = {
  name: nameAttribute,
  onError: attr.text({ doc: 'The sequence that takes over when a step of the template fails.' }),
  parameter: child.list(
    {
      name: attr.text({ doc: 'Read as ${params.functionParams.name} or $func:name.', required: true }),
      isMandatory: attr.boolean({ doc: 'Calls without it fail.', default: false }),
      defaultValue: attr.text({ doc: 'Its value when a call gives none.' }),
    },
    { doc: 'What a call passes in.' },
  ),
};

export const template: Kind = defineIrregularKind<TemplateConfig>({
  kind: 'template',
  tag: 'template',
  summary: 'A sequence or an endpoint with parameters.',
  notes: 'Holds <sequence> (run by call-template) or <endpoint> (used by template endpoints).',
  shape,
  nameOf: (config) => config.name,
  codec: {
    read(from) {
      const { name, onError, parameter } = from.shape(shape);
      const parameters = parameter.map((p) => ({
        name: p.name,
        mandatory: p.isMandatory,
        defaultValue: p.defaultValue,
      }));
      const sequence = from.child('sequence');
      const endpoint = from.child('endpoint');
      from.children('description');
      from.attribute('description');
      if (!sequence && !endpoint) {
        from.problem('MISSING_ELEMENT', '<template> holds neither <sequence> nor <endpoint>.', {
          hint: 'Put the steps into <sequence>.',
        });
      }
      from.finish(shape);
      const inside = sequence && from.inside(sequence);
      return {
        name,
        onError: onError ?? inside?.attribute('onError')?.value,
        parameters,
        steps: inside && readSteps(inside.remaining(), inside),
        endpoint: endpoint && readInlineEndpoint(endpoint, from),
      };
    },
    write(config, to) {
      const { name, onError, parameters, steps, endpoint } = config;
      const parameter = parameters.map((p) => ({
        name: p.name,
        isMandatory: p.mandatory,
        defaultValue: p.defaultValue,
      }));
      to.shape(shape, { name, onError, parameter });
      if (steps) to.child('sequence', (w) => w.steps(steps.steps));
      if (endpoint) to.child('endpoint', (w) => writeInlineEndpoint(endpoint, w));
    },
    visit(config, visitor) {
      const nowhere = { file: '', line: 0, column: 0 };
      if (config.onError) visitor.reference?.('sequence', { fixed: config.onError }, nowhere);
      if (config.steps) visitor.steps?.(config.steps);
      if (config.endpoint) visitEndpoint(config.endpoint, visitor);
    },
  },
});
