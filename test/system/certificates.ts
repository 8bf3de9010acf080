/** Certificates for tests: an authority that is known to nobody else, and what it signs. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import forge from 'node-forge';

/** PEM. */
export interface Issued {
  readonly cert: string;
  readonly key: string;
}

const folder: string = mkdtempSync(join(tmpdir(), 'gantry-certificates-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** A file with that content, removed when the process ends. */
export function fileOf(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

let serial = 0;

export class Authority implements Issued {
  readonly cert: string;
  readonly key: string;
  readonly #name: string;
  readonly #key: forge.pki.rsa.PrivateKey;

  constructor(name: string) {
    this.#name = name;
    const made = newKey();
    this.key = made.pem;
    this.#key = made.key;
    this.cert = this.#sign(name, made, [{ name: 'basicConstraints', cA: true }]);
  }

  /** For 127.0.0.1 and localhost, unless another host is named. */
  issue(name: string, host?: string): Issued {
    const made = newKey();
    const altNames =
      host === undefined
        ? [
            { type: 7, ip: '127.0.0.1' },
            { type: 2, value: 'localhost' },
          ]
        : [{ type: 2, value: host }];
    return { cert: this.#sign(name, made, [{ name: 'subjectAltName', altNames }]), key: made.pem };
  }

  #sign(name: string, { key }: NewKey, extensions: object[]): string {
    const certificate = forge.pki.createCertificate();
    certificate.publicKey = forge.pki.setRsaPublicKey(key.n, key.e);
    certificate.serialNumber = `01${String(++serial).padStart(8, '0')}`;
    certificate.validity.notBefore = new Date(Date.now() - 3_600_000);
    certificate.validity.notAfter = new Date(Date.now() + 86_400_000);
    certificate.setSubject([{ name: 'commonName', value: name }]);
    certificate.setIssuer([{ name: 'commonName', value: this.#name }]);
    certificate.setExtensions(extensions);
    certificate.sign(this.#key, forge.md.sha256.create());
    return forge.pki.certificateToPem(certificate).replaceAll('\r', '');
  }
}

/** The same as a PKCS12 file. */
export function pkcs12({ cert, key }: Issued, password: string): Buffer {
  const asn1 = forge.pkcs12.toPkcs12Asn1(
    forge.pki.privateKeyFromPem(key),
    [forge.pki.certificateFromPem(cert)],
    password,
  );
  return Buffer.from(forge.asn1.toDer(asn1).getBytes(), 'latin1');
}

interface NewKey {
  readonly pem: string;
  readonly key: forge.pki.rsa.PrivateKey;
}

/** Node makes one many times as fast. */
function newKey(): NewKey {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const pem = privateKey.export({ type: 'pkcs1', format: 'pem' });
  return { pem, key: forge.pki.privateKeyFromPem(pem) };
}
