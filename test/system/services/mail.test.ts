/** Mail that comes in, from a Dovecot of this test's own; it needs Debian's dovecot-imapd and root. */
import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import type { ImapFlow } from 'imapflow';
import { Body } from '../../../src/message/body.ts';
import { JsonHolder, Message } from '../../../src/message/message.ts';
import { mail } from '../../../src/transports/mail/spec.ts';
import { Consuming } from '../../conformance/consuming.ts';
import { inboundClaims, type InboundUnderTest } from '../../conformance/inbound.ts';
import { mailWith } from './caught-mail.ts';
import { Dovecot, noDovecot } from './servers/dovecot.ts';

const { SMTP_URL, SMTP_DIR } = process.env;
const smtp = SMTP_URL === undefined || SMTP_DIR === undefined ? undefined : new URL(SMTP_URL);
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

/** Parts of a type, with content and disposition. */
function multipart(...parts: readonly (readonly [type: string, content: string, disposition?: string])[]): string {
  const written = parts.map(([type, content, disposition]) => [
    '--part',
    `Content-Type: ${type}`,
    'Content-Transfer-Encoding: base64',
    ...(disposition === undefined ? [] : [`Content-Disposition: ${disposition}`]),
    '',
    Buffer.from(content).toString('base64'),
  ]);
  const head = ['From: ann@x.example', 'MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=part', ''];
  return [...head, ...written.flat(), '--part--', ''].join('\r\n');
}

/** Texts of what is in a folder, marked or not. */
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

  test('an attached order is the body, and what else is attached can be read', async (t) => {
    const raw = multipart(
      ['text/plain', 'See the order.'],
      ['application/xml; name="order.xml"', '<order>7</order>', 'attachment; filename="order.xml"'],
      ['image/png', 'not really', 'attachment; filename="logo.png"'],
    );
    const { message, text } = await taken(t, raw, { 'gantry.mail.attachments': 'content' });
    assert.equal(text, '<order>7</order>');
    assert.match(message.body.contentType ?? '', /^application\/xml/);
    const content = Buffer.from('not really').toString('base64');
    assert.deepEqual(
      message.properties.get('mail.attachments'),
      new JsonHolder([{ name: 'logo.png', contentType: 'image/png', size: content.length, content }]),
    );
  });

  test('a text in another charset is read as what it says', async (t) => {
    const head = ['From: a@x.example', 'MIME-Version: 1.0', 'Content-Type: text/plain; charset=iso-8859-15'];
    const raw = [...head, 'Content-Transfer-Encoding: quoted-printable', '', '5 =A4'].join('\r\n');
    assert.equal((await taken(t, raw)).text, '5 €');
  });

  test('a large part is streamed, and one that nobody reads is deleted all the same', async (t) => {
    const under = await open();
    const large = Buffer.alloc(3_000_000, 'abcdefg').toString();
    await server.deliver(under.folder, [mailOf(large), mailOf('small')]);
    const consuming = await Consuming.start(t, under);
    const first = await consuming.next();
    assert.equal(first.text, large);
    first.finish('done');
    (await consuming.next()).finish('done');
    await consuming.handOver();
    assert.deepEqual(await contents(under.folder), []);
  });

  test('TLS: a server whose certificate nobody vouches for is refused; one that is trusted is spoken to', async (t) => {
    const tls = { 'mail.imap.ssl.enable': 'true', 'mail.imap.port': String(server.tlsPort) };
    const refused = await Consuming.start(t, await open(tls), { connected: false });
    assert.match(await refused.untilWaiting(), /signed by nobody who is trusted \(gantry\.mail\.truststore\)/);
    const { message } = await taken(t, mailOf('hello'), { ...tls, 'gantry.mail.truststore': server.certificate });
    assert.equal(message.headers.get('To'), 'orders@x.example');
  });

  test('a wrong password and a folder that is not there are waited for, and said with the parameter', async (t) => {
    const wrong = await Consuming.start(t, await open({ 'mail.imap.password': 'not-the-word' }), { connected: false });
    const reason = await wrong.untilWaiting();
    assert.match(reason, /^imap:\/\/orders@127\.0\.0\.1:\d+: it refuses the user and password \(mail\.imap\.user/);
    assert.doesNotMatch(reason, /not-the-word/);
    const nowhere = await Consuming.start(t, await open({ 'transport.mail.Folder': 'Nowhere' }), { connected: false });
    assert.match(await nowhere.untilWaiting(), /there is no folder Nowhere \(transport\.mail\.Folder\)/);
  });

  test('a mail that cannot be moved where it belongs is marked as read, and not taken again', async (t) => {
    const under = await open({
      'transport.mail.ActionAfterProcess': 'MOVE',
      // Dovecot has no such names.
      'transport.mail.MoveAfterProcess': 'a/../b',
    });
    await server.deliver(under.folder, [mailOf('one'), mailOf('two')]);
    const consuming = await Consuming.start(t, under);
    assert.deepEqual(await consuming.takeAll(2), ['one', 'two']);
    await consuming.handOver();
    assert.deepEqual(await contents(under.folder), [
      { text: 'one', seen: true },
      { text: 'two', seen: true },
    ]);
  });

  test(
    'an answer is mailed to whoever asked',
    { skip: smtp === undefined && 'SMTP_URL and SMTP_DIR name no server', timeout: 60_000 },
    async (t) => {
      const subject = `Order ${crypto.randomUUID()}`;
      const raw = `From: ann@x.example\r\nSubject: ${subject}\r\nMessage-ID: <7@x.example>\r\n\r\nhello`;
      const { reply, finish } = await taken(t, raw, {
        'transport.mail.Address': 'orders@x.example',
        'mail.smtp.host': smtp!.hostname,
        'mail.smtp.port': smtp!.port,
      });
      await reply!(new Message({ body: Body.text('thanks') }));
      finish('done');
      const answer = await mailWith(SMTP_DIR!, `Re: ${subject}`);
      assert.match(answer, /^From: orders@x\.example\r?$/m);
      assert.match(answer, /^To: ann@x\.example\r?$/m);
      assert.match(answer, /^In-Reply-To: <7@x\.example>\r?$/m);
      assert.match(answer, /^Auto-Submitted: auto-replied\r?$/m);
    },
  );
});
