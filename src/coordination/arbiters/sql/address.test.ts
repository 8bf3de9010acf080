import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { silentLogger } from '../../../log.ts';
import { openArbiter } from '../../open-arbiter.ts';
import { parseSqlAddress, shownAddress } from './address.ts';

test('an address has a usual port, and its parts are percent-decoded', () => {
  assert.deepEqual(parseSqlAddress('postgres://us%40er:p%2Fw@db.example/shop'), {
    kind: 'postgres',
    host: 'db.example',
    port: 5_432,
    user: 'us@er',
    password: 'p/w',
    database: 'shop',
    tls: undefined,
  });
  const { kind, port, password } = parseSqlAddress('mariadb://user@db.example/shop');
  assert.deepEqual({ kind, port, password }, { kind: 'mysql', port: 3_306, password: undefined });
  assert.equal(parseSqlAddress('mysql://u:p@[::1]:3307/shop').host, '::1');
});

test('the password is not shown', () => {
  assert.equal(shownAddress(parseSqlAddress('postgres://u:secret@h:1/d')), 'postgres://u@h:1/d');
});

test('TLS is off, on, or on with a certificate that must be good for the host', () => {
  const tls = (query: string) => parseSqlAddress(`mysql://u:p@h/d${query}`).tls;
  assert.equal(tls(''), undefined);
  assert.equal(tls('?sslmode=disable'), undefined);
  assert.deepEqual(tls('?sslmode=require'), { rejectUnauthorized: false });
  assert.deepEqual(tls('?sslmode=verify-full'), { rejectUnauthorized: true });
  assert.deepEqual(tls('?ssl=true'), { rejectUnauthorized: true });
  const folder = mkdtempSync(join(tmpdir(), 'gantry-sql-'));
  try {
    const file = join(folder, 'ca.pem');
    writeFileSync(file, 'CERT');
    assert.deepEqual(tls(`?sslmode=verify-full&sslrootcert=${file}`), { rejectUnauthorized: true, ca: 'CERT' });
    assert.throws(() => tls(`?sslmode=verify-full&sslrootcert=${file}.not`), /sslrootcert cannot be read/);
    assert.throws(() => tls(`?sslmode=require&sslrootcert=${file}`), /checks no certificate/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

for (const [address, sentence] of [
  ['postgres://u:secret@h:x/d', /special characters of the password/],
  ['postgres://u:secret@h', /one database/],
  ['postgres://u:secret@h/a/b', /one database/],
  ['mysql://h/secret', /no user/],
  ['postgres://u:secr%zzet@h/d', /write a % itself as %25/],
  ['postgres://u:secret@h/d?sslmod=require', /unknown option "sslmod"/],
  ['postgres://u:secret@h/d?sslmode=prefer', /disable, require or verify-full/],
  ['postgress://u:secret@h/d', /"postgress" names no arbiter/],
] as const)
  test(`what cannot be meant is refused with a sentence, and without the password: ${address}`, async () => {
    await assert.rejects(openArbiter(address, { deployment: 'shop', log: silentLogger }), (error: Error) => {
      assert.match(error.message, sentence);
      assert.doesNotMatch(error.message, /secr/);
      return true;
    });
  });
