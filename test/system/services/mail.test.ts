/** Mail that comes in, from a Dovecot of this test's own; it needs Debian's dovecot-imapd and root. */
import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import type { ImapFlow } from 'imapflow';
import { mail } from '../../../src/transports/mail/spec.ts';
import { Consuming } from '../../conformance/consuming.ts';
import { inboundClaims, type InboundUnderTest } from '../../conformance/inbound.ts';
import { Dovecot, noDovecot } from './servers/dovecot.ts';

let server: Dovecot;
let made = 0;

/** A client of the test's own, for as long as the work takes. */
async function withClient<T>(work: (client: ImapFlow) => Promise<T>): Promise<T> {
  const { ImapFlow: Client } = await import('imapflow');
  const { port, user, password } = server;
  const options = { host: '127.0.0.1', port, secure: false, doSTARTTLS: false, logger: false } as const;
  const client = new Client({ ...options, auth: { user, pass: password } });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.logout();
  }
}

/** As a mail program writes it: the text says itself what it is, and ends where it ends. */
const mailOf = (text: string): string =>
  [
    'From: Ann <ann@x.example>',
    'To: orders@x.example',
    'Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=',
    `Message-ID: <${crypto.randomUUID()}@x.example>`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.from(text).toString('base64'),
  ].join('\r\n');

/** Subjects or texts of what is in a folder, marked or not. */
async function contents(folder: string): Promise<readonly { readonly text: string; readonly seen: boolean }[]> {
  return withClient(async (client) => {
    const opened = await client.mailboxOpen(folder).catch(() => undefined);
    if (!opened || opened.exists === 0) return [];
    const all = await client.fetchAll('1:*', { flags: true, bodyParts: ['text'] });
    return all.map(({ flags, bodyParts }) => ({
      text: Buffer.from(bodyParts!.get('text')!.toString(), 'base64').toString(),
      seen: flags!.has('\\Seen'),
    }));
  });
}

async function open(
  more: Readonly<Record<string, string>> = {},
): Promise<InboundUnderTest & { readonly folder: string }> {
  const folder = `In${++made}`;
  await withClient((client) => client.mailboxCreate(folder));
  return {
    folder,
    kind: mail,
    parameters: {
      'mail.imap.host': '127.0.0.1',
      'mail.imap.port': String(server.port),
      'mail.imap.user': server.user,
      'mail.imap.password': server.password,
      'transport.mail.Folder': folder,
      'transport.mail.ActionAfterFailure': 'MOVE',
      'transport.mail.MoveAfterFailure': `${folder}Failed`,
      'transport.mail.ReconnectTimeout': '1',
      interval: '50',
      ...more,
    },
    send: (texts) => server.deliver(folder, texts.map(mailOf)),
    async failed(count) {
      for (;;) {
        const found = await contents(`${folder}Failed`);
        if (found.length >= count) return found.map(({ text }) => text);
      }
    },
    server: { stop: () => server.stop(), start: () => server.start() },
  };
}

/** What the next mail looks like to a flow. */
async function taken(t: TestContext, raw: string, more: Readonly<Record<string, string>> = {}) {
  const under = await open(more);
  await server.deliver(under.folder, [raw]);
  const consuming = await Consuming.start(t, under);
  return consuming.next();
}

describe('mail', { skip: noDovecot ?? false }, () => {
  before(async () => {
    server = await Dovecot.open();
  });
  after(() => server[Symbol.asyncDispose]());

  inboundClaims(
    'mail',
    {
      ordered: true,
      rollback: 'goes where failed ones go',
      unacknowledged: 'comes again',
      inHand: 1,
      // A mail costs its server some ten times what a message costs a broker.
      backlog: 200,
      shared: 'IMAP knows no claim',
      keeps: true,
      serverStays: false,
    },
    () => open(),
  );

  test('a mail becomes a message: header fields are transport headers, and the sender is known', async (t) => {
    const { message, text } = await taken(t, mailOf('hello'));
    assert.equal(text, 'hello');
    assert.equal(message.headers.get('From'), 'Ann <ann@x.example>');
    assert.equal(message.headers.get('Subject'), 'Grüße');
    assert.equal(message.headers.get('Content-Type'), 'text/plain; charset=utf-8');
    assert.equal(message.headers.get('Content-Transfer-Encoding'), undefined);
    assert.equal(message.addressing.from, 'mailto:ann@x.example');
  });

  test('only headers that PreserveHeaders names are kept', async (t) => {
    const { message } = await taken(t, mailOf('hello'), { 'transport.mail.PreserveHeaders': 'From, X-Order' });
    assert.deepEqual(
      [...message.headers].map(([name]) => name),
      ['From'],
    );
  });
});
