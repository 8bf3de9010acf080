import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { connect, createServer } from 'node:tls';
import { promisify } from 'node:util';
import { keystoreProblems } from './checking.ts';
import { readIdentity, readTrust, type Identity, type Trust } from './keystore-file.ts';

const { JAVA_HOME } = process.env;
const keytool: string = JAVA_HOME === undefined ? 'keytool' : join(JAVA_HOME, 'bin/keytool');
const fixture = (name: string): string => join(import.meta.dirname, 'fixtures', name);
const folder: string = mkdtempSync(join(tmpdir(), 'gantry-keystores-'));
after(() => rmSync(folder, { recursive: true }));

/** Whether a client that trusts the one takes a server that shows the other. */
async function shakesHands(identity: Identity, trust: Trust): Promise<boolean> {
  const server = createServer(identity, (socket) => socket.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect({ ...trust, port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  try {
    await once(client, 'secureConnect');
    return true;
  } catch {
    return false;
  } finally {
    client.destroy();
    server.close();
  }
}

const keys = { location: fixture('keys.jks'), password: 'store-word' };
const rsa = { ...keys, alias: 'wso2carbon', keyPassword: 'key-word' };

test('a key of a JKS file speaks TLS, and JKS and PKCS12 files of certificates trust it', async () => {
  for (const trusted of ['trust.jks', 'trust.p12']) {
    const trust = await readTrust({ location: fixture(trusted), password: 'store-word' });
    assert.equal(trust.ca.length, 2);
    assert.ok(await shakesHands(await readIdentity(rsa), trust), `RSA, ${trusted}`);
    assert.ok(await shakesHands(await readIdentity({ ...keys, alias: 'second' }), trust), `EC, ${trusted}`);
  }
});

test('a PKCS12 file that Java made before 2021 speaks TLS, and only who trusts it takes it', async () => {
  const old = { location: fixture('old.p12'), password: 'store-word' };
  const identity = await readIdentity(old);
  assert.ok(await shakesHands(identity, await readTrust(old)));
  assert.equal(
    await shakesHands(identity, await readTrust({ location: fixture('trust.p12'), password: 'store-word' })),
    false,
  );
});

test('the key is the one of the alias, however it is written, else the first', async () => {
  const typeOf = (identity: Identity): string | undefined =>
    new X509Certificate(identity.cert).publicKey.asymmetricKeyType;
  assert.equal(typeOf(await readIdentity({ ...keys, alias: 'SECOND' })), 'ec');
  assert.equal(typeOf(await readIdentity(rsa)), 'rsa');
});

for (const type of ['JKS', 'PKCS12']) {
  test(`what keytool of this machine makes is read: ${type}`, async (t) => {
    const location = join(folder, `made.${type}`);
    const options = [
      '-genkeypair',
      '-alias',
      'made',
      '-keyalg',
      'RSA',
      '-dname',
      'CN=localhost',
      '-ext',
      'san=ip:127.0.0.1',
    ];
    const words = ['-storetype', type, '-keystore', location, '-storepass', 'store-word', '-keypass', 'store-word'];
    const why = await promisify(execFile)(keytool, [...options, ...words]).catch((error: Error) => error);
    if (why instanceof Error) return t.skip(`keytool makes no key here: ${why.message}`);
    const store = { location, password: 'store-word', alias: 'made' };
    assert.ok(await shakesHands(await readIdentity(store), await readTrust(store)));
  });
}

test('certificates of a JKS file are read without its password, as Java does', async () => {
  assert.equal((await readTrust({ location: fixture('trust.jks') })).ca.length, 2);
});

const pemFile = join(folder, 'ca.pem');
const derFile = join(folder, 'ca.der');

test('PEM and DER files are taken whatever they are called', async () => {
  const { ca } = await readTrust({ location: fixture('trust.jks') });
  writeFileSync(pemFile, `about these\n${ca.join('between\n')}`);
  writeFileSync(derFile, new X509Certificate(ca[0]!).raw);
  assert.deepEqual((await readTrust({ location: pemFile })).ca.map(fingerprint), ca.map(fingerprint));
  assert.deepEqual((await readTrust({ location: derFile })).ca.map(fingerprint), ca.slice(0, 1).map(fingerprint));
});

function fingerprint(certificate: string): string {
  return new X509Certificate(certificate).fingerprint256;
}

/** File, what is given with it, and what is said; `later` where a check cannot see it yet. */
const refused = [
  ['keys.jks', { password: 'wrong' }, /the password is not the one it was made with/, 'seen'],
  ['old.p12', { password: 'wrong' }, /the password is not the one it was made with/, 'seen'],
  ['keys.jks', { password: 'store-word' }, /the password of the key is another one/, 'seen'],
  [
    'keys.jks',
    { password: 'store-word', alias: 'third' },
    /no key with the alias "third"; it has "wso2carbon", "second"/,
    'seen',
  ],
  ['old.p12', { password: 'store-word', alias: 'third' }, /no key with the alias "third"; it has "old"/, 'later'],
  ['trust.jks', { password: 'store-word' }, /it holds certificates and no key/, 'seen'],
  ['README.md', {}, /it is neither PEM, PKCS12 nor JKS/, 'seen'],
  ['nowhere.jks', {}, /there is no such file/, 'later'],
] as const;

for (const [name, given, why, when] of refused) {
  test(`a key of ${name} with ${JSON.stringify(given)} is refused by name: ${why.source}`, async () => {
    const store = { location: fixture(name), ...given };
    await assert.rejects(readIdentity(store), (error: Error) => {
      assert.ok(error.message.startsWith(`${store.location} cannot be used: `), error.message);
      assert.match(error.message, why);
      return true;
    });
    const at = { file: 'a.xml', line: 3, column: 5 };
    const problems = keystoreProblems(at, [{ ...store, parameter: 'ssl.keystore.location', use: 'identity' }]);
    assert.equal(problems.length, when === 'seen' ? 1 : 0);
    for (const problem of problems) {
      assert.match(problem.text, /^The parameter "ssl\.keystore\.location" names .*, which cannot be used: /);
      assert.match(problem.text, why);
      assert.deepEqual(problem.at, at);
    }
  });
}

test('a file that was cut short or holds another magic number is refused in words', async () => {
  const whole = readFileSync(fixture('keys.jks'));
  const cut = join(folder, 'cut.jks');
  writeFileSync(cut, whole.subarray(0, 1_000));
  await assert.rejects(readTrust({ location: cut }), /the file is damaged: it ends too early/);
  await assert.rejects(readTrust({ location: cut, password: 'store-word' }), /or the file is damaged/);
  const jceks = join(folder, 'keys.jceks');
  writeFileSync(jceks, Buffer.concat([Buffer.from('cececece', 'hex'), whole.subarray(4)]));
  await assert.rejects(readTrust({ location: jceks }), /JCEKS file, which only Java reads: keytool/);
});
