import { readFile } from 'node:fs/promises';
import type { Position, Problem } from '../errors.ts';

/** The files a client of a broker speaks TLS with, as parameters name them. */
export interface TlsFiles {
  /** Own certificate and key: PEM, or PKCS12. */
  readonly keystore: string | undefined;
  readonly keystorePassword: string | undefined;
  /** Certificates that are trusted: PEM. */
  readonly truststore: string | undefined;
}

export interface TlsOptions {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly pfx?: Buffer;
  readonly passphrase?: string;
}

/** What Node's TLS takes of them. Rejects when one cannot be read. */
export async function readTlsFiles({ keystore, keystorePassword, truststore }: TlsFiles): Promise<TlsOptions> {
  const own = keystore === undefined ? undefined : await readFile(keystore);
  const isPem = own?.includes('-----BEGIN') ?? false;
  return {
    ...(truststore === undefined ? {} : { ca: await readFile(truststore) }),
    ...(own === undefined ? {} : isPem ? { cert: own, key: own } : { pfx: own }),
    ...(keystorePassword === undefined ? {} : { passphrase: keystorePassword }),
  };
}

/** A parameter and the file it names. */
export interface NamedFile {
  readonly parameter: string;
  readonly file: string | undefined;
}

/** Files that only Java reads: a trust store of any of its forms, a key store of its own form. */
export function javaKeystores(at: Position, trust: NamedFile, key?: NamedFile): readonly Problem[] {
  const found: NamedFile[] = [];
  if (/\.(jks|p12|pfx)$/i.test(trust.file ?? '')) found.push(trust);
  if (key !== undefined && /\.jks$/i.test(key.file ?? '')) found.push(key);
  return found.map(({ parameter, file }) => ({
    code: 'BAD_PARAMETER',
    level: 'error',
    at,
    text: `${parameter} names ${file}, which is a Java keystore.`,
    hint: 'Write its certificates out as PEM: keytool -exportcert -rfc -keystore <file> -alias <name>.',
  }));
}
