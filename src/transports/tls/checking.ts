import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { Position, Problem } from '../../errors.ts';
import { BadKeystore } from './entry.ts';
import { entriesNow, formatOf, pickKey, trustedBy, trustIn, type KeystoreFile } from './keystore-file.ts';

/** A keystore and the parameter that names it. */
export interface NamedKeystore extends Omit<KeystoreFile, 'location'> {
  readonly parameter: string;
  readonly location: string | undefined;
  readonly use: 'identity' | 'trust';
}

/**
 * What is wrong with files that can be read here. One that is not there is left alone: it may be mounted only where the
 * integration runs, and whoever needs it then says so.
 */
export function keystoreProblems(at: Position, stores: readonly NamedKeystore[]): readonly Problem[] {
  return stores.flatMap(({ parameter, location, use, ...store }) => {
    const why = location === undefined ? undefined : whyUnusable({ ...store, location }, use);
    if (why === undefined) return [];
    return [
      {
        code: 'BAD_PARAMETER',
        level: 'error',
        at,
        text: `The parameter "${parameter}" names ${location}, which cannot be used: ${why}.`,
        hint: `keytool -list -keystore ${location} shows what is in it, and whether the password is right.`,
      },
    ];
  });
}

/** At once, and without a library: of a PKCS12 file only whether the password opens it. */
export function whyUnusable(store: KeystoreFile, use: NamedKeystore['use']): string | undefined {
  if (!existsSync(store.location)) return undefined;
  try {
    const bytes = readFileSync(store.location);
    const entries = entriesNow(bytes, store.password);
    if (entries && use === 'identity') tryIdentity(pickKey(entries, store));
    else if (entries) trustIn(trustedBy(entries).join(''));
    else if (formatOf(bytes) === 'PKCS12') tryPkcs12(bytes, store.password ?? '');
    else if (use === 'trust') trustIn(bytes.toString('latin1')).ca.forEach((one) => new X509Certificate(one));
    else tryPem(bytes, store);
    return undefined;
  } catch (error) {
    return error instanceof BadKeystore ? error.message : (error as Error).message;
  }
}

function tryPem(bytes: Buffer, { privateKey, keyPassword, password }: KeystoreFile): void {
  if (privateKey !== undefined && !existsSync(privateKey)) return;
  const passphrase = keyPassword ?? password;
  const key = privateKey === undefined ? bytes : readFileSync(privateKey);
  tryIdentity({ cert: bytes, key, ...(passphrase === undefined ? {} : { passphrase }) });
}

type Identity = Parameters<(typeof import('node:tls'))['createSecureContext']>[0];

function tryIdentity(identity: Identity): void {
  process.getBuiltinModule('node:tls').createSecureContext(identity);
}

/** OpenSSL looks at the password first. What else it does not like may still be read another way. */
function tryPkcs12(pfx: Buffer, passphrase: string): void {
  try {
    tryIdentity({ pfx, passphrase });
  } catch (error) {
    const { message } = error as Error;
    if (/mac verify/i.test(message))
      throw new BadKeystore('the password is not the one it was made with, or the file is damaged', { cause: error });
    if (/not enough data|wrong tag|asn1/i.test(message))
      throw new BadKeystore('it is neither PEM, PKCS12 nor JKS', { cause: error });
  }
}
