import { isIP } from 'node:net';
import { checkTlsFiles, explainTls, readTlsFiles, type TlsFiles } from '../tls-files.ts';
import type { Position, Problem } from '../../errors.ts';
import type { JndiConfig } from './parameters.ts';

/** What TLS of a connection is made with. */
export type JmsTls = Partial<
  Pick<
    JndiConfig,
    'trusted' | 'trustedPassword' | 'certificate' | 'certificatePassword' | 'key' | 'providerUrl' | 'amqpUrl'
  >
>;

/** Java's clients are told in the URL of the broker: Artemis by the first name, Qpid by the second. */
const inUrl = {
  truststore: ['trustStorePath', 'transport.trustStoreLocation'],
  truststorePassword: ['trustStorePassword', 'transport.trustStorePassword'],
  keystore: ['keyStorePath', 'transport.keyStoreLocation'],
  keystorePassword: ['keyStorePassword', 'transport.keyStorePassword'],
} as const;

const names = { keystore: 'gantry.jms.tls.cert', truststore: 'gantry.jms.tls.ca' };

function filesOf(config: JmsTls): TlsFiles {
  const query = queryOf(config);
  const said = (key: keyof typeof inUrl): string | undefined =>
    inUrl[key].map((name) => query.get(name)).find((value) => value !== null) ?? undefined;
  return {
    truststore: config.trusted ?? said('truststore'),
    truststorePassword: config.trustedPassword ?? said('truststorePassword'),
    keystore: config.certificate ?? said('keystore'),
    keystorePassword: config.certificatePassword ?? said('keystorePassword'),
    privateKey: config.key,
  };
}

function queryOf({ amqpUrl, providerUrl }: JmsTls): URLSearchParams {
  return new URLSearchParams((amqpUrl ?? providerUrl ?? '').split('?').slice(1).join('&').replaceAll(')', ''));
}

/** For tls.connect. Rejects with a sentence that names the parameter when a file cannot be used. */
export async function jmsTlsOptions(config: JmsTls, host: string): Promise<Record<string, unknown>> {
  const query = queryOf(config);
  const anyHost = ['verifyHost', 'transport.verifyHost', 'socket.verifyHostName'].some(
    (name) => query.get(name) === 'false',
  );
  return {
    // A name to ask for; an address must not stand here (RFC 6066 section 3), and rhea puts it there when nothing is said.
    servername: isIP(host) === 0 ? host : '',
    ...(await readTlsFiles(filesOf(config), names)),
    ...(anyHost ? { checkServerIdentity: () => undefined } : {}),
  };
}

export function checkJmsTls(config: JmsTls, at: Position): readonly Problem[] {
  return checkTlsFiles(filesOf(config), names, at);
}

export function explainJmsTls(error: unknown): string | undefined {
  return explainTls(error, { ...names, host: 'java.naming.provider.url' });
}
