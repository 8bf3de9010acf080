import { attr, defineMediator, keyText, type Mediator } from '../kit.ts';

export const throwError: Mediator = defineMediator({
  tag: 'throwError',
  summary: 'Ends the flow with a fault of your own, which the nearest fault sequence handles.',
  notes: 'The fault sequence finds the type in ERROR_CODE and the message in ERROR_MESSAGE.',
  shape: {
    type: attr.value({ doc: 'A word of your choice for the kind of error.', required: true }),
    errorMessage: attr.value({ doc: 'What went wrong, fixed or computed.', required: true }),
  },
  examples: [
    {
      title: 'A fault with a computed text',
      xml: `<throwError type="VALIDATION" errorMessage="{fn:concat('no ', //field)}"/>`,
      given: '<a><field>name</field></a>',
      then: 'fault: CUSTOM { errorCode: VALIDATION }',
    },
  ],
  run(config, message, scope) {
    throw scope.fault(
      'CUSTOM',
      { errorCode: keyText(config.type, message) },
      { text: keyText(config.errorMessage, message) },
    );
  },
});
