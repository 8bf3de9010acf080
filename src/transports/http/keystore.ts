import { readFile } from 'node:fs/promises';
import type { XmlElement } from '../../message/xml/tree.ts';
import { parseXml } from '../../message/xml/parse.ts';

/**
 * Keys and trusted certificates as MI writes them:
 *
 *   <KeyStore> <Location>security/key.p12</Location> <Type>PKCS12</Type> <Password>..</Password> <KeyPassword>..</KeyPassword> </KeyStore>
 *   <TrustStore> <Location>security/ca.pem</Location> <Type>PEM</Type> </TrustStore>
 *
 * PKCS12, or PEM: certificates and key in one file, or the key in a file of its own, <PrivateKey> (ours). JKS is a
 * format of Java's own; nothing well kept reads it outside Java.
 */
export interface Keystore {
  readonly location: string;
  readonly type: 'PKCS12' | 'PEM';
  readonly password: string | undefined;
  readonly keyPassword: string | undefined;
  /** File of the key, for PEM. */
  readonly privateKey: string | undefined;
}

/** Why a keystore cannot be used, with what to do about it. */
export class BadKeystore extends Error {}

/** Throws BadKeystore. */
export function parseKeystore(written: string): Keystore {
  let root: XmlElement;
  try {
    root = parseXml(written);
  } catch {
    throw new BadKeystore('it is not the XML of a <KeyStore> or <TrustStore>');
  }
  const inside = root.local === 'parameter' ? (root.elements()[0] ?? root) : root;
  const text = (name: string): string | undefined =>
    inside
      .elements()
      .find((child) => child.local === name)
      ?.text.trim() || undefined;
  return keystoreOf({
    location: text('Location'),
    type: text('Type'),
    password: text('Password'),
    keyPassword: text('KeyPassword'),
    privateKey: text('PrivateKey'),
  });
}

/** Throws BadKeystore. Without a type the ending of the name decides. */
export function keystoreOf(given: { readonly [K in keyof Keystore]: string | undefined }): Keystore {
  const { location } = given;
  if (location === undefined) throw new BadKeystore('it has no <Location>');
  const said = (given.type ?? '').toUpperCase();
  const type =
    said === '' || said === 'JKS'
      ? /\.(p12|pfx)$/i.test(location)
        ? 'PKCS12'
        : /\.(pem|crt|cer|key)$/i.test(location)
          ? 'PEM'
          : 'JKS'
      : said;
  if (type === 'PKCS12' || type === 'PEM') return { ...given, location, type };
  const convert = `keytool -importkeystore -srckeystore ${location} -destkeystore ${location.replace(/\.\w+$/, '')}.p12 -deststoretype PKCS12`;
  throw new BadKeystore(`${type} is a format that only Java reads; make it PKCS12: ${convert}`);
}

/**
 * The key of the product itself, from deployment.toml: [keystore.tls], else [keystore.primary], with file_name, type,
 * password and key_password. Throws BadKeystore.
 */
export function productKeystore(deployment: Readonly<Record<string, unknown>>): Keystore {
  const stores = deployment['keystore'] as Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined;
  const table = stores?.['tls'] ?? stores?.['primary'];
  const text = (name: string): string | undefined => (typeof table?.[name] === 'string' ? table[name] : undefined);
  if (text('file_name') === undefined) {
    throw new BadKeystore(
      'HTTPS needs a key: give its file as [keystore.primary] in deployment.toml, with file_name = "key.p12", ' +
        'type = "PKCS12" and password.',
    );
  }
  return keystoreOf({
    location: text('file_name'),
    type: text('type'),
    password: text('password'),
    keyPassword: text('key_password'),
    privateKey: text('private_key'),
  });
}

/** For tls.createSecureContext. Rejects with BadKeystore when a file cannot be read. */
export async function identityOf(
  { location, type, password, keyPassword, privateKey }: Keystore,
  locate: (file: string) => string,
): Promise<{ pfx: Buffer; passphrase?: string } | { cert: Buffer; key: Buffer; passphrase?: string }> {
  const first = await read(location, locate);
  const passphrase = password ?? keyPassword;
  const withPassphrase = passphrase === undefined ? {} : { passphrase };
  if (type === 'PKCS12') return { pfx: first, ...withPassphrase };
  return { cert: first, key: privateKey === undefined ? first : await read(privateKey, locate), ...withPassphrase };
}

/** Certificates that clients' certificates may be signed by. */
export async function trustOf({ location, type }: Keystore, locate: (file: string) => string): Promise<Buffer> {
  if (type === 'PEM') return read(location, locate);
  const convert = `openssl pkcs12 -in ${location} -nokeys -out ca.pem`;
  throw new BadKeystore(`the truststore ${location} has to be PEM: ${convert}`);
}

async function read(file: string, locate: (file: string) => string): Promise<Buffer> {
  try {
    return await readFile(locate(file));
  } catch (error) {
    throw new BadKeystore(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
