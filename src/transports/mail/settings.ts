/**
 * The mail server that messages go to, from deployment.toml. Source: MI's template of axis2.xml, MailConstants of Axis2.
 *
 *   [[transport.mail.sender]]
 *   name = "mailto"
 *   parameter.hostname = "smtp.example.com"
 *   parameter.port = 587
 *   parameter.enable_tls = true
 *   parameter.auth = true
 *   parameter.username = "user"
 *   parameter.password = "word"
 *   parameter.from = "orders@example.com"
 *
 * and names of JavaMail in quotes: "mail.smtp.ssl.enable", TLS from the first byte; "mail.smtp.ssl.trust" = "*", any
 * certificate will do.
 */
export interface MailSettings {
  readonly host: string;
  readonly port: number;
  /** STARTTLS must succeed. */
  readonly tls: boolean;
  /** TLS from the first byte. */
  readonly implicitTls?: boolean;
  /** Whether the server's certificate must be one that is trusted. */
  readonly checksCertificate?: boolean;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly from: string | undefined;
}

type Table = Readonly<Record<string, unknown>>;

/** Undefined when deployment.toml names no mail server. */
export function readMailSettings(deployment: Table): MailSettings | undefined {
  const transport = (deployment['transport'] as Table | undefined)?.['mail'] as Table | undefined;
  const senders = transport?.['sender'];
  const first = (Array.isArray(senders) ? senders[0] : senders) as Table | undefined;
  const parameter = (first?.['parameter'] ?? {}) as Table;
  const text = (name: string): string | undefined => {
    const value = parameter[name];
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : undefined;
  };
  const host = text('hostname');
  if (host === undefined) return undefined;
  const withLogin = text('auth') !== 'false';
  const port = Number(text('port') ?? 25);
  return {
    host,
    port,
    tls: text('enable_tls') === 'true' || text('mail.smtp.starttls.enable') === 'true',
    implicitTls: port === 465 || text('mail.smtp.ssl.enable') === 'true',
    checksCertificate: text('mail.smtp.ssl.trust') !== '*',
    user: withLogin ? text('username') : undefined,
    password: withLogin ? text('password') : undefined,
    from: text('from'),
  };
}
