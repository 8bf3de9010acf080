import { content, defineMediator, type Mediator } from '../kit.ts';

export const comment: Mediator = defineMediator({
  tag: 'comment',
  summary: 'A remark for people. It does nothing.',
  shape: {
    text: content.text({ doc: 'The remark.' }),
  },
  examples: [
    {
      title: 'The message passes untouched',
      xml: '<comment>look here first</comment>',
      given: '<a/>',
      then: 'next: <a/>',
    },
  ],
  run: () => 'next',
});
