import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fullName, parseReference } from './reference.ts';

const digest = `sha256:${'a'.repeat(64)}`;

for (const [written, full] of [
  ['orders', 'docker.io/library/orders:latest'],
  ['acme/orders:1.0', 'docker.io/acme/orders:1.0'],
  ['localhost/orders', 'localhost/orders:latest'],
  ['127.0.0.1:5000/acme/orders:1', '127.0.0.1:5000/acme/orders:1'],
  ['registry.example.com/a/b/c__d', 'registry.example.com/a/b/c__d:latest'],
  [`node:26-slim@${digest}`, `docker.io/library/node@${digest}`],
] satisfies [string, string][]) {
  test(`${written} is ${full}`, () => assert.equal(fullName(parseReference(written)!), full));
}

for (const wrong of ['', 'Orders', 'a//b', 'orders:', 'two words', 'orders@sha256:12', '/orders', 'https://a.b/c']) {
  test(`"${wrong}" names no image`, () => assert.equal(parseReference(wrong), undefined));
}
