import { buffer } from 'node:stream/consumers';
import type { Term } from '../../engine/ports.ts';
import { Body } from '../../message/body.ts';
import { Headers } from '../../message/headers.ts';
import { JsonHolder, type Message } from '../../message/message.ts';
import type { ConsumerParts } from '../inbound-kind.ts';
import { inboundMessage } from '../inbound-message.ts';
import { fieldsOf } from './header.ts';
import type { FoundMail, Mailbox } from './mailbox.ts';
import type { MailConfig } from './parameters.ts';
import { partsOf, type MailPart } from './parts.ts';

/** Bytes up to which a part is read whole. */
const small = 256 * 1024;

export interface IncomingMail {
  readonly message: Message;
  /** Ends the transfer of what the flow did not read. */
  discard(): void;
}

/**
 * The message a mail makes. Its header fields are transport headers, as they are written; only Subject is decoded.
 * Undefined when the mail is gone. Source: Axis2 MailTransportListener.
 */
export async function readMail(
  mailbox: Mailbox,
  mail: FoundMail,
  config: MailConfig,
  { name, environment }: ConsumerParts,
  term: Term,
): Promise<IncomingMail | undefined> {
  const { body: part, attachments } = partsOf(mail.bodyStructure);
  const listed = await listAttachments(mailbox, mail.uid, attachments, config);
  const read = part && (await mailbox.read(mail.uid, part.part));
  if (part && !read) return undefined;
  const type = withCharset(config.contentType ?? part?.type ?? 'text/plain', read?.charset);
  const content = read && part.size <= small ? await buffer(read.content) : read?.content;
  const id = `${name}/${mailbox.validity}/${mail.uid}`;
  const message = inboundMessage({
    name,
    term,
    id,
    body:
      content === undefined
        ? Body.empty()
        : content instanceof Uint8Array
          ? Body.bytes(content, type)
          : Body.stream(content, type),
    headers: headersOf(mail, type, config),
    environment,
  });
  address(message, mail);
  message.properties.set('mail.attachments', new JsonHolder(listed));
  return { message, discard: () => read?.content.destroy() };
}

function headersOf({ headers: block, envelope }: FoundMail, type: string, config: MailConfig): Headers {
  const headers = new Headers();
  const keeps = keeper(config);
  for (const [name, value] of fieldsOf(block.toString('latin1'))) {
    // How the mail was packed says nothing of the part that was taken out of it.
    if (!/^(content-|mime-version$)/i.test(name) && keeps(name)) headers.append(name, value);
  }
  if (envelope.subject !== undefined && keeps('Subject')) headers.set('Subject', envelope.subject);
  if (keeps('Content-Type')) headers.set('Content-Type', type);
  return headers;
}

/** Names separated by commas or spaces, as MI reads them. */
function keeper({ preserveHeaders, removeHeaders }: MailConfig): (name: string) => boolean {
  const namesOf = (list: readonly string[]): Set<string> =>
    new Set(list.flatMap((each) => each.toLowerCase().split(/\s+/)));
  const [kept, removed] = [namesOf(preserveHeaders), namesOf(removeHeaders)];
  if (kept.size > 0) return (name) => kept.has(name.toLowerCase());
  return (name) => !removed.has(name.toLowerCase());
}

function address({ addressing }: Message, { envelope }: FoundMail): void {
  const [from] = envelope.from ?? [];
  if (from?.address !== undefined) addressing.from = `mailto:${from.address}`;
  if (envelope.messageId !== undefined) addressing.messageId = envelope.messageId;
  // How Axis2 sends an action by mail.
  const action = /^SOAPAction:\s*(.*)$/.exec(envelope.subject ?? '')?.[1];
  if (action !== undefined) addressing.action = action;
}

/** An entry of the property mail.attachments: name, contentType, size, and content in Base64 where it is wanted. */
type Listed = { [key: string]: string | number | null };

async function listAttachments(
  mailbox: Mailbox,
  uid: number,
  attachments: readonly MailPart[],
  { attachments: wanted, attachmentBytes }: MailConfig,
): Promise<Listed[]> {
  const listed: Listed[] = [];
  let left = attachmentBytes;
  for (const { part, type, size, name } of attachments) {
    const entry = { name: name ?? null, contentType: type, size };
    left -= size;
    const read = wanted === 'content' && left >= 0 ? await mailbox.read(uid, part) : undefined;
    listed.push(read ? { ...entry, content: (await buffer(read.content)).toString('base64') } : entry);
  }
  return listed;
}

function withCharset(type: string, charset: string | undefined): string {
  return charset === undefined || /charset=/i.test(type) ? type : `${type}; charset=${charset}`;
}
