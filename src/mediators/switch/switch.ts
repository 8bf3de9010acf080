import { textIfAny } from '../../expressions/xpath/xpath.ts';
import { attr, branch, child, defineMediator, ownSteps, type Mediator } from '../kit.ts';
import { regexAttribute } from '../parts.ts';

// `switch` is a reserved word of the language this is written in.
export const switchMediator: Mediator = defineMediator({
  tag: 'switch',
  summary: 'Runs the first case whose regular expression matches a text.',
  notes:
    'The whole text must match. Without a match the default runs, if there is one; so it does when the source asks for a ' +
    'property or header that is not there, whatever the cases say.',
  shape: {
    source: attr.expression({ doc: 'What is compared: XPath, json-eval(...) or ${...}.', required: true }),
    cases: child.list(
      {
        regex: regexAttribute({ doc: 'Must match the whole text of source.', required: true }),
        steps: ownSteps({ doc: 'Steps of the case.' }),
      },
      { name: 'case', doc: 'A case; the first that matches is run.' },
    ),
    default: branch({ doc: 'Steps when no case matches.' }),
  },
  examples: [
    {
      title: 'The first match wins',
      xml: '<switch source="//symbol"><case regex="IB."><drop/></case><case regex="IBM"><respond/></case></switch>',
      given: '<q><symbol>IBM</symbol></q>',
      then: 'drop',
    },
    {
      title: 'A property that is not there matches no case',
      xml: `<switch source="get-property('absent')"><case regex=".*"><drop/></case><default><respond/></default></switch>`,
      given: '<a/>',
      then: 'respond: <a/>',
    },
    {
      title: 'No case matches a part only',
      xml: '<switch source="json-eval($.symbol)"><case regex="IB"><drop/></case><default><respond/></default></switch>',
      given: '{"symbol":"IBM"}',
      then: 'respond: {"symbol":"IBM"}',
    },
  ],
  run(config, message, scope) {
    const text = textIfAny(config.source, message);
    const found = text === undefined ? undefined : config.cases.find((one) => one.regex.whole.test(text));
    if (found) return scope.run(found.steps, message);
    return config.default ? scope.run(config.default, message) : 'next';
  },
});
