import { X509Certificate } from 'node:crypto';
import type forge from 'node-forge';
import { BadKeystore, pem, type Entry } from './entry.ts';

/**
 * A PKCS12 file (RFC 7292) as any tool makes it: node:tls takes one only with a key in it, and none that Java made before
 * 2021, whose certificates are locked with RC2. A key and its certificate have the same localKeyId.
 */
export async function readPkcs12(file: Uint8Array, password: string | undefined): Promise<readonly Entry[]> {
  const { default: library } = await import('node-forge');
  const bags = bagsOf(library, file, password);
  const { certBag } = library.pki.oids;
  const certificates = bags
    .filter(({ type }) => type === certBag)
    .map((bag) => ({ bag, certificate: certificateOf(library, bag) }));
  const keys = bags.filter(({ type }) => type !== certBag);
  const used = new Set<string>();
  const entries: Entry[] = keys.map((bag) => {
    const own = certificates.find((one) => isSame(one.bag, bag)) ?? certificates[0];
    const chain = own === undefined ? [] : chainOf(own.certificate, certificates);
    for (const one of chain) used.add(one);
    const key = keyOf(library, bag);
    // What the file is locked with opens the key too.
    return { kind: 'key', alias: nameOf(bag), chain, unlock: () => key };
  });
  const others = certificates.filter(({ certificate }) => !used.has(certificate));
  return [
    ...entries,
    ...others.map(({ bag, certificate }): Entry => ({ kind: 'certificate', alias: nameOf(bag), certificate })),
  ];
}

type Bag = forge.pkcs12.Bag;
interface Certificate {
  readonly bag: Bag;
  readonly certificate: string;
}

function bagsOf(library: typeof forge, file: Uint8Array, password: string | undefined): readonly Bag[] {
  try {
    const asn1 = library.asn1.fromDer(Buffer.from(file).toString('latin1'));
    return library.pkcs12.pkcs12FromAsn1(asn1, password ?? '').safeContents.flatMap(({ safeBags }) => safeBags);
  } catch (error) {
    throw new BadKeystore(whyNot((error as Error).message), { cause: error });
  }
}

function whyNot(message: string): string {
  if (/MAC could not be verified|Invalid password/i.test(message))
    return 'the password is not the one it was made with, or the file is damaged';
  if (/SafeBag type/.test(message)) return 'it holds something that is neither a key nor a certificate';
  if (/Unsupported|not supported/i.test(message)) return `it is locked in a way that is not known here (${message})`;
  return 'it is neither PEM, PKCS12 nor JKS';
}

/** Parsed where the key is RSA, else as it stands. */
function certificateOf(library: typeof forge, { cert, asn1 }: Bag): string {
  return pem('CERTIFICATE', derOf(library, cert ? library.pki.certificateToAsn1(cert) : asn1));
}

function keyOf(library: typeof forge, { key, asn1 }: Bag): string {
  const { pki } = library;
  return pem('PRIVATE KEY', derOf(library, key ? pki.wrapRsaPrivateKey(pki.privateKeyToAsn1(key)) : asn1));
}

function derOf(library: typeof forge, asn1: forge.asn1.Asn1): Buffer {
  return Buffer.from(library.asn1.toDer(asn1).getBytes(), 'latin1');
}

/** The certificate, the one that signed it, and so on: a file holds them in any order. */
function chainOf(own: string, certificates: readonly Certificate[]): readonly string[] {
  const chain = [own];
  for (;;) {
    const last = new X509Certificate(chain.at(-1)!);
    const next = certificates.find(
      ({ certificate }) => !chain.includes(certificate) && last.checkIssued(new X509Certificate(certificate)),
    );
    if (!next) return chain;
    chain.push(next.certificate);
  }
}

function nameOf({ attributes }: Bag): string {
  return (attributes as { readonly friendlyName?: readonly string[] }).friendlyName?.[0] ?? '';
}

function isSame(a: Bag, b: Bag): boolean {
  const idOf = ({ attributes }: Bag): string | undefined =>
    (attributes as { readonly localKeyId?: readonly string[] }).localKeyId?.[0];
  return idOf(a) !== undefined && idOf(a) === idOf(b);
}
