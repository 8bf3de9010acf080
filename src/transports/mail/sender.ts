import type { Sender } from '../../engine/ports.ts';
import { Fault } from '../../errors.ts';
import { headOf } from './envelope.ts';
import { Outbox, type MailTrust } from './outbox.ts';
import type { MailSettings } from './settings.ts';

/**
 * Sends messages as mail: `mailto:orders@example.com`. One-way. The property transport.mail.Format (axis2 scope) says how
 * the body goes: Text (default), or Attachment, named by AttachmentFile. Source: Axis2 MailTransportSender.
 */
export function createMailSender(settings: MailSettings | undefined, trust?: () => Promise<MailTrust>): Sender {
  const outbox = settings && new Outbox(settings, trust);
  return {
    schemes: ['mailto'],
    async send({ url, message, signal }) {
      if (!settings || !outbox) {
        throw new Fault('SEND_FAILED', {
          text: 'There is no mail server to send by: give one as [[transport.mail.sender]] in deployment.toml.',
        });
      }
      await outbox.send(headOf(url, message, settings.from), message, signal);
      return undefined;
    },
    async close() {
      await outbox?.close();
    },
  };
}
