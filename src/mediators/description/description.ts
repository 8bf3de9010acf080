import { content, defineMediator, type Mediator } from '../kit.ts';

export const description: Mediator = defineMediator({
  tag: 'description',
  summary: 'A remark for people. It does nothing.',
  shape: {
    text: content.text({ doc: 'The remark.' }),
  },
  examples: [
    {
      title: 'The message passes untouched',
      xml: '<description>look here first</description>',
      given: '<a/>',
      then: 'next: <a/>',
    },
  ],
  run: () => 'next',
});
