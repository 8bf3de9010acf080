import type { SecureVersion } from 'node:tls';
import type { Position, Problem } from '../errors.ts';
import { keystoreProblems } from './tls/checking.ts';
import { BadKeystore } from './tls/entry.ts';
import { readIdentity, readTrust, type Identity, type Trust } from './tls/keystore-file.ts';

/** The files a client of a broker speaks TLS with, as parameters name them: JKS, PKCS12 or PEM each. */
export interface TlsFiles {
  /** Own certificate and key. */
  readonly keystore: string | undefined;
  readonly keystorePassword: string | undefined;
  /** Of the key, where it is another one. */
  readonly keyPassword?: string | undefined;
  /** File of the key, for a keystore in PEM that holds only certificates. */
  readonly privateKey?: string | undefined;
  /** Certificates that are trusted. */
  readonly truststore: string | undefined;
  readonly truststorePassword?: string | undefined;
}

/** What the protocol calls the two files. */
export interface TlsParameters {
  readonly keystore: string;
  readonly truststore: string;
}

/** What Node's TLS takes of them. Rejects with a sentence that names the parameter when one cannot be used. */
export async function readTlsFiles(files: TlsFiles, names: TlsParameters): Promise<Partial<Identity & Trust>> {
  const { keystore, keystorePassword, keyPassword, privateKey, truststore, truststorePassword } = files;
  const own = { password: keystorePassword, keyPassword, privateKey };
  return {
    ...(truststore === undefined
      ? {}
      : await naming(names.truststore, readTrust({ location: truststore, password: truststorePassword }))),
    ...(keystore === undefined ? {} : await naming(names.keystore, readIdentity({ ...own, location: keystore }))),
  };
}

async function naming<T>(parameter: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof BadKeystore) throw new BadKeystore(`${error.message} (${parameter})`, { cause: error });
    throw error;
  }
}

const versions: readonly SecureVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];

/** MI also writes SSL and TLS, which name no version. */
export function lowestVersion(version: string | undefined): { readonly minVersion?: SecureVersion } {
  const known = versions.find((one) => one.toLowerCase() === version?.toLowerCase());
  return known === undefined ? {} : { minVersion: known };
}

/** What is wrong with those that can be read already. */
export function checkTlsFiles(files: TlsFiles, names: TlsParameters, at: Position): readonly Problem[] {
  const { keystore, keystorePassword, keyPassword, privateKey, truststore, truststorePassword } = files;
  const own = { password: keystorePassword, keyPassword, privateKey };
  return keystoreProblems(at, [
    { parameter: names.truststore, location: truststore, password: truststorePassword, use: 'trust' },
    { ...own, parameter: names.keystore, location: keystore, use: 'identity' },
  ]);
}

/** Codes of X.509 that OpenSSL has for a chain that leads to nobody who is trusted. */
const untrusted: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** The same in words, for clients that put codes of their own in their place. */
const untrustedWords =
  /self-signed certificate|unable to (get (local )?issuer certificate|verify the first certificate)/;

interface TlsError {
  readonly code?: unknown;
  readonly reason?: unknown;
  readonly message?: string;
  readonly host?: string;
  readonly cert?: { readonly subjectaltname?: string };
}

/** What TLS says, as a sentence that names the parameter to look at; undefined when the error is none of TLS. */
export function explainTls(error: unknown, names: TlsParameters & { readonly host: string }): string | undefined {
  const { code, message = '', reason, host, cert } = (error ?? {}) as TlsError;
  if (typeof code !== 'string') return undefined;
  if (untrusted.has(code) || untrustedWords.test(message))
    return `its certificate is signed by nobody who is trusted (${names.truststore}): ${message}`;
  if (code === 'CERT_HAS_EXPIRED' || message === 'certificate has expired') return 'its certificate has expired';
  if (code === 'CERT_NOT_YET_VALID') return 'its certificate is not valid yet';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || (typeof reason === 'string' && cert !== undefined))
    return `its certificate is for ${cert?.subjectaltname ?? 'somebody'}, not for ${host ?? 'its host'} (${names.host})`;
  if (/ALERT_(CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_UNKNOWN)/.test(code))
    return `it wants a certificate that it trusts (${names.keystore}), or speaks another version of TLS: ${code}`;
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|UNEXPECTED_EOF/.test(code))
    return `what answers there does not speak TLS (${names.host})`;
  return undefined;
}
