import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { BadKeystore } from '../tls/entry.ts';
import { parseKeystore, productKeystore, productTruststore } from './keystore.ts';
import { checkTls, tlsOptions, type TlsConfig } from './tls.ts';

const locate = (file: string): string => file;

test('a keystore is read as MI writes it', () => {
  const { location, password, keyPassword } = parseKeystore(
    '<KeyStore><Location>security/wso2carbon.jks</Location><Type>JKS</Type><Password>a&amp;b</Password><KeyPassword>c</KeyPassword></KeyStore>',
  );
  assert.deepEqual([location, password, keyPassword], ['security/wso2carbon.jks', 'a&b', 'c']);
  const refused = [
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

test('the key of the product is that of deployment.toml, and without one it is said what to write', () => {
  const store = { file_name: 'wso2carbon.jks', type: 'JKS', password: 'p', alias: 'wso2carbon', key_password: 'k' };
  const { location, password, alias, keyPassword } = productKeystore({ keystore: { primary: store } });
  assert.deepEqual([location, password, alias, keyPassword], ['wso2carbon.jks', 'p', 'wso2carbon', 'k']);
  const both = { keystore: { primary: store, tls: { file_name: 'tls.p12' } } };
  assert.equal(productKeystore(both).location, 'tls.p12');
  assert.throws(() => productKeystore({}), /\[keystore\.primary\] in deployment\.toml/);
});

test('who is trusted is said by [truststore], or nobody in particular is', () => {
  const truststore = { file_name: 'client-truststore.jks', type: 'JKS', password: 'p', alias: 'symmetric.key.value' };
  assert.equal(productTruststore({ truststore })?.location, 'client-truststore.jks');
  assert.equal(productTruststore({}), undefined);
});

const keys = join(import.meta.dirname, '../tls/fixtures/keys.jks');
const config: TlsConfig = {
  keystore: `<KeyStore><Location>${keys}</Location><Type>JKS</Type><Password>store-word</Password><KeyPassword>key-word</KeyPassword><Alias>wso2carbon</Alias></KeyStore>`,
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
  const wrong = config.keystore.replace('store-word', 'wrong');
  const [problem] = checkTls({ ...config, keystore: wrong }, at);
  assert.deepEqual([problem?.code, problem?.level, problem?.at], ['BAD_PARAMETER', 'error', at]);
  assert.match(problem!.text, /"keystore" cannot be used: .*keys\.jks: the password is not the one/);
  assert.deepEqual(checkTls(config, at), []);
});
