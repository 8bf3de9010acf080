import type { MessageAddressObject, MessageEnvelopeObject } from 'imapflow';
import type { Message } from '../../message/message.ts';
import type { MailHead } from './envelope.ts';
import { fieldsOf } from './header.ts';
import type { FoundMail } from './mailbox.ts';

/**
 * Who the answer to a mail goes to: Reply-To, else From, else the address given. Undefined: nobody, because the mail
 * names nobody or was sent by a machine: answering those makes loops. Source: RFC 3834, section 2; Axis2
 * MailTransportListener.buildOutTransportInfo.
 */
export function answerHead(
  { envelope, headers }: Pick<FoundMail, 'envelope' | 'headers'>,
  answer: Message,
  { from, fallback }: { readonly from: string | undefined; readonly fallback: string | undefined },
): MailHead | undefined {
  if (wasSentByMachine(headers)) return undefined;
  const to = listOf(envelope.replyTo) ?? listOf(envelope.from) ?? fallback;
  if (to === undefined) return undefined;
  const { messageId } = envelope;
  return {
    from,
    to,
    cc: listOf(envelope.cc),
    bcc: undefined,
    replyTo: undefined,
    subject: subjectOf(envelope, answer),
    more: {
      ...(messageId === undefined ? {} : { 'In-Reply-To': messageId, References: messageId }),
      'Auto-Submitted': 'auto-replied',
    },
  };
}

/** What the flow set, unless it is still the subject of the question. */
function subjectOf({ subject = '' }: MessageEnvelopeObject, { headers }: Message): string {
  const set = headers.get('Subject');
  return set !== undefined && set !== subject ? set : `Re: ${subject}`;
}

function wasSentByMachine(header: Buffer): boolean {
  for (const [name, value] of fieldsOf(header.toString('latin1'))) {
    if (/^auto-submitted$/i.test(name) && !/^no\b/i.test(value)) return true;
    if (/^precedence$/i.test(name) && /^(bulk|list|junk)$/i.test(value)) return true;
  }
  return false;
}

function listOf(addresses: readonly MessageAddressObject[] | undefined): string | undefined {
  const written = (addresses ?? []).map(({ address }) => address).filter((address) => address !== undefined);
  return written.length === 0 ? undefined : written.join(', ');
}
