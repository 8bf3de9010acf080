import { Readable } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import type { Transporter } from 'nodemailer';
import { Fault } from '../../errors.ts';
import { prepareBody, writeBody } from '../../message/formats/write.ts';
import type { Message } from '../../message/message.ts';
import { explainTls } from '../tls-files.ts';
import type { MailHead } from './envelope.ts';
import type { MailSettings } from './settings.ts';

interface Part {
  readonly content: Buffer | Readable;
  readonly contentType: string;
  /** false: none; otherwise one is made up. */
  readonly filename: string | false;
  readonly contentDisposition: 'inline' | 'attachment';
}

/** Who is trusted when TLS is spoken, and what is shown to a server that asks. */
export type MailTrust = Pick<ConnectionOptions, 'ca' | 'allowPartialTrustChain' | 'cert' | 'key' | 'passphrase'>;

/** Hands mails to an SMTP server, over connections that are kept. */
export class Outbox {
  readonly #settings: MailSettings;
  readonly #trust: (() => Promise<MailTrust>) | undefined;
  #opening: Promise<Transporter> | undefined;

  /** Without `trust`, the usual CAs are trusted. */
  constructor(settings: MailSettings, trust?: () => Promise<MailTrust>) {
    this.#settings = settings;
    this.#trust = trust;
  }

  /** The body of the message under that head. Resolves when the server has taken it. */
  async send({ more, ...fields }: MailHead, message: Message, signal: AbortSignal): Promise<void> {
    const part = await partOf(message, signal);
    const transporter = await this.#connection();
    signal.throwIfAborted();
    message.conversation.fence?.assert();
    try {
      await transporter.sendMail({ ...withoutUndefined(fields), headers: more, attachments: [part] });
    } catch (error) {
      throw faultOf(this.#settings, error);
    }
  }

  /** One that could not be made is made anew: a keystore may have been mended. */
  #connection(): Promise<Transporter> {
    this.#opening ??= connect(this.#settings, this.#trust).catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async close(): Promise<void> {
    (await this.#opening)?.close();
  }
}

async function connect(
  { host, port, tls, implicitTls = port === 465, checksCertificate = true, user, password }: MailSettings,
  trust: (() => Promise<MailTrust>) | undefined,
): Promise<Transporter> {
  const { createTransport } = await import('nodemailer');
  const trusted = (tls || implicitTls) && (await trust?.());
  return createTransport({
    host,
    port,
    secure: implicitTls,
    requireTLS: tls && !implicitTls,
    ignoreTLS: !tls,
    tls: { ...trusted, rejectUnauthorized: checksCertificate },
    pool: true,
    maxConnections: 5,
    connectionTimeout: 30_000,
    socketTimeout: 60_000,
    // A body never makes the transport read a file or an address.
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
  });
}

/** The only part of the mail: its content type is that of the message. */
async function partOf(message: Message, signal: AbortSignal): Promise<Part> {
  await prepareBody(message, signal);
  const { contentType = 'text/plain', bytes, stream } = writeBody(message);
  const content = stream ? Readable.from(stream, { objectMode: false }) : Buffer.from(bytes ?? []);
  const format = message.axis2.get('transport.mail.Format') ?? message.properties.get('transport.mail.Format');
  const isAttached = typeof format === 'string' && format.toLowerCase() !== 'text';
  if (!isAttached) return { content, contentType, contentDisposition: 'inline', filename: false };
  const named = message.axis2.get('AttachmentFile') ?? message.headers.get('AttachmentFile');
  const filename = typeof named === 'string' ? named : 'attachment';
  return { content, contentType, contentDisposition: 'attachment', filename };
}

function withoutUndefined(fields: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined),
  );
}

const names = {
  truststore: '[truststore]',
  keystore: '[keystore.primary]',
  host: 'hostname of [[transport.mail.sender]]',
};

/** nodemailer's codes. What is refused once, a recipient or a login, is refused the next time too. */
function faultOf({ host, port, user }: MailSettings, error: unknown): Fault {
  const { code, message, responseCode } = error as Error & {
    readonly code?: string;
    readonly responseCode?: number;
  };
  const server = `${host}:${port}`;
  const detail = { server, reason: message };
  const tls = explainTls(error, names);
  if (tls !== undefined)
    return new Fault('CONNECTION_FAILED', { text: `The mail server ${server}: ${tls}.`, retry: 'again', cause: error });
  if (code === 'ECONNECTION' || code === 'ESOCKET' || code === 'EDNS' || code === 'ETLS')
    return new Fault('CONNECTION_FAILED', { detail, retry: 'again', cause: error });
  if (code === 'ETIMEDOUT') return new Fault('CONNECTION_TIMEOUT', { detail, retry: 'again', cause: error });
  if (code === 'EAUTH') {
    const text = `The mail server ${server} refuses the login of ${user} (username and password of [[transport.mail.sender]]).`;
    return new Fault('SEND_FAILED', { text, detail, retry: 'never', cause: error });
  }
  const retry = responseCode !== undefined && responseCode >= 500 ? 'never' : 'again';
  return new Fault('SEND_FAILED', { detail, retry, cause: error });
}
