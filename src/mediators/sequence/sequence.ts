import { attr, defineMediator, keyText, ownSteps, type Mediator } from '../kit.ts';

export const sequence: Mediator = defineMediator({
  tag: 'sequence',
  summary: 'Runs a named sequence in place.',
  notes:
    'A fault inside goes to the onError of that sequence first. A handled fault ends the whole flow. With a name instead of a ' +
    'key its steps are written in place; nobody else can use that name.',
  shape: {
    key: attr.reference('sequence', {
      doc: 'Name or registry key of the sequence, or an {expression} that gives it.',
    }),
    name: attr.text({ doc: 'For steps in place: what they are called.' }),
    steps: ownSteps({ doc: 'Steps in place.' }),
  },
  check(config, from) {
    if (config.key === undefined && config.name === undefined) {
      from.problem('MISSING_ATTRIBUTE', '<sequence> needs the attribute "key".', {
        hint: 'Write the name of the sequence to run.',
      });
    }
    const [first] = config.steps.steps;
    if (config.key && config.name === undefined && first) {
      from.problem('UNKNOWN_ELEMENT', `A <sequence> with a key has no steps of its own.`, {
        level: 'warning',
        on: from.children()[0],
        hint: 'They are ignored.',
      });
    }
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
    { title: 'Steps in place', xml: '<sequence name="last"><drop/></sequence>', given: '<a/>', then: 'drop' },
  ],
  // A name wins over a key. Source: Synapse SequenceMediatorFactory.
  run: (config, message, scope) =>
    config.name !== undefined || !config.key
      ? scope.run(config.steps, message)
      : scope.runSequence(keyText(config.key, message), message),
});
