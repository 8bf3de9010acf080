import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BadKeystore, identityOf, parseKeystore, productKeystore, trustOf } from './keystore.ts';
import { checkTls, tlsOptions, type TlsConfig } from './tls.ts';

const locate = (file: string): string => file;

test('a keystore is read as MI writes it, and what Java alone can read is refused with the command that converts it', () => {
  const { location, type, password } = parseKeystore(
    '<KeyStore><Location>security/key.p12</Location><Type>PKCS12</Type><Password>a&amp;b</Password></KeyStore>',
  );
  assert.deepEqual([location, type, password], ['security/key.p12', 'PKCS12', 'a&b']);
  const refused = [
    [
      '<KeyStore><Location>wso2carbon.jks</Location><Type>JKS</Type></KeyStore>',
      /keytool -importkeystore -srckeystore wso2carbon\.jks/,
    ],
    ['<KeyStore><Type>PEM</Type></KeyStore>', /<Location>/],
    ['security/key.p12', /not the XML/],
  ] as const;
  for (const [written, why] of refused) {
    assert.throws(
      () => parseKeystore(written),
      (error) => error instanceof BadKeystore && why.test(error.message),
    );
  }
});

test('a file whose name says more than its type is believed', () => {
  assert.equal(parseKeystore('<KeyStore><Location>k.p12</Location><Type>JKS</Type></KeyStore>').type, 'PKCS12');
  assert.equal(parseKeystore('<TrustStore><Location>ca.pem</Location></TrustStore>').type, 'PEM');
});

test('the key of the product is that of deployment.toml, and without one it is said what to write', () => {
  const store = { file_name: 'key.p12', password: 'p' };
  assert.equal(productKeystore({ keystore: { primary: store } }).location, 'key.p12');
  const both = { keystore: { primary: store, tls: { file_name: 'tls.p12' } } };
  assert.equal(productKeystore(both).location, 'tls.p12');
  assert.throws(() => productKeystore({}), /\[keystore\.primary\] in deployment\.toml/);
});

test('a file that cannot be read, and a truststore that is no PEM, are said by name', async () => {
  const missing = parseKeystore('<KeyStore><Location>/no/such.p12</Location></KeyStore>');
  await assert.rejects(identityOf(missing, locate), /\/no\/such\.p12 cannot be read/);
  await assert.rejects(trustOf(missing, locate), /openssl pkcs12 -in \/no\/such\.p12 -nokeys/);
});

const config: TlsConfig = {
  keystore: `<KeyStore><Location>${import.meta.filename}</Location><Type>PEM</Type></KeyStore>`,
  truststore: undefined,
  clients: 'optional',
  protocols: ['TLSv1', 'TLSv1.2'],
  ciphers: ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'TLS_RSA_WITH_AES_256_CBC_SHA', 'TLS_AES_128_GCM_SHA256'],
};

test('versions and cipher suites are given as OpenSSL knows them', async () => {
  const { ciphers, minVersion, maxVersion, requestCert, rejectUnauthorized } = await tlsOptions(config, locate);
  assert.equal(ciphers, 'ECDHE-RSA-AES128-GCM-SHA256:AES256-SHA:TLS_AES_128_GCM_SHA256');
  assert.deepEqual([minVersion, maxVersion], ['TLSv1.2', 'TLSv1.2']);
  assert.deepEqual([requestCert, rejectUnauthorized], [true, false]);
});

test('a keystore that cannot be used is a problem with the name of its parameter', () => {
  const at = { file: 'a.xml', line: 3, column: 5 };
  const [problem] = checkTls({ ...config, keystore: '<KeyStore><Location>a.jks</Location></KeyStore>' }, at);
  assert.deepEqual([problem?.code, problem?.level, problem?.at], ['BAD_PARAMETER', 'error', at]);
  assert.match(problem!.text, /"keystore".*keytool/);
  assert.deepEqual(checkTls(config, at), []);
});
