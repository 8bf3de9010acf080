import type { Position, Problem } from '../../errors.ts';
import { defineConsumer, type ConsumerKind } from '../inbound-kind.ts';
import { withPollInterval } from '../poll-interval.ts';
import { consumeMail } from './inbound.ts';
import { mailParameters, type MailConfig } from './parameters.ts';
import { readMailSettings } from './settings.ts';

/** Mails of a folder of an IMAP server; `protocol="mail"`, and proxies on `mailto`. */
export const mail: ConsumerKind = defineConsumer({
  name: 'mail',
  summary: 'Takes the mails of a folder of an IMAP server.',
  notes:
    'Mails that are marked as read or deleted are left alone. A mail is deleted or moved once its sequence has ended; ' +
    'who processes it again, because a replica died before that, sends the same Idempotency-Key. ' +
    'The body is the first part that is XML or JSON, else the plain text, else the HTML; the other parts are in the property mail.attachments. ' +
    'An answer goes to the sender by SMTP.',
  protocols: ['mail'],
  classes: [],
  proxyTransports: ['mailto'],
  delivery: 'at least once',
  acknowledged: 'Deleted or moved when the sequence has finished.',
  // IMAP has no word for "I am working on it" that two clients could not say at once.
  sharing: undefined,
  parameters: mailParameters,
  fromProxy: withPollInterval,
  fromDeployment: withSender,
  check: problemsOf,
  consume: consumeMail,
});

/** Answers go by the server that mailto: addresses use, unless the parameters name one. */
function withSender(
  parameters: ReadonlyMap<string, string>,
  deployment: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, string> {
  const settings = parameters.has('mail.smtp.host') ? undefined : readMailSettings(deployment);
  if (!settings) return parameters;
  const { host, port, tls, implicitTls = false, checksCertificate = true, user, password, from } = settings;
  const more = {
    host,
    port: String(port),
    'starttls.enable': String(tls),
    'ssl.enable': String(implicitTls),
    'ssl.trust': checksCertificate ? undefined : '*',
    user,
    password,
    from,
  };
  const completed = new Map(parameters);
  for (const [name, value] of Object.entries(more)) if (value !== undefined) completed.set(`mail.smtp.${name}`, value);
  return completed;
}

function problemsOf(config: MailConfig, at: Position): readonly Problem[] {
  const problems: Problem[] = [];
  const add = (code: string, text: string, hint: string): void => {
    problems.push({ code, level: 'error', at, text, hint });
  };
  if (config.protocol.startsWith('pop3')) {
    add(
      'BAD_PARAMETER',
      `transport.mail.Protocol is ${config.protocol}, which Gantry does not speak.`,
      'Nearly every mail server also speaks IMAP: write imap or imaps, and mail.imap.host, .port, .user and .password.',
    );
    return problems;
  }
  if (config.mechanism === 'oauth')
    add(
      'BAD_PARAMETER',
      'transport.mail.auth.mechanism is oauth, which Gantry does not speak for mail.',
      'Where the server has passwords for apps, give one as mail.imap.password and leave the mechanism out.',
    );
  for (const name of ['host', 'user', 'password'] as const)
    if (config[name] === undefined)
      add(
        'MISSING_PARAMETER',
        `There is no mail.imap.${name}.`,
        'A mailbox is read at a host, by a user with a password.',
      );
  for (const event of ['Process', 'Failure'] as const)
    if (config[`after${event}`] === 'MOVE' && config[`moveAfter${event}`] === undefined)
      add(
        'MISSING_PARAMETER',
        `ActionAfter${event} is MOVE, but there is no transport.mail.MoveAfter${event}.`,
        'Give the folder that mails are moved to.',
      );
  return problems;
}
