import { param, type ParametersFor } from '../../artifacts/parameters.ts';

/** JavaMail writes mail.imap.X, or mail.imaps.X where the protocol is imaps. */
const imap = (name: string): [string, string] => [`mail.imap.${name}`, `mail.imaps.${name}`];
const transport = (name: string): string => `transport.mail.${name}`;

export interface MailConfig {
  readonly protocol: 'imap' | 'imaps' | 'pop3' | 'pop3s';
  readonly address: string | undefined;
  readonly intervalMs: number;
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly tls: boolean;
  readonly socketFactory: string | undefined;
  readonly startTls: boolean;
  readonly trust: string | undefined;
  readonly truststore: string | undefined;
  readonly truststorePassword: string | undefined;
  readonly folder: string;
  readonly contentType: string | undefined;
  readonly afterProcess: 'DELETE' | 'MOVE';
  readonly afterFailure: 'DELETE' | 'MOVE';
  readonly moveAfterProcess: string | undefined;
  readonly moveAfterFailure: string | undefined;
  readonly preserveHeaders: readonly string[];
  readonly removeHeaders: readonly string[];
  readonly attachments: 'list' | 'content';
  readonly attachmentBytes: number;
  readonly reconnectSeconds: number;
  readonly maxRetries: number;
  readonly replyAddress: string | undefined;
  readonly smtpHost: string | undefined;
  readonly smtpPort: number;
  readonly smtpTls: boolean;
  readonly smtpSsl: boolean;
  readonly smtpTrust: string | undefined;
  readonly smtpUser: string | undefined;
  readonly smtpPassword: string | undefined;
  readonly smtpFrom: string | undefined;
  readonly mechanism: 'basic' | 'oauth';
  readonly parallel: string | undefined;
  readonly concurrent: string | undefined;
  readonly fetchSize: string | undefined;
  readonly connectTimeout: string | undefined;
  readonly readTimeout: string | undefined;
  readonly factoryFallback: string | undefined;
  readonly factoryPort: string | undefined;
}

const actions = ['DELETE', 'MOVE'] as const;

/** Source: Axis2 MailConstants and PollTableEntry, JavaMail's properties of IMAP; those that begin with gantry. are ours. */
export const mailParameters: ParametersFor<MailConfig> = {
  protocol: param.oneOf(transport('Protocol'), ['imap', 'imaps', 'pop3', 'pop3s'], {
    doc: 'imap, or imaps for TLS from the first byte. POP3 is refused.',
    default: 'imap',
  }),
  address: param.text(transport('Address'), { doc: 'Address of the mailbox: answers come from it.' }),
  intervalMs: param.integer('interval', {
    doc: 'Milliseconds between two looks into the folder; a proxy says transport.PollInterval, in seconds.',
    default: 10_000,
    min: 1,
  }),
  host: param.text(imap('host'), { doc: 'Host of the mail server.' }),
  port: param.integer(imap('port'), { doc: 'Its port; 143, or 993 with TLS.', min: 1, max: 65_535 }),
  user: param.text(imap('user'), { doc: 'User.' }),
  password: param.text(imap('password'), { doc: 'Password.', secret: true }),
  tls: param.boolean(imap('ssl.enable'), { doc: 'TLS from the first byte.', default: false }),
  socketFactory: param.text(imap('socketFactory.class'), {
    doc: 'Means TLS from the first byte when it is an SSL socket factory of Java.',
  }),
  startTls: param.boolean(imap('starttls.enable'), {
    doc: 'The connection must change to TLS before the login.',
    default: false,
  }),
  trust: param.text(imap('ssl.trust'), { doc: '* takes any certificate.' }),
  truststore: param.text('gantry.mail.truststore', { doc: 'Certificates that are trusted: PEM, PKCS12 or JKS.' }),
  truststorePassword: param.text('gantry.mail.truststore.password', { doc: 'Of that file.', secret: true }),
  folder: param.text(transport('Folder'), { doc: 'Folder that mails are taken from.', default: 'INBOX' }),
  contentType: param.text(transport('ContentType'), {
    doc: 'Content type of the message; otherwise that of the part that is taken.',
  }),
  afterProcess: param.oneOf(transport('ActionAfterProcess'), actions, {
    doc: 'What becomes of a mail that was processed.',
    default: 'DELETE',
  }),
  afterFailure: param.oneOf(transport('ActionAfterFailure'), actions, {
    doc: 'What becomes of a mail whose sequence failed.',
    default: 'DELETE',
  }),
  moveAfterProcess: param.text(transport('MoveAfterProcess'), { doc: 'Folder for mails that were processed.' }),
  moveAfterFailure: param.text(transport('MoveAfterFailure'), { doc: 'Folder for mails that failed.' }),
  preserveHeaders: param.list(transport('PreserveHeaders'), {
    doc: 'Headers that become transport headers; all when it is not given.',
  }),
  removeHeaders: param.list(transport('RemoveHeaders'), {
    doc: 'Headers that do not; not read when PreserveHeaders is given.',
  }),
  attachments: param.oneOf('gantry.mail.attachments', ['list', 'content'], {
    doc: 'Whether the property mail.attachments has only name, type and size of each part that is not the body, or its content too.',
    default: 'list',
  }),
  attachmentBytes: param.integer('gantry.mail.attachments.max.bytes', {
    doc: 'Attachments of a mail are read up to so many bytes together; the others are listed only.',
    default: 10 * 1024 * 1024,
    min: 0,
  }),
  reconnectSeconds: param.integer(transport('ReconnectTimeout'), {
    doc: 'Longest time, in seconds, between two attempts to reach the server. It is tried for ever.',
    default: 30,
    min: 1,
  }),
  maxRetries: param.integer(transport('MaxRetryCount'), {
    doc: 'How often a mail is asked for that the server does not give. Then it is marked as read and left.',
    default: 3,
    min: 1,
  }),
  replyAddress: param.text(transport('ReplyAddress'), { doc: 'Who gets the answer to a mail that names nobody.' }),
  smtpHost: param.text('mail.smtp.host', {
    doc: 'Server that answers go by; of [[transport.mail.sender]] in deployment.toml when it is not given. Without one there are no answers.',
  }),
  smtpPort: param.integer('mail.smtp.port', { doc: 'Its port.', default: 25, min: 1, max: 65_535 }),
  smtpTls: param.boolean('mail.smtp.starttls.enable', {
    doc: 'The connection must change to TLS before the login.',
    default: false,
  }),
  smtpSsl: param.boolean('mail.smtp.ssl.enable', { doc: 'TLS from the first byte, as on port 465.', default: false }),
  smtpTrust: param.text('mail.smtp.ssl.trust', { doc: '* takes any certificate.' }),
  smtpUser: param.text('mail.smtp.user', { doc: 'User there.' }),
  smtpPassword: param.text('mail.smtp.password', { doc: 'Password there.', secret: true }),
  smtpFrom: param.text('mail.smtp.from', { doc: 'Sender of answers when there is no transport.mail.Address.' }),
  mechanism: param.oneOf(transport('auth.mechanism'), ['basic', 'oauth'], {
    doc: 'How to log in. OAuth is refused.',
    default: 'basic',
  }),
  parallel: param.text(transport('ProcessInParallel'), { doc: 'Accepted: one mail after the other.' }),
  concurrent: param.text('transport.ConcurrentPollingAllowed', { doc: 'Accepted: one mail after the other.' }),
  fetchSize: param.text(imap('fetchsize'), { doc: 'Accepted.' }),
  connectTimeout: param.text(imap('connectiontimeout'), { doc: 'Accepted: 30 seconds.' }),
  readTimeout: param.text(imap('timeout'), { doc: 'Accepted: 30 seconds.' }),
  factoryFallback: param.text(imap('socketFactory.fallback'), { doc: 'Accepted.' }),
  factoryPort: param.text(imap('socketFactory.port'), { doc: 'Accepted: mail.imap.port counts.' }),
};
