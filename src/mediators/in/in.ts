import { defineMediator, ownSteps, type Mediator } from '../kit.ts';
import { isResponse } from '../direction.ts';

// `in` is a reserved word of the language this is written in.
export const inMediator: Mediator = defineMediator({
  tag: 'in',
  summary: 'Runs its steps for requests only.',
  notes: 'A message is a response when an endpoint sent it, or when the property RESPONSE is "true".',
  shape: {
    steps: ownSteps({ doc: 'What to do with a request.' }),
  },
  examples: [
    { title: 'A request goes in', xml: '<in><drop/></in>', given: '<a/>', then: 'drop' },
    {
      title: 'A response goes past',
      xml: '<in><drop/></in>',
      given: { body: '<a/>', properties: { RESPONSE: 'true' } },
      then: 'next: <a/>',
    },
  ],
  run: (config, message, scope) => (isResponse(message) ? 'next' : scope.run(config.steps, message)),
});
