import { positionOf } from '../parameters.ts';
import { attr } from '../shape/fields.ts';
import type { Visitor } from '../shape/spec.ts';
import { description, nameAttribute, parameters } from './fields.ts';
import { defineIrregularKind, type Kind } from './kind.ts';
import type { MessageStoreConfig } from './types.ts';

const shape = {
  name: nameAttribute,
  className: attr.text({ name: 'class', doc: 'The kind of store; in memory when it is not given.' }),
  parameters: parameters({ doc: 'What the kind of store needs.' }),
  description,
};

/** Names another store. */
const failover = 'store.failover.message.store.name';

export const messageStore: Kind = defineIrregularKind<MessageStoreConfig>({
  kind: 'messageStore',
  tag: 'messageStore',
  summary: 'Where messages wait until a message processor takes them.',
  shape,
  nameOf: (config) => config.name,
  codec: {
    read(from) {
      const config = from.shape(shape);
      from.finish(shape);
      return config;
    },
    write: (config, to) => to.shape(shape, { ...config }),
    visit({ parameters: given }: MessageStoreConfig, visitor: Visitor) {
      const key = given.get(failover);
      if (key)
        visitor.reference?.('store', { fixed: key }, positionOf(given, failover) ?? { file: '', line: 0, column: 0 });
    },
  },
});
