import { positionOf } from '../parameters.ts';
import { attr } from '../shape/fields.ts';
import type { Visitor } from '../shape/spec.ts';
import { description, nameAttribute, parameters } from './fields.ts';
import { checkCron } from './schedule.ts';
import { defineIrregularKind, type Kind } from './kind.ts';
import type { MessageProcessorConfig } from './types.ts';

const shape = {
  name: nameAttribute,
  className: attr.text({ name: 'class', doc: 'The kind of processor.', required: true }),
  messageStore: attr.text({ doc: 'The message store it empties.', required: true }),
  targetEndpoint: attr.text({ doc: 'The endpoint a forwarding processor sends to.' }),
  parameters: parameters({ doc: 'interval, cronExpression, max.delivery.attempts, ...' }),
  description,
};

/** Parameters that name a sequence or a store. */
const SEQUENCES = [
  'sequence',
  'message.processor.reply.sequence',
  'message.processor.fault.sequence',
  'message.processor.deactivate.sequence',
];
const STORES = ['message.processor.failMessagesStore', 'message.target.store.name'];

export const messageProcessor: Kind = defineIrregularKind<MessageProcessorConfig>({
  kind: 'messageProcessor',
  tag: 'messageProcessor',
  summary: 'Takes messages out of a store and sends them on, again and again until it works.',
  shape,
  nameOf: (config) => config.name,
  codec: {
    read(from) {
      const config = from.shape(shape);
      checkCron(config.parameters.get('cronExpression'), from.element, from);
      from.finish(shape);
      return config;
    },
    write: (config, to) => to.shape(shape, { ...config }),
    visit: visitProcessor,
  },
});

function visitProcessor(config: MessageProcessorConfig, visitor: Visitor): void {
  const at = { file: '', line: 0, column: 0 };
  visitor.reference?.('store', { fixed: config.messageStore }, at);
  if (config.targetEndpoint) visitor.reference?.('endpoint', { fixed: config.targetEndpoint }, at);
  for (const name of SEQUENCES) {
    const key = config.parameters.get(name);
    if (key) visitor.reference?.('sequence', { fixed: key }, positionOf(config.parameters, name) ?? at);
  }
  for (const name of STORES) {
    const key = config.parameters.get(name);
    if (key) visitor.reference?.('store', { fixed: key }, positionOf(config.parameters, name) ?? at);
  }
}
