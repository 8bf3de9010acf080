import { attr } from '../shape/fields.ts';
import { description, nameAttribute, parameters } from './fields.ts';
import { defineKind, type Kind } from './kind.ts';

export const messageStore: Kind = defineKind({
  kind: 'messageStore',
  tag: 'messageStore',
  summary: 'Where messages wait until a message processor takes them.',
  shape: {
    name: nameAttribute,
    className: attr.text({ name: 'class', doc: 'The kind of store; in memory when it is not given.' }),
    parameters: parameters({ doc: 'What the kind of store needs.' }),
    description,
  },
  nameOf: (config) => config.name,
});
