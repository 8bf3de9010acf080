import { Fault } from '../../errors.ts';
import type { Message } from '../../message/message.ts';

/** Who a mail is from and to, and its subject. */
export interface MailHead {
  readonly from: string | undefined;
  readonly to: string;
  readonly cc: string | undefined;
  readonly bcc: string | undefined;
  readonly replyTo: string | undefined;
  readonly subject: string;
  /** Headers of the message that begin with X-, as they are. */
  readonly more: Readonly<Record<string, string>>;
}

/**
 * What the address and the headers of a message say; headers first. `mailto:a@x,b@x?subject=Hello&cc=c@x` (RFC 6068).
 * Source: Axis2 MailTransportSender.
 */
export function headOf(url: URL, message: Message, from: string | undefined): MailHead {
  const { headers, addressing } = message;
  const options = new Map([...url.searchParams].map(([name, value]) => [name.toLowerCase(), value]));
  const said = (name: string): string | undefined => headers.get(name) ?? options.get(name.toLowerCase());
  const to = headers.get('To') ?? decodeURIComponent(url.pathname);
  if (!to.includes('@')) {
    throw new Fault('SEND_FAILED', { text: `The mail has nobody to go to: ${url.protocol}${url.pathname}` });
  }
  return {
    from: said('From') ?? from,
    to,
    cc: said('Cc'),
    bcc: said('Bcc'),
    replyTo: said('Reply-To'),
    subject: said('Subject') ?? `SOAPAction: ${addressing.action ?? ''}`,
    more: Object.fromEntries([...headers].filter(([name]) => /^x-/i.test(name))),
  };
}
