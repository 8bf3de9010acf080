import { attr, defineMediator, keyText, type Mediator } from '../kit.ts';

export const sequence: Mediator = defineMediator({
  tag: 'sequence',
  summary: 'Runs a named sequence in place.',
  notes: 'A fault inside goes to the onError of that sequence first. A handled fault ends the whole flow.',
  shape: {
    key: attr.reference('sequence', {
      doc: 'Name or registry key of the sequence, or an {expression} that gives it.',
      required: true,
    }),
  },
  examples: [
    {
      title: 'A sequence that is not there',
      xml: '<sequence key="missing"/>',
      given: '<a/>',
      then: 'fault: SEQUENCE_NOT_FOUND',
    },
    {
      title: 'The name may be computed',
      xml: `<sequence key="{get-property('which')}"/>`,
      given: { body: '<a/>', properties: { which: 'missing' } },
      then: 'fault: SEQUENCE_NOT_FOUND',
    },
  ],
  run: (config, message, scope) => scope.runSequence(keyText(config.key, message), message),
});
