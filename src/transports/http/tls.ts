import { isAbsolute } from 'node:path';
import type { SecureVersion, TlsOptions } from 'node:tls';
import { param, type ParametersFor } from '../../artifacts/parameters.ts';
import type { Position, Problem } from '../../errors.ts';
import { whyUnusable } from '../tls/checking.ts';
import { BadKeystore } from '../tls/entry.ts';
import { readIdentity, readTrust, type KeystoreFile } from '../tls/keystore-file.ts';
import { parseKeystore } from './keystore.ts';

/** How a listener speaks TLS. Source: MI InboundHttpConstants; the names of WebSocket parameters are others. */
export interface TlsConfig {
  readonly keystore: string;
  readonly truststore: string | undefined;
  readonly clients: 'none' | 'optional' | 'require';
  readonly protocols: readonly string[];
  readonly ciphers: readonly string[];
}

export const tlsParameters: ParametersFor<TlsConfig> = {
  keystore: param.text('keystore', {
    doc: '<KeyStore> with Location (JKS, PKCS12 or PEM), Password, KeyPassword, Alias: what the listener shows.',
    required: true,
    secret: true,
  }),
  truststore: param.text('truststore', {
    doc: '<TrustStore> with Location (JKS, PKCS12 or PEM) and Password: who may sign the certificates of clients.',
    secret: true,
  }),
  clients: param.oneOf('SSLVerifyClient', ['none', 'optional', 'require'], {
    doc: 'Whether a client shows a certificate.',
    default: 'none',
  }),
  protocols: param.list('HttpsProtocols', {
    doc: 'TLSv1.2, TLSv1.3; older ones are asked for in vain. Both when it is not given.',
  }),
  ciphers: param.list('PreferredCiphers', {
    doc: 'Cipher suites, by their Java or OpenSSL names. Those of Node by default.',
  }),
};

export function checkTls(config: TlsConfig, at: Position): readonly Problem[] {
  return (['keystore', 'truststore'] as const).flatMap((name) => {
    const written = config[name];
    if (written === undefined) return [];
    const why = whyNot(written, name === 'keystore' ? 'identity' : 'trust');
    if (why === undefined) return [];
    const text = `The parameter "${name}" cannot be used: ${why}.`;
    return [{ code: 'BAD_PARAMETER', level: 'error', at, text, hint: 'docs/transports.md shows one that can.' }];
  });
}

/** What can be seen already: where a relative name is, is known only when the integration runs. */
function whyNot(written: string, use: 'identity' | 'trust'): string | undefined {
  try {
    const store = parseKeystore(written);
    const location = store.location.replace(/^file:\/*/, '/');
    const why = isAbsolute(location) ? whyUnusable({ ...store, location }, use) : undefined;
    return why === undefined ? undefined : `${location}: ${why}`;
  } catch (error) {
    if (error instanceof BadKeystore) return error.message;
    throw error;
  }
}

/** Reads the files. Rejects with BadKeystore. */
export async function tlsOptions(config: TlsConfig, locate: (file: string) => string): Promise<TlsOptions> {
  const { clients, truststore } = config;
  return {
    ...(await readIdentity(located(parseKeystore(config.keystore), locate))),
    ...(truststore === undefined ? {} : await readTrust(located(parseKeystore(truststore), locate))),
    requestCert: clients !== 'none',
    rejectUnauthorized: clients === 'require',
    ...versionsOf(config.protocols),
    ...(config.ciphers.length > 0 ? { ciphers: config.ciphers.map(opensslName).join(':') } : {}),
  };
}

/** The same with the names that the machine knows the files by. */
export function located(store: KeystoreFile, locate: (file: string) => string): KeystoreFile {
  const { location, privateKey } = store;
  return { ...store, location: locate(location), privateKey: privateKey && locate(privateKey) };
}

const versions: readonly SecureVersion[] = ['TLSv1.2', 'TLSv1.3'];

function versionsOf(wanted: readonly string[]): Pick<TlsOptions, 'minVersion' | 'maxVersion'> {
  const known = versions.filter((version) => wanted.some((one) => one.toLowerCase() === version.toLowerCase()));
  return { minVersion: known[0] ?? 'TLSv1.2', maxVersion: known.at(-1) ?? 'TLSv1.3' };
}

/** TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 is ECDHE-RSA-AES128-GCM-SHA256 to OpenSSL. TLS 1.3 has one name only. */
function opensslName(name: string): string {
  if (!/^TLS_.*_WITH_/.test(name)) return name;
  return name
    .slice(4)
    .replace('_WITH', '')
    .replaceAll('_', '-')
    .replace(/AES-(\d+)-/, 'AES$1-')
    .replace(/^RSA-/, '')
    .replace('-CBC', '');
}
