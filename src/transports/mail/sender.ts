import { Readable } from 'node:stream';
import type { Transporter } from 'nodemailer';
import type { Sender } from '../../engine/ports.ts';
import { Fault } from '../../errors.ts';
import { prepareBody, writeBody } from '../../message/formats/write.ts';
import type { Message } from '../../message/message.ts';
import { headOf } from './envelope.ts';
import type { MailSettings } from './settings.ts';

interface Part {
  readonly content: Buffer | Readable;
  readonly contentType: string;
  /** false: none; otherwise one is made up. */
  readonly filename: string | false;
  readonly contentDisposition: 'inline' | 'attachment';
}

/**
 * Sends messages as mail: `mailto:orders@example.com`. One-way. The property transport.mail.Format (axis2 scope) says how
 * the body goes: Text (default), or Attachment, named by AttachmentFile. Source: Axis2 MailTransportSender.
 */
export function createMailSender(settings: MailSettings | undefined): Sender {
  let opening: Promise<Transporter> | undefined;
  return {
    schemes: ['mailto'],
    async send({ url, message, signal }) {
      if (!settings) {
        throw new Fault('SEND_FAILED', {
          text: 'There is no mail server to send by: give one as [[transport.mail.sender]] in deployment.toml.',
        });
      }
      const head = headOf(url, message, settings.from);
      const part = await partOf(message, signal);
      opening ??= connect(settings);
      const transporter = await opening;
      signal.throwIfAborted();
      message.conversation.fence?.assert();
      try {
        const { more, ...fields } = head;
        await transporter.sendMail({ ...withoutUndefined(fields), headers: more, attachments: [part] });
      } catch (error) {
        throw faultOf(settings, error);
      }
      return undefined;
    },
    async close() {
      (await opening)?.close();
    },
  };
}

async function connect({ host, port, tls, user, password }: MailSettings): Promise<Transporter> {
  const { createTransport } = await import('nodemailer');
  return createTransport({
    host,
    port,
    secure: port === 465,
    requireTLS: tls && port !== 465,
    ignoreTLS: !tls,
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

/** nodemailer's codes. A refused recipient is refused the next time too. */
function faultOf({ host, port }: MailSettings, error: unknown): Fault {
  const { code, message, responseCode } = error as Error & { readonly code?: string; readonly responseCode?: number };
  const detail = { server: `${host}:${port}`, reason: message };
  if (code === 'ECONNECTION' || code === 'ESOCKET' || code === 'EDNS' || code === 'ETLS')
    return new Fault('CONNECTION_FAILED', { detail, retry: 'again', cause: error });
  if (code === 'ETIMEDOUT') return new Fault('CONNECTION_TIMEOUT', { detail, retry: 'again', cause: error });
  const retry = responseCode !== undefined && responseCode >= 500 ? 'never' : 'again';
  return new Fault('SEND_FAILED', { detail, retry, cause: error });
}
