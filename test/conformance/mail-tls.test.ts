/** Outgoing mail over TLS: who is trusted, and what is said when a certificate or a login is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Body } from '../../src/message/body.ts';
import { Message } from '../../src/message/message.ts';
import { createMailSender } from '../../src/transports/mail/sender.ts';
import { readMailSettings } from '../../src/transports/mail/settings.ts';
import { Authority } from '../system/certificates.ts';
import { openFront } from '../system/services/tls-front.ts';
import { startSmtpServer } from './smtp-server.ts';

const authority = new Authority('Test CA');
const trusted = { ca: [authority.cert], allowPartialTrustChain: true } as const;

/** Sends a mail by the settings of a deployment.toml. */
async function send(
  { port }: { readonly port: number },
  parameter: Readonly<Record<string, unknown>>,
  trust: { readonly ca?: string[] } = { ...trusted, ca: [...trusted.ca] },
): Promise<void> {
  const login = { username: 'app', password: 'app', from: 'me@x.example' };
  const settings = readMailSettings({
    transport: { mail: { sender: [{ parameter: { hostname: '127.0.0.1', port, ...login, ...parameter } }] } },
  });
  const sender = createMailSender(settings, async () => trust);
  try {
    await sender.send({
      url: new URL('mailto:a@x.example?subject=Hello'),
      message: new Message({ body: Body.text('over TLS') }),
      method: undefined,
      format: undefined,
      timeoutMs: undefined,
      signal: new AbortController().signal,
    });
  } finally {
    await sender.close();
  }
}

const startTls = { enable_tls: true };

test('a mail goes by STARTTLS to a server that is trusted, with its login', async () => {
  await using server = await startSmtpServer(authority.issue('mail'));
  await send(server, startTls);
  assert.equal(server.mails.length, 1);
  assert.ok(server.mails[0]!.secure);
});

test('a mail goes by TLS from the first byte where mail.smtp.ssl.enable says so', async (t) => {
  await using server = await startSmtpServer(authority.issue('mail'));
  const front = await openFront({ hostname: '127.0.0.1', port: String(server.port) }, authority.issue('front'));
  t.after(() => front.stop());
  await send(front, { 'mail.smtp.ssl.enable': true });
  assert.equal(server.mails.length, 1);
});

test('nothing is sent to a server that nobody trusts, unless any certificate will do', async () => {
  await using server = await startSmtpServer(new Authority('Stranger').issue('mail'));
  await assert.rejects(send(server, startTls), {
    code: 'CONNECTION_FAILED',
    message: /127\.0\.0\.1:\d+: its certificate is signed by nobody who is trusted \(\[truststore\]\)/,
  });
  assert.equal(server.mails.length, 0);
  await send(server, { ...startTls, 'mail.smtp.ssl.trust': '*' });
  assert.equal(server.mails.length, 1);
});

test('nothing is sent to a server whose certificate is for another host', async () => {
  await using server = await startSmtpServer(authority.issue('mail', 'mail.example'));
  await assert.rejects(send(server, startTls), {
    code: 'CONNECTION_FAILED',
    message: /its certificate is for DNS:mail\.example, not for 127\.0\.0\.1 \(hostname/,
  });
  assert.equal(server.mails.length, 0);
});

test('a login that is refused is a fault that is not tried again, without the password', async () => {
  await using server = await startSmtpServer(authority.issue('mail'));
  await assert.rejects(send(server, { ...startTls, password: 'not-the-word' }), (error: Error) => {
    assert.match(error.message, /127\.0\.0\.1:\d+ refuses the login of app \(username and password/);
    assert.doesNotMatch(JSON.stringify(error) + error.message, /not-the-word/);
    return (error as { readonly retry?: unknown }).retry === 'never';
  });
  assert.equal(server.connections, 1);
});
