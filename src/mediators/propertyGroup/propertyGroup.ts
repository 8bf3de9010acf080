import { defineMediator, type Mediator } from '../kit.ts';
import { applyProperty, propertyList } from '../property/property.ts';

export const propertyGroup: Mediator = defineMediator({
  tag: 'propertyGroup',
  summary: 'Sets several properties in one step.',
  shape: {
    properties: propertyList,
  },
  faults: {
    VALUE_NOT_CONVERTIBLE: 'The value is not of the type that was asked for.',
  },
  examples: [
    {
      title: 'Two at once',
      xml: '<propertyGroup><property name="a" value="1"/><property name="b" value="2"/></propertyGroup>',
      then: { properties: { a: '1', b: '2' } },
    },
  ],
  run(config, message, scope) {
    for (const one of config.properties) applyProperty(one, message, scope);
    return 'next';
  },
});
