import { defineMediator, ownSteps, type Mediator } from '../kit.ts';
import { isResponse } from '../direction.ts';

export const out: Mediator = defineMediator({
  tag: 'out',
  summary: 'Runs its steps for responses only.',
  notes: 'A message is a response when an endpoint sent it, or when the property RESPONSE is "true".',
  shape: {
    steps: ownSteps({ doc: 'What to do with a response.' }),
  },
  examples: [
    { title: 'A request goes past', xml: '<out><drop/></out>', given: '<a/>', then: 'next: <a/>' },
    {
      title: 'A response goes in',
      xml: '<out><drop/></out>',
      given: { body: '<a/>', properties: { RESPONSE: 'true' } },
      then: 'drop',
    },
  ],
  run: (config, message, scope) => (isResponse(message) ? scope.run(config.steps, message) : 'next'),
});
