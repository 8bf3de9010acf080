/** What stands under an alias of a keystore. Certificates and keys are PEM. */
export type Entry =
  | {
      readonly kind: 'key';
      readonly alias: string;
      /** Its own certificate first, then those it is signed by. */
      readonly chain: readonly string[];
      /** Throws BadKeystore when the password is not that of the key. */
      unlock(password: string): string;
    }
  | { readonly kind: 'certificate'; readonly alias: string; readonly certificate: string };

/** Why a keystore cannot be used, as the end of "... cannot be used: ". */
export class BadKeystore extends Error {}

export function pem(label: 'CERTIFICATE' | 'PRIVATE KEY', der: Uint8Array): string {
  const lines = Buffer.from(der).toString('base64').replace(/.{64}/g, '$&\n').trimEnd();
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}
