import { defineMediator, type Mediator } from '../kit.ts';
import type { Message } from '../../message/message.ts';

/** Messages that went round once: a second time would never end. */
const looped = new WeakSet<Message>();

export const loopback: Mediator = defineMediator({
  tag: 'loopback',
  summary: 'Moves the message from the in flow to the out flow, and ends the in flow.',
  shape: {},
  faults: {
    LOOPBACK_TWICE:
      'The message has been through loopback before: it stands in an out flow, where it would go round for ever.',
  },
  examples: [{ title: 'The out flow goes on with the message', xml: '<loopback/>', given: '<a/>', then: 'loopback' }],
  run(_config, message, scope) {
    if (looped.has(message)) throw scope.fault('LOOPBACK_TWICE');
    looped.add(message);
    message.direction = 'response';
    message.addressing.to = undefined;
    return 'loopback';
  },
});
