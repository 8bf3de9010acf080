/** Mail through a real SMTP conversation. SMTP_URL names a server that writes each mail to a file of SMTP_DIR. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Body } from '../../../src/message/body.ts';
import { Message } from '../../../src/message/message.ts';
import { createMailSender } from '../../../src/transports/mail/sender.ts';
import { mailWith } from './caught-mail.ts';

const { SMTP_URL: url, SMTP_DIR: folder } = process.env;
const skip = (url === undefined || folder === undefined) && 'SMTP_URL and SMTP_DIR are not set';

test('a message arrives as a mail of its content type, to everyone it names', { skip, timeout: 20_000 }, async (t) => {
  const { hostname: host, port } = new URL(url!);
  const sender = createMailSender({
    host,
    port: Number(port),
    tls: false,
    user: 'me',
    password: 'x',
    from: 'me@x.example',
  });
  t.after(() => sender.close());
  const subject = `Order ${crypto.randomUUID()}`;
  const message = new Message({ body: Body.json({ order: 7 }) });
  message.headers.set('Subject', subject);
  message.headers.set('Cc', 'c@x.example');
  const signal = new AbortController().signal;
  const more = { method: undefined, format: undefined, timeoutMs: undefined, signal };
  assert.equal(await sender.send({ ...more, url: new URL('mailto:a@x.example'), message }), undefined);
  const mail = await mailWith(folder!, subject);
  assert.match(mail, /^From: me@x\.example\r?$/m);
  assert.match(mail, /^To: a@x\.example\r?$/m);
  assert.match(mail, /^Cc: c@x\.example\r?$/m);
  assert.match(mail, /^Content-Type: application\/json; charset=UTF-8\r?$/m);
  const body = mail
    .split(/\r?\n\r?\n/)
    .slice(1)
    .join('\n')
    .trim();
  assert.equal(/^[\w+/=]+$/.test(body) ? Buffer.from(body, 'base64').toString() : body, '{"order":7}');
});

test('a mail server that is not there is a fault with its name', { skip }, async (t) => {
  const sender = createMailSender({
    host: '127.0.0.1',
    port: 1,
    tls: false,
    user: undefined,
    password: undefined,
    from: 'me@x.example',
  });
  t.after(() => sender.close());
  const signal = new AbortController().signal;
  const message = new Message({ body: Body.text('1') });
  const outgoing = { message, method: undefined, format: undefined, timeoutMs: undefined, signal };
  await assert.rejects(sender.send({ ...outgoing, url: new URL('mailto:a@x.example') }), {
    code: 'CONNECTION_FAILED',
    message: /127\.0\.0\.1:1/,
  });
});
