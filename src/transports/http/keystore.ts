import { parseXml } from '../../message/xml/parse.ts';
import type { XmlElement } from '../../message/xml/tree.ts';
import { BadKeystore } from '../tls/entry.ts';
import type { KeystoreFile } from '../tls/keystore-file.ts';

/**
 * Keys and trusted certificates as MI writes them in parameters:
 *
 *   <KeyStore> <Location>security/wso2carbon.jks</Location> <Type>JKS</Type> <Password>..</Password> <KeyPassword>..</KeyPassword> </KeyStore>
 *   <TrustStore> <Location>security/ca.pem</Location> <Type>PEM</Type> </TrustStore>
 *
 * The type is not looked at: the file says what it is. Ours: <Alias>, and <PrivateKey>, the key of a PEM file that holds
 * only certificates. Throws BadKeystore.
 */
export function parseKeystore(written: string): KeystoreFile {
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
  const location = text('Location');
  if (location === undefined) throw new BadKeystore('it has no <Location>');
  return {
    location,
    password: text('Password'),
    keyPassword: text('KeyPassword'),
    alias: text('Alias'),
    privateKey: text('PrivateKey'),
  };
}

type Table = Readonly<Record<string, unknown>>;

/**
 * The key of the product itself, from deployment.toml: [keystore.tls], else [keystore.primary], with file_name, type,
 * password, alias and key_password. Throws BadKeystore.
 */
export function productKeystore(deployment: Table): KeystoreFile {
  const stores = deployment['keystore'] as Readonly<Record<string, Table>> | undefined;
  const store = storeOf(stores?.['tls'] ?? stores?.['primary']);
  if (store) return store;
  throw new BadKeystore(
    'HTTPS needs a key: give its file as [keystore.primary] in deployment.toml, with file_name = "wso2carbon.jks", ' +
      'password, alias and key_password; JKS, PKCS12 and PEM are read.',
  );
}

/** Who is trusted when requests go out over TLS: [truststore] with file_name, type and password; undefined: the usual CAs. */
export function productTruststore(deployment: Table): KeystoreFile | undefined {
  return storeOf(deployment['truststore'] as Table | undefined);
}

function storeOf(table: Table | undefined): KeystoreFile | undefined {
  const text = (name: string): string | undefined =>
    typeof table?.[name] === 'string' && table[name] !== '' ? table[name] : undefined;
  const location = text('file_name');
  if (location === undefined) return undefined;
  return {
    location,
    password: text('password'),
    keyPassword: text('key_password'),
    alias: text('alias'),
    privateKey: text('private_key'),
  };
}
