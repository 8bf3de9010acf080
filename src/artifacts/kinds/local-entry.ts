import { cloneNode } from '../../message/xml/tree.ts';
import { attr } from '../shape/fields.ts';
import { description } from './fields.ts';
import { defineIrregularKind, type Kind } from './kind.ts';
import type { LocalEntryConfig } from './types.ts';

const shape = {
  key: attr.text({ doc: 'The key it is found by.', required: true }),
  src: attr.text({ doc: 'Where to read the value from, as a URL: file:..., http://...' }),
  description,
};

export const localEntry: Kind = defineIrregularKind<LocalEntryConfig>({
  kind: 'localEntry',
  tag: 'localEntry',
  summary: 'A text, an XML element or a URL under a key.',
  notes: 'Schemas, stylesheets, scripts and the connections of connectors are kept here.',
  shape,
  nameOf: (config) => config.key,
  codec: {
    read(from) {
      const { key, src, description: about } = from.shape(shape);
      const entry = { key, ...(about === undefined ? {} : { description: about }) };
      const element = from.remaining()[0];
      const written = from.text();
      from.finish(shape);
      if (src !== undefined && src !== '') return { ...entry, value: { type: 'url', url: src } };
      if (element) return { ...entry, value: { type: 'xml', element } };
      // A description is the only element whose text is not the value.
      const aside = from.element.child('description')?.text;
      return { ...entry, value: { type: 'text', text: aside === undefined ? written : written.replace(aside, '') } };
    },
    write({ key, value, description: about }, to) {
      to.attribute('key', key);
      if (value.type === 'url') to.attribute('src', value.url);
      description.write(about, to, 'description');
      if (value.type === 'url') return;
      if (value.type === 'xml') to.node(cloneNode(value.element));
      else to.text(value.text);
    },
  },
});
