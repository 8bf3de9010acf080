import { attr, defineMediator, keyText, type Mediator } from '../kit.ts';

export const throwError: Mediator = defineMediator({
  tag: 'throwError',
  summary: 'Ends the flow with a fault of your own, which the nearest fault sequence handles.',
  notes: 'The fault sequence finds the type in ERROR_CODE and the message in ERROR_MESSAGE.',
  shape: {
    type: attr.value({ doc: 'A word of your choice for the kind of error; 500000 without it.' }),
    errorMessage: attr.value({ doc: 'What went wrong, fixed or computed.' }),
  },
  examples: [
    {
      title: 'A fault with a computed text',
      xml: `<throwError type="VALIDATION" errorMessage="{fn:concat('no ', //field)}"/>`,
      given: '<a><field>name</field></a>',
      then: 'fault: CUSTOM { errorCode: VALIDATION }',
    },
    { title: 'A fault without words', xml: '<throwError/>', given: '<a/>', then: 'fault: CUSTOM' },
  ],
  run(config, message, scope) {
    const type = config.type ? keyText(config.type, message) : '';
    const text = config.errorMessage ? keyText(config.errorMessage, message) : '';
    const wordless = 'Error occurred in the mediation flow';
    throw scope.fault('CUSTOM', type === '' ? undefined : { errorCode: type }, { text: text === '' ? wordless : text });
  },
});
