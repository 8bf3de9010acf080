import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Headers } from './headers.ts';

test('names compare without case and keep the case they came with', () => {
  const headers = Headers.fromRaw(['Content-Type', 'a/b', 'x-One', '1']);
  assert.equal(headers.get('content-type'), 'a/b');
  assert.deepEqual(
    [...headers],
    [
      ['Content-Type', 'a/b'],
      ['x-One', '1'],
    ],
  );
  headers.set('CONTENT-TYPE', 'c/d');
  assert.deepEqual([...headers][0], ['CONTENT-TYPE', 'c/d']);
});

test('a name may occur many times: get is the first, all is every one', () => {
  const headers = Headers.from([
    ['Set-Cookie', 'a'],
    ['set-cookie', 'b'],
  ]);
  assert.deepEqual([headers.get('set-cookie'), headers.all('Set-Cookie'), headers.size], ['a', ['a', 'b'], 1]);
  headers.set('set-cookie', 'c');
  assert.deepEqual(headers.all('set-cookie'), ['c']);
  assert.deepEqual([headers.delete('SET-COOKIE'), headers.has('set-cookie')], [true, false]);
});

test('a copy does not change with its original', () => {
  const headers = Headers.from({ a: '1' });
  const copy = headers.copy();
  headers.append('a', '2');
  headers.set('b', '3');
  assert.deepEqual([...copy], [['a', '1']]);
});

test('a header named __proto__ is a header like others', () => {
  const headers = Headers.fromRaw(['__proto__', 'x']);
  assert.equal(headers.get('__proto__'), 'x');
});
