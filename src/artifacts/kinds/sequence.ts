import { attr } from '../shape/fields.ts';
import { readSteps } from '../shape/steps.ts';
import { description, nameAttribute, observed } from './fields.ts';
import { defineIrregularKind, type Kind } from './kind.ts';
import type { SequenceConfig } from './types.ts';

const shape = {
  name: nameAttribute,
  onError: attr.text({ doc: 'The sequence that takes over when a step fails.' }),
  ...observed,
  description,
};

export const sequence: Kind = defineIrregularKind<SequenceConfig>({
  kind: 'sequence',
  tag: 'sequence',
  summary: 'Steps that a message runs through, by name.',
  notes:
    'The sequence "main" takes what no API and no proxy service is there for; "fault" takes faults nobody handles.',
  shape,
  nameOf: (config) => config.name,
  codec: {
    read(from) {
      const config = from.shape(shape);
      const key = from.attribute('key');
      if (key) {
        from.problem('BAD_VALUE', 'A sequence of its own cannot refer to another one by key.', {
          on: key,
          hint: 'Put <sequence key="..."/> inside it.',
        });
      }
      const steps = readSteps(from.remaining(), from);
      from.finish(shape);
      return { ...config, steps };
    },
    write(config, to) {
      to.shape(shape, { ...config });
      to.steps(config.steps.steps);
    },
    visit(config, visitor) {
      const nowhere = { file: '', line: 0, column: 0 };
      if (config.onError) visitor.reference?.('sequence', { fixed: config.onError }, nowhere);
      visitor.steps?.(config.steps);
    },
  },
});
