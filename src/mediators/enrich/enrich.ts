import type { ConfigOf } from '../../engine/ports.ts';
import type { Message } from '../../message/message.ts';
import { isJsonBody } from '../body-kind.ts';
import { defineMediator, type Mediator } from '../kit.ts';
import { conflictOf } from './conflicts.ts';
import { putJson, removeJson, takeJson } from './json.ts';
import { sourceField, targetField, type Source, type Target } from './places.ts';
import { putNodes, removeNodes, takeNodes } from './xml.ts';

const shape = {
  source: sourceField,
  target: targetField,
};

export const enrich: Mediator = defineMediator({
  tag: 'enrich',
  summary: 'Takes a part of the message (or something written here) and puts it somewhere else in the message.',
  notes:
    'With an XPath it works on XML, with a JSONPath or on a JSON body without any XPath on JSON. With action="remove" a path in ' +
    'the source says what goes from the body or property of the target. A text put at an element replaces its content; put at an attribute it becomes its value.',
  shape,
  needsBody: true,
  check({ source, target }, from) {
    const conflict = source && target && conflictOf(source, target);
    if (conflict) from.problem('BAD_VALUE', conflict.text, { on: from.child('target'), hint: conflict.hint });
  },
  faults: {
    TARGET_NOT_FOUND: 'The xpath of the target leads to nothing.',
    SOURCE_NOT_JSON: 'The inline source is not JSON any more once the values are in it.',
    NO_ENVELOPE: 'Only a SOAP envelope can replace the envelope.',
  },
  examples: [
    {
      title: 'A text from the body into a property and back',
      xml: '<enrich><source xpath="//symbol/text()"/><target type="property" property="s"/></enrich>',
      given: '<q><symbol>IBM</symbol></q>',
      then: { properties: { s: 'IBM' } },
    },
    {
      title: 'An element as a child',
      xml: '<enrich><source type="inline"><b xmlns="">1</b></source><target action="child" xpath="//a"/></enrich>',
      given: '<r><a><x/></a></r>',
      then: 'next: <r><a><x/><b>1</b></a></r>',
    },
    {
      title: 'JSON at a path',
      xml: '<enrich><source type="inline">{"n":1}</source><target xpath="json-eval($.a)"/></enrich>',
      given: '{"a":0,"b":2}',
      then: 'next: {"a":{"n":1},"b":2}',
    },
    {
      title: 'One more item of a JSON list',
      xml: '<enrich><source xpath="json-eval($.new)"/><target action="child" xpath="json-eval($.list)"/></enrich>',
      given: '{"new":3,"list":[1,2]}',
      then: 'next: {"new":3,"list":[1,2,3]}',
    },
    {
      title: 'Removing',
      xml: '<enrich><source type="body"/><target action="remove" xpath="//secret"/></enrich>',
      given: '<r><secret>1</secret><a/></r>',
      then: 'next: <r><a/></r>',
    },
    {
      title: 'A target that is not there',
      xml: '<enrich><source type="inline"><b/></source><target xpath="//missing"/></enrich>',
      given: '<r/>',
      then: 'fault: TARGET_NOT_FOUND',
    },
  ],
  run(config, message, scope) {
    const { source, target } = config as Required<ConfigOf<typeof shape>>;
    if (!source || !target)
      throw scope.fault('NOT_SUPPORTED', undefined, { text: 'The enrich has no usable source and target.' });
    const json = isJson(source, target, message);
    if (target.action === 'remove') {
      if (json) removeJson(source, target, message);
      else removeNodes(source, target, message);
      return 'next';
    }
    if (!json) {
      putNodes(target, takeNodes(source, message, scope), message, scope);
      return 'next';
    }
    const value = takeJson(source, message, scope);
    if (value === undefined) scope.log.error('<enrich> found nothing to put: its source is empty.');
    else putJson(target, value, message, scope);
    return 'next';
  },
});

function isJson(source: Source, target: Target, message: Message): boolean {
  const languages = [source, target].map((place) =>
    place.type === 'custom' || place.type === 'key' ? place.expression.language : undefined,
  );
  if (languages.includes('xpath')) return false;
  if (languages.includes('jsonpath')) return true;
  return isJsonBody(message) && !(source.type === 'inline' && source.xml);
}
