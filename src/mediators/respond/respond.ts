import { defineMediator, type Mediator } from '../kit.ts';

export const respond: Mediator = defineMediator({
  tag: 'respond',
  summary: 'Sends the message back to the client as it is now, and ends the flow.',
  shape: {},
  examples: [{ title: 'The request comes back', xml: '<respond/>', given: '{"a":1}', then: 'respond: {"a":1}' }],
  run(_config, message) {
    message.direction = 'response';
    message.addressing.to = undefined;
    return 'respond';
  },
});
