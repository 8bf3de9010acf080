import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { lineChannel } from './line-channel.ts';

function channel(): { stream: PassThrough; heard: unknown[] } {
  const stream = new PassThrough();
  const heard: unknown[] = [];
  lineChannel(stream).onMessage((message) => heard.push(message));
  return { stream, heard };
}

test('messages arrive whole and in order, however the stream is cut', async () => {
  const { stream, heard } = channel();
  const bytes = Buffer.from('{"a":"ü"}\n{"b":2}\n{"c":[3]}\n');
  for (const byte of bytes) stream.write(Buffer.of(byte));
  stream.end();
  await once(stream, 'close');
  assert.deepEqual(heard, [{ a: 'ü' }, { b: 2 }, { c: [3] }]);
});

test('a line without an end closes the stream before it fills the memory', async () => {
  const { stream, heard } = channel();
  const closed = once(stream, 'close');
  const block = '1'.repeat(1024 * 1024);
  for (let i = 0; i < 8 && !stream.destroyed; i++) stream.write(block);
  await closed;
  assert.deepEqual(heard, []);
});

test('what is no JSON closes the stream', async () => {
  const { stream, heard } = channel();
  const closed = once(stream, 'close');
  stream.write('{"a":1}\nGET / HTTP/1.1\n');
  await closed;
  assert.deepEqual(heard, [{ a: 1 }]);
});
