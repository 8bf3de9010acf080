import type { ImapFlow, ImapFlowError, MessageEnvelopeObject, MessageStructureObject } from 'imapflow';
import type { Readable } from 'node:stream';
import { explainTls, readTlsFiles } from '../tls-files.ts';
import type { MailConfig } from './parameters.ts';

/** Mails looked at in one question: a million that wait are not a million numbers in memory. */
const window = 5_000;
/** A server that says nothing for so long is gone. */
const silenceMs = 30_000;

/** A mail as the server describes it; its content is read by parts. */
export interface FoundMail {
  readonly uid: number;
  readonly envelope: MessageEnvelopeObject;
  readonly bodyStructure: MessageStructureObject;
  /** As it is written. */
  readonly headers: Buffer;
}

export interface PartContent {
  /** In UTF-8 where `charset` says so; otherwise as it came. */
  readonly content: Readable;
  readonly charset: string | undefined;
}

/** A folder of an IMAP server over one connection. What fails rejects; whoever holds it makes another. */
export class Mailbox {
  readonly #client: ImapFlow;
  readonly #folder: string;

  private constructor(client: ImapFlow, folder: string) {
    this.#client = client;
    this.#folder = folder;
  }

  /** Gives up when the signal aborts. `onLost` is told once the connection cannot be used any more. */
  static async open(config: MailConfig, signal: AbortSignal, onLost: (why: Error) => void): Promise<Mailbox> {
    const { host, user, password, folder } = config;
    const { ImapFlow } = await import('imapflow');
    const secure = isSecure(config);
    const client = new ImapFlow({
      host: host!,
      port: config.port ?? (secure ? 993 : 143),
      secure,
      ...(secure ? {} : { doSTARTTLS: config.startTls }),
      ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
      tls: config.trust === '*' ? { rejectUnauthorized: false } : await trustOf(config),
      logger: false,
      connectionTimeout: silenceMs,
      greetingTimeout: silenceMs,
      socketTimeout: silenceMs,
    });
    let why: Error = new Error('the connection was lost');
    client.on('error', (error: Error) => (why = error));
    client.on('close', () => onLost(why));
    const giveUp = (): void => client.close();
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      signal.throwIfAborted();
      await client.connect();
      const { readOnly } = await client.mailboxOpen(folder);
      if (readOnly) throw new Error(`mails of the folder ${folder} may be read only, not deleted or moved`);
    } catch (error) {
      client.close();
      throw error;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
    return new Mailbox(client, folder);
  }

  /** Numbers of mails mean something only as long as this stays the same. */
  get validity(): string {
    return String(this.#opened.uidValidity);
  }

  /** Numbers of mails that are neither read nor deleted, the oldest first, some at a time. */
  async *waiting(): AsyncGenerator<readonly number[]> {
    await this.#client.noop();
    for (let from = 1; from <= this.#opened.exists; from += window) {
      const seq = `${from}:${Math.min(from + window - 1, this.#opened.exists)}`;
      yield (await this.#client.search({ seq, seen: false, deleted: false }, { uid: true })) || [];
    }
  }

  /** Undefined when it is gone. */
  async find(uid: number): Promise<FoundMail | undefined> {
    const query = { uid: true, envelope: true, bodyStructure: true, headers: true };
    const found = await this.#client.fetchOne(String(uid), query, { uid: true });
    if (!found || !found.bodyStructure) return undefined;
    const { envelope = {}, bodyStructure, headers = Buffer.alloc(0) } = found;
    return { uid, envelope, bodyStructure, headers };
  }

  /** A part as it is read, without its transfer encoding. Undefined when the mail is gone. */
  async read(uid: number, part: string): Promise<PartContent | undefined> {
    const { content, meta } = await this.#client.download(String(uid), part, { uid: true });
    if (!content) return undefined;
    // A stream that fails tells whoever reads it. Nobody may: without a listener the process would end.
    content.on('error', () => {});
    return { content, charset: meta.charset };
  }

  async delete(uid: number): Promise<void> {
    if (!(await this.#client.messageDelete(String(uid), { uid: true }))) throw this.#refused('delete the mail');
  }

  /** The folder is made when there is none. */
  async move(uid: number, folder: string): Promise<void> {
    const move = (): Promise<unknown> => this.#client.messageMove(String(uid), folder, { uid: true });
    if (await move()) return;
    await this.#client.mailboxCreate(folder).catch(() => {});
    if (!(await move())) throw this.#refused(`move the mail to the folder ${folder}`);
  }

  /** It is not among those that wait any more. */
  async markRead(uid: number): Promise<void> {
    if (!(await this.#client.messageFlagsAdd(String(uid), ['\\Seen'], { uid: true })))
      throw this.#refused('mark the mail as read');
  }

  /** Says goodbye. */
  async close(): Promise<void> {
    if (this.#client.usable) await this.#client.logout().catch(() => {});
    this.#client.close();
  }

  /** At once: nothing is said over it any more. */
  destroy(): void {
    this.#client.close();
  }

  get #opened(): Exclude<ImapFlow['mailbox'], false> {
    const { mailbox } = this.#client;
    if (!mailbox) throw new Error('the connection was lost');
    return mailbox;
  }

  #refused(what: string): Error {
    return new Error(`the server does not ${what} in ${this.#folder}`);
  }
}

function isSecure({ protocol, tls, socketFactory }: MailConfig): boolean {
  return protocol === 'imaps' || tls || (socketFactory?.endsWith('SSLSocketFactory') ?? false);
}

const tlsNames = { keystore: 'none', truststore: 'gantry.mail.truststore', host: 'mail.imap.host' };

/** The certificates that are trusted, of every server a mailbox has to do with; the usual ones when none are given. */
export function trustOf({ truststore, truststorePassword }: MailConfig): ReturnType<typeof readTlsFiles> {
  return readTlsFiles({ keystore: undefined, keystorePassword: undefined, truststore, truststorePassword }, tlsNames);
}

/** "imap://orders@mail.example:143", for reasons and log lines. */
export function mailServerOf(config: MailConfig): string {
  const secure = isSecure(config);
  return `${secure ? 'imaps' : 'imap'}://${config.user ?? ''}@${config.host}:${config.port ?? (secure ? 993 : 143)}`;
}

/** True when the server's answer about one mail could not be understood; the connection ends with that. */
export function isUnreadable(error: unknown): boolean {
  const { code } = error as ImapFlowError;
  return code !== undefined && /^(ParserError|MAX_IMAP_NESTING|Download|\w+TooLarge$)/.test(code);
}

/** What a server says when it refuses, as a person would. */
export function explainMailError(error: unknown, { folder }: MailConfig): string {
  const { message, authenticationFailed, mailboxMissing, responseText, code } = error as ImapFlowError;
  const tls = explainTls(error, tlsNames);
  if (tls !== undefined) return tls;
  if (authenticationFailed) return 'it refuses the user and password (mail.imap.user, mail.imap.password)';
  if (mailboxMissing) return `there is no folder ${folder} (transport.mail.Folder)`;
  if (responseText !== undefined) return responseText;
  if (code === 'NoConnection' || code === 'EConnectionClosed') return 'the connection was lost';
  return message;
}
