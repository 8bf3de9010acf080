import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'smol-toml';
import { Body } from '../../message/body.ts';
import { Message } from '../../message/message.ts';
import { headOf } from './envelope.ts';
import { createMailSender } from './sender.ts';
import { readMailSettings } from './settings.ts';

test('the mail server is the one that deployment.toml names', () => {
  const deployment = parse(`
    [[transport.mail.sender]]
    name = "mailto"
    parameter.hostname = "smtp.example.com"
    parameter.port = "587"
    parameter.enable_tls = true
    parameter.username = "me"
    parameter.password = "word"
    parameter.from = "orders@example.com"`);
  assert.deepEqual(readMailSettings(deployment), {
    host: 'smtp.example.com',
    port: 587,
    tls: true,
    implicitTls: false,
    checksCertificate: true,
    user: 'me',
    password: 'word',
    from: 'orders@example.com',
  });
  assert.equal(readMailSettings({}), undefined);
});

test('headers say more about a mail than its address does', () => {
  const message = new Message();
  const url = new URL('mailto:a@x.example,b@x.example?subject=From%20the%20address&cc=c@x.example');
  assert.deepEqual(headOf(url, message, 'me@x.example'), {
    from: 'me@x.example',
    to: 'a@x.example,b@x.example',
    cc: 'c@x.example',
    bcc: undefined,
    replyTo: undefined,
    subject: 'From the address',
    more: {},
  });
  for (const [name, value] of [
    ['To', 'd@x.example'],
    ['Subject', 'From the flow'],
    ['X-Order', '7'],
    ['Accept', '*/*'],
  ] as const)
    message.headers.set(name, value);
  const { to, subject, more } = headOf(url, message, 'me@x.example');
  assert.deepEqual([to, subject, more], ['d@x.example', 'From the flow', { 'X-Order': '7' }]);
});

test('a mail to nobody, or without a server, is a fault that says what to do', async () => {
  assert.throws(() => headOf(new URL('mailto:'), new Message(), undefined), { code: 'SEND_FAILED' });
  const sender = createMailSender(undefined);
  const outgoing = { method: undefined, format: undefined, timeoutMs: undefined, signal: new AbortController().signal };
  const message = new Message({ body: Body.text('1') });
  await assert.rejects(
    sender.send({ ...outgoing, url: new URL('mailto:a@x.example'), message }),
    /transport\.mail\.sender/,
  );
});
