import { attr } from '../shape/fields.ts';
import { parameters } from './fields.ts';
import { defineKind, type Kind } from './kind.ts';

export const registry: Kind = defineKind({
  kind: 'registry',
  tag: 'registry',
  summary: 'Which registry to use. Gantry reads its registry from files whatever this says.',
  shape: {
    provider: attr.text({ doc: 'The Java class of the registry.', default: '' }),
    parameters: parameters({ doc: 'root, cachableDuration, ...' }),
  },
  nameOf: () => '',
});
