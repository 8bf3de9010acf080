import { readSteps } from '../../artifacts/shape/steps.ts';
import type { Field, Steps } from '../../artifacts/shape/spec.ts';
import type { ConfigOf } from '../../engine/ports.ts';
import { textIfAny } from '../../expressions/xpath/xpath.ts';
import type { Message } from '../../message/message.ts';
import { attr, branch, defineMediator, type Mediator } from '../kit.ts';
import { regexAttribute } from '../parts.ts';

/** Children that are steps themselves: how filters were written before <then> existed. */
const bareSteps: Field<Steps | undefined> = {
  place: 'content',
  type: 'steps',
  doc: 'Steps for a match, written without <then>.',
  required: false,
  read: (from) => (from.child('then') ? undefined : readSteps(from.remaining(), from)),
  write: (steps, to) => {
    if (steps) to.steps(steps.steps);
  },
  visit: (steps, visitor) => {
    if (steps) visitor.steps?.(steps);
  },
};

const shape = {
  source: attr.expression({ doc: 'What is compared with regex.' }),
  regex: regexAttribute({ doc: 'Must match the whole text of source.' }),
  xpath: attr.expression({ doc: 'The condition, instead of source and regex: XPath, json-eval(...) or ${...}.' }),
  then: branch({ doc: 'Steps when it holds.' }),
  else: branch({ doc: 'Steps when it does not hold.' }),
  bare: bareSteps,
};

export const filter: Mediator = defineMediator({
  tag: 'filter',
  summary: 'Runs one branch when a condition holds, another one when it does not.',
  notes: 'With source and regex the whole text must match. With xpath the result is taken as true or false.',
  shape,
  check(config, from) {
    const otherwise = from.child('else');
    if (otherwise && !from.child('then')) {
      from.problem('MISSING_ELEMENT', '<filter> has an <else> but no <then>.', {
        on: otherwise,
        hint: 'Put the steps for a match into <then>, or write an empty <then/>.',
      });
    }
    if (config.xpath || (config.source && config.regex && config.regex.source !== '')) return;
    from.problem('MISSING_ATTRIBUTE', '<filter> needs a condition.', {
      hint: 'Write xpath="...", or source="..." together with regex="...".',
    });
  },
  examples: [
    {
      title: 'A regular expression must match the whole text',
      xml: `<filter source="get-property('city')" regex="Col.*"><then><drop/></then></filter>`,
      given: { body: '<a/>', properties: { city: 'Colombo' } },
      then: 'drop',
    },
    {
      title: 'The other branch',
      xml: '<filter xpath="//a = 2"><then><drop/></then><else><respond/></else></filter>',
      given: '<a>1</a>',
      then: 'respond: <a>1</a>',
    },
    {
      title: 'An expression as condition',
      xml: '<filter xpath="${payload.total > 10}"><then><drop/></then></filter>',
      given: '{"total": 12}',
      then: 'drop',
    },
    {
      title: 'What is not there matches nothing',
      xml: `<filter source="get-property('absent')" regex=".*"><then><drop/></then><else><respond/></else></filter>`,
      given: '<a/>',
      then: 'respond: <a/>',
    },
    { title: 'Steps without <then>', xml: '<filter xpath="//a"><drop/></filter>', given: '<a/>', then: 'drop' },
  ],
  run(config, message, scope) {
    const steps = holds(config, message) ? (config.then ?? config.bare) : config.else;
    return steps ? scope.run(steps, message) : 'next';
  },
});

/** What is not there matches nothing, not even ".*". */
function holds({ xpath, source, regex }: ConfigOf<typeof shape>, message: Message): boolean {
  if (xpath) return xpath.test(message);
  const text = textIfAny(source!, message);
  return text !== undefined && regex!.whole.test(text);
}
