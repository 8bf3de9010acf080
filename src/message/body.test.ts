import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { Fault } from '../errors.ts';
import { Body } from './body.ts';
import { SOAP11, SOAP12, makeEnvelope, soapBody } from './soap.ts';
import { parseXml } from './xml/parse.ts';
import { serializeXml } from './xml/serialize.ts';
import { XmlElement } from './xml/tree.ts';

const bytes = (text: string, contentType: string): Body => Body.bytes(Buffer.from(text), contentType);
const code = (expected: string) => (error: unknown) => Fault.is(error) && error.code === expected;
async function* chunks(...all: string[]): AsyncGenerator<Uint8Array> {
  for (const chunk of all) yield Buffer.from(chunk);
}

describe('a stream', () => {
  test('is read once, when asked, and its views are ready then', async () => {
    const body = Body.stream(chunks('{"a"', ':1}'), 'application/json');
    assert.deepEqual([body.form, body.loaded, body.kind], ['stream', false, 'json']);
    await Promise.all([body.load(), body.load()]);
    assert.deepEqual([body.form, body.loaded], ['bytes', true]);
    assert.deepEqual(body.json(), { a: 1 });
    assert.equal(body.load(), undefined);
  });

  test('faults when a view is asked for before it was read', () => {
    assert.throws(() => Body.stream(chunks('x'), 'text/plain').text(), code('BODY_NOT_READABLE'));
  });

  test('that is longer than the limit faults, and its source is told to stop', async () => {
    let stopped = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield Buffer.alloc(10);
      } finally {
        stopped = true;
      }
    }
    await assert.rejects(Body.stream(endless(), undefined).load(undefined, 25)!, code('BODY_TOO_LARGE'));
    assert.equal(stopped, true);
  });

  test('that announces too much faults before a byte is read', async () => {
    const body = Body.stream(chunks('x'), undefined, 1000);
    await assert.rejects(body.load(undefined, 999)!, code('BODY_TOO_LARGE'));
  });

  test('that breaks faults as RECEIVE_FAILED', async () => {
    const broken = Readable.from(
      (async function* () {
        yield Buffer.from('x');
        throw new Error('reset');
      })(),
    );
    await assert.rejects(Body.stream(broken, undefined).load()!, code('RECEIVE_FAILED'));
  });

  test('that hangs ends when the signal aborts', async () => {
    const abort = new AbortController();
    const silent: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) };
    const loading = Body.stream(silent, undefined).load(abort.signal)!;
    abort.abort();
    await assert.rejects(loading, code('REQUEST_CANCELLED'));
  });

  test('can be sent on once; then nothing is left to read', async () => {
    const body = Body.stream(chunks('x'), 'text/plain');
    body.takeStream();
    assert.throws(() => body.takeStream(), code('BODY_NOT_READABLE'));
    await assert.rejects(body.load()!, code('BODY_NOT_READABLE'));
  });

  test('of no bytes is an empty body', async () => {
    const body = Body.stream(chunks(), 'application/json');
    await body.load();
    assert.equal(body.form, 'empty');
    assert.equal(Body.stream(chunks(), 'application/json', 0).form, 'empty');
  });
});

describe('bytes', () => {
  const payloads: readonly (readonly [contentType: string, text: string, xml: string])[] = [
    ['application/xml', '<a><b/></a>', '<a><b/></a>'],
    ['text/xml', '<a/>', '<a/>'],
    ['application/json', '{"a":[1,2]}', '<jsonObject><a>1</a><a>2</a></jsonObject>'],
    ['application/vnd.x+json; charset=utf-8', '[]', '<jsonArray/>'],
    ['text/plain', 'a<b', '<text xmlns="http://ws.apache.org/commons/ns/payload">a&lt;b</text>'],
    ['text/csv', '1;2', '<text xmlns="http://ws.apache.org/commons/ns/payload">1;2</text>'],
    ['application/x-www-form-urlencoded', 'a=1&b=x+y', '<xformValues><a>1</a><b>x y</b></xformValues>'],
    ['application/pdf', 'PDF', '<binary xmlns="http://ws.apache.org/commons/ns/payload">UERG</binary>'],
  ];
  for (const [contentType, text, xml] of payloads) {
    test(`of ${contentType} are seen as XML the way MI builds them`, () => {
      assert.equal(serializeXml(bytes(text, contentType).payload()!), xml);
    });
  }

  for (const [contentType, uri, soap] of [
    ['text/xml', SOAP11, 'soap11'],
    ['application/soap+xml', SOAP12, 'soap12'],
    ['application/xml', SOAP11, 'soap11'],
  ] as const) {
    test(`of ${contentType} that are an Envelope are taken as ${soap}`, () => {
      const body = bytes(`<e:Envelope xmlns:e="${uri}"><e:Body><a/></e:Body></e:Envelope>`, contentType);
      assert.equal(body.soap, soap);
      assert.equal(body.payload()?.local, 'a');
    });
  }

  test('stay as they came however often they are looked at', () => {
    const text = ' {"a" : 1.0 }\n';
    const body = bytes(text, 'application/json');
    body.json();
    body.envelope();
    assert.equal(body.form, 'bytes');
    assert.equal(Buffer.from(body.bytes()).toString(), text);
    assert.equal(body.text(), text);
  });

  test('that are not what the content type says fault', () => {
    for (const [text, contentType] of [
      ['{"a":"b}', 'application/json'],
      ['<a>', 'text/xml'],
      ['<!DOCTYPE a><a/>', 'application/xml'],
      ['x', 'multipart/form-data'],
    ] as const) {
      assert.throws(() => bytes(text, contentType).payload(), code('BODY_NOT_READABLE'), text);
    }
    // 1.0 takes the exact parser, which recurses.
    const deep = `${'['.repeat(100_000)}1.0${']'.repeat(100_000)}`;
    assert.throws(() => bytes(deep, 'application/json').json(), code('BODY_NOT_READABLE'));
    assert.throws(() => Body.bytes(Buffer.from('ü', 'latin1'), 'text/plain').text(), code('BODY_NOT_READABLE'));
  });

  test('that nobody can read can still be replaced', () => {
    const body = bytes('<a>', 'text/xml');
    body.setXml(parseXml('<b/>'));
    assert.equal(body.text(), '<b/>');
  });

  test('are read by the type they came with, though they shall leave as another', () => {
    const body = bytes('<a>1</a>', 'application/xml');
    body.contentType = 'application/json';
    assert.equal(body.payload()?.local, 'a');
    assert.deepEqual(body.json(), { a: 1 });
  });

  test('are decoded by their charset', () => {
    assert.equal(Body.bytes(Buffer.from('ü', 'latin1'), 'text/plain; charset=ISO-8859-1').text(), 'ü');
  });

  test('of blanks only are no JSON, and no fault', () => {
    const body = bytes(' \n', 'application/json');
    assert.deepEqual([body.json(), body.payload()], [undefined, undefined]);
  });
});

describe('a change', () => {
  test('makes the new value the truth and forgets the old', () => {
    const body = bytes('<a/>', 'application/xml');
    body.payload();
    body.setJson({ b: 1 });
    assert.equal(serializeXml(body.payload()!), '<jsonObject><b>1</b></jsonObject>');
    body.setText('t');
    assert.deepEqual(body.json(), { text: 't' });
    body.clear();
    assert.deepEqual([body.json(), body.text(), body.form], [undefined, '', 'empty']);
  });

  test('in the tree counts once touchXml is called', () => {
    const body = bytes('<a/>', 'application/xml');
    body.payload()!.append(new XmlElement('b'));
    assert.equal(body.text(), '<a/>');
    body.touchXml();
    assert.equal(body.text(), '<a><b/></a>');
    assert.deepEqual(body.json(), { a: { b: null } });
  });

  test('in the tree of a JSON body is written as JSON again', () => {
    const body = bytes('{"a":{"b":1}}', 'application/json');
    body.payload()!.child('a')!.append(new XmlElement('c'));
    body.touchXml();
    assert.equal(Buffer.from(body.bytes()).toString(), '{"a":{"b":1,"c":null}}');
  });

  test('of the payload leaves the SOAP headers', () => {
    const envelope = makeEnvelope('soap12', new XmlElement('old'));
    envelope.child('Header')!.append(new XmlElement('h', 'urn:h', 'h'));
    const body = bytes(serializeXml(envelope), 'application/soap+xml');
    body.setXml(new XmlElement('new'));
    assert.equal(body.soap, 'soap12');
    assert.equal(body.envelope().child('Header')!.elements()[0]!.local, 'h');
    assert.deepEqual(
      soapBody(body.envelope())
        .elements()
        .map((e) => e.local),
      ['new'],
    );
  });

  test('to a part of the body itself does not lose that part', () => {
    const body = bytes('<a><b><c/></b></a>', 'application/xml');
    body.setXml(body.payload()!.child('b')!);
    assert.equal(body.text(), '<b><c/></b>');
  });

  test('to a whole envelope replaces the envelope', () => {
    const body = bytes('{}', 'application/json');
    body.setXml(makeEnvelope('soap11', new XmlElement('x')));
    assert.deepEqual([body.soap, body.payload()?.local], ['soap11', 'x']);
  });
});

describe('a copy', () => {
  test('of a changed tree does not change with it', () => {
    const body = Body.xml(parseXml('<a/>'));
    const copy = body.copy();
    body.payload()!.append(new XmlElement('b'));
    body.touchXml();
    assert.deepEqual([copy.text(), body.text(), copy.contentType], ['<a/>', '<a><b/></a>', 'application/xml']);
  });

  test('of received bytes is still untouched', () => {
    const copy = bytes('{"a": 1.0}', 'application/json').copy();
    assert.deepEqual([copy.untouched, copy.text()], [true, '{"a": 1.0}']);
  });
});

test('a body that was made has the content type of what it was made from', () => {
  const made = [Body.json(1), Body.text('x'), Body.xml(new XmlElement('a')), Body.xml(makeEnvelope('soap12'))];
  assert.deepEqual(
    made.map((body) => body.contentType),
    ['application/json', 'text/plain', 'application/xml', 'application/soap+xml'],
  );
});
