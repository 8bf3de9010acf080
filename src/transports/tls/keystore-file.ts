import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { BadKeystore, pem, type Entry } from './entry.ts';
import { jksMagic, readJks } from './jks.ts';
import { readPkcs12 } from './pkcs12.ts';

/** A file with a key, or with certificates that are trusted. What kind of file it is, it says itself. */
export interface KeystoreFile {
  readonly location: string;
  readonly password?: string | undefined;
  /** Of the key, where it is another one. */
  readonly keyPassword?: string | undefined;
  /** Which of its keys; the first when it is not said. */
  readonly alias?: string | undefined;
  /** File of the key, for a PEM file that holds only certificates. */
  readonly privateKey?: string | undefined;
}

/** For tls.connect and tls.createServer: what one shows. */
export interface Identity {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
  readonly passphrase?: string;
}

/** And whom one believes. */
export interface Trust {
  readonly ca: string[];
  /** As Java: a certificate that is trusted is, whoever has signed it. */
  readonly allowPartialTrustChain: true;
}

type Format = 'PEM' | 'JKS' | 'JCEKS' | 'DER certificate' | 'PKCS12';

/** Kinds of the entries of JCEKS, which are locked with objects of Java's own serialisation. */
const jceksMagic = 0xcececece;

export function formatOf(bytes: Buffer): Format {
  if (bytes.includes('-----BEGIN ')) return 'PEM';
  const magic = bytes.length < 4 ? 0 : bytes.readUInt32BE();
  if (magic === jksMagic) return 'JKS';
  if (magic === jceksMagic) return 'JCEKS';
  return isCertificate(bytes) ? 'DER certificate' : 'PKCS12';
}

function isCertificate(bytes: Buffer): boolean {
  try {
    return new X509Certificate(bytes).raw.length > 0;
  } catch {
    return false;
  }
}

/** Rejects with BadKeystore, which names the file. */
export function readIdentity(store: KeystoreFile): Promise<Identity> {
  return named(store.location, async () => {
    const bytes = await load(store.location);
    const passphrase = store.keyPassword ?? store.password;
    if (formatOf(bytes) === 'PEM') {
      const key = store.privateKey === undefined ? bytes : await load(store.privateKey);
      return { cert: bytes, key, ...(passphrase === undefined ? {} : { passphrase }) };
    }
    return pickKey(await entriesOf(bytes, store.password), store);
  });
}

/** The key of that alias; throws BadKeystore when there is none, or when it does not open. */
export function pickKey(entries: readonly Entry[], { alias, password, keyPassword }: KeystoreFile): Identity {
  const keys = entries.filter((entry) => entry.kind === 'key');
  const aliases = (among: readonly Entry[]): string => among.map((entry) => `"${entry.alias}"`).join(', ');
  // Java keeps aliases in lower case, and finds them however they are written.
  const isWanted = (entry: Entry): boolean => alias === undefined || entry.alias.toLowerCase() === alias.toLowerCase();
  const found = keys.find(isWanted);
  if (!found) {
    if (keys.length === 0) throw new BadKeystore('it holds certificates and no key');
    throw new BadKeystore(`it has no key with the alias "${alias}"; it has ${aliases(keys)}`);
  }
  return { cert: found.chain.join(''), key: found.unlock(keyPassword ?? password ?? '') };
}

/** Rejects with BadKeystore, which names the file. */
export function readTrust({ location, password }: KeystoreFile): Promise<Trust> {
  return named(location, async () => {
    const bytes = await load(location);
    return trustIn(
      formatOf(bytes) === 'PEM' ? bytes.toString('latin1') : trustedBy(await entriesOf(bytes, password)).join(''),
    );
  });
}

/** Source: OpenJDK TrustStoreUtil: of a key, its own certificate is trusted too. */
export function trustedBy(entries: readonly Entry[]): readonly string[] {
  return entries.flatMap((entry) => (entry.kind === 'key' ? entry.chain.slice(0, 1) : [entry.certificate]));
}

export function trustIn(text: string): Trust {
  const ca = text.match(/-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----[^-]*-----END \1CERTIFICATE-----/g) ?? [];
  if (ca.length === 0) throw new BadKeystore('there is no certificate in it');
  return { ca, allowPartialTrustChain: true };
}

async function entriesOf(bytes: Buffer, password: string | undefined): Promise<readonly Entry[]> {
  return entriesNow(bytes, password) ?? readPkcs12(bytes, password);
}

/** What can be read without a library; undefined for PKCS12. */
export function entriesNow(bytes: Buffer, password: string | undefined): readonly Entry[] | undefined {
  switch (formatOf(bytes)) {
    case 'JKS':
      return readJks(bytes, password);
    case 'JCEKS':
      throw new BadKeystore(
        'it is a JCEKS file, which only Java reads: keytool -importkeystore -deststoretype PKCS12 makes a PKCS12 file of it',
      );
    case 'DER certificate':
      return [{ kind: 'certificate', alias: '', certificate: pem('CERTIFICATE', bytes) }];
    default:
      return undefined;
  }
}

async function load(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new BadKeystore(code === 'ENOENT' ? 'there is no such file' : message, { cause: error });
  }
}

/** Passwords never get into the text; locations do. */
async function named<T>(location: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof BadKeystore)) throw error;
    throw new BadKeystore(`${location} cannot be used: ${error.message}`, { cause: error });
  }
}
