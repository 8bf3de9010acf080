import { defineMediator, type Mediator } from '../kit.ts';

export const drop: Mediator = defineMediator({
  tag: 'drop',
  summary: 'Ends the flow of this message. What was sent before goes on.',
  shape: {},
  examples: [{ title: 'Nothing after it runs', xml: '<drop/>', given: '<a/>', then: 'drop' }],
  run: () => 'drop',
});
