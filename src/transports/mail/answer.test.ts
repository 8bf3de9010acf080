import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Message } from '../../message/message.ts';
import { answerHead } from './answer.ts';

const envelope = {
  subject: 'Order 7',
  messageId: '<1@x.example>',
  from: [{ name: 'Ann', address: 'ann@x.example' }],
  cc: [{ address: 'c@x.example' }],
};
const from = 'orders@x.example';

function answerTo(header = '', more: object = {}, subject?: string): ReturnType<typeof answerHead> {
  const answer = new Message();
  if (subject !== undefined) answer.headers.set('Subject', subject);
  const mail = { envelope: { ...envelope, ...more }, headers: Buffer.from(header) };
  return answerHead(mail, answer, { from, fallback: undefined });
}

test('an answer goes to the sender, and says what it answers', () => {
  assert.deepEqual(answerTo(), {
    from,
    to: 'ann@x.example',
    cc: 'c@x.example',
    bcc: undefined,
    replyTo: undefined,
    subject: 'Re: Order 7',
    more: { 'In-Reply-To': '<1@x.example>', References: '<1@x.example>', 'Auto-Submitted': 'auto-replied' },
  });
  assert.equal(answerTo('', { replyTo: [{ address: 'b@x.example' }] })?.to, 'b@x.example');
});

test('the subject is what the flow set, unless that is still the one of the question', () => {
  assert.equal(answerTo('', {}, 'Done')?.subject, 'Done');
  assert.equal(answerTo('', {}, 'Order 7')?.subject, 'Re: Order 7');
});

test('machines, and mails that name nobody, get no answer', () => {
  assert.equal(answerTo('Auto-Submitted: auto-replied\r\n'), undefined);
  assert.equal(answerTo('Precedence: bulk\r\n'), undefined);
  assert.equal(answerTo('', { from: [] }), undefined);
  assert.notEqual(answerTo('Auto-Submitted: no\r\n'), undefined);
});
