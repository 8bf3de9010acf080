import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { describe, test } from 'node:test';
import { Fault } from '../../errors.ts';
import { Body } from '../body.ts';
import { Message, type Value } from '../message.ts';
import { makeEnvelope, SOAP11, SOAP12 } from '../soap.ts';
import { parseXml } from '../xml/parse.ts';
import { serializeXml } from '../xml/serialize.ts';
import { XmlElement } from '../xml/tree.ts';
import { messageEnvelope, prepareBody, writeBody, type WriteOptions } from './write.ts';

const bytes = (text: string, contentType: string): Body => Body.bytes(Buffer.from(text), contentType);
const withAxis2 = (body: Body, axis2: Readonly<Record<string, Value>> = {}): Message => {
  const message = new Message({ body });
  for (const [name, value] of Object.entries(axis2)) message.axis2.set(name, value);
  return message;
};
/** Content type and text of what would be sent. */
const sent = (
  body: Body,
  axis2: Readonly<Record<string, Value>> = {},
  options: WriteOptions = {},
): (string | undefined)[] => {
  const written = writeBody(withAxis2(body, axis2), options);
  assert.equal(written.length, written.bytes?.length);
  return [written.contentType, written.bytes && Buffer.from(written.bytes).toString()];
};
const soap = (text: string, uri = SOAP11): string =>
  `<s:Envelope xmlns:s="${uri}"><s:Body>${text}</s:Body></s:Envelope>`;
const declared = (xml: string): string => `<?xml version="1.0" encoding="UTF-8"?>${xml}`;

describe('what nobody changed', () => {
  for (const [contentType, text] of [
    ['application/json', ' {"a" : 1.0} '],
    ['text/xml;charset=utf-8', `<?xml version='1.0'?>\n${soap('<a  b = "1"/>')}`],
    ['multipart/form-data; boundary=x', '--x\r\n\r\n1\r\n--x--'],
    ['image/png', '\u0001\u0002'],
  ] as const) {
    test(`leaves as it came: ${contentType}`, () => {
      assert.deepEqual(sent(bytes(text, contentType)), [contentType, text]);
      assert.deepEqual(sent(bytes(text, contentType), { messageType: contentType.split(';')[0]! }), [
        contentType,
        text,
      ]);
    });
  }

  test('leaves as it came after someone looked inside', () => {
    const body = bytes('{"a": 1.0}', 'application/json');
    body.json();
    body.envelope();
    assert.deepEqual(sent(body), ['application/json', '{"a": 1.0}']);
  });

  test('and was never read stays a stream, with its length', async () => {
    async function* source(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('ab');
    }
    const stream = source();
    const message = withAxis2(Body.stream(stream, 'text/plain', 2));
    assert.equal(prepareBody(message), undefined);
    const written = writeBody(message);
    assert.deepEqual([written.stream, written.length, written.contentType], [stream, 2, 'text/plain']);
  });

  test('but must leave in another charset is written anew', () => {
    const written = writeBody(
      withAxis2(bytes('<a>ü</a>', 'application/xml'), { CHARACTER_SET_ENCODING: 'ISO-8859-1' }),
    );
    assert.equal(Buffer.from(written.bytes!).toString('latin1'), '<?xml version="1.0" encoding="ISO-8859-1"?><a>ü</a>');
    assert.equal(written.contentType, 'application/xml; charset=ISO-8859-1');
  });
});

describe('a stream that must change its type', () => {
  const message = (): Message => {
    async function* source(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('<a>1</a>');
    }
    return withAxis2(Body.stream(source(), 'application/xml'), { messageType: 'application/json' });
  };

  test('is converted while it is sent', async () => {
    const written = writeBody(message());
    assert.equal(written.contentType, 'application/json');
    const parts: Uint8Array[] = [];
    for await (const part of written.stream!) parts.push(part);
    assert.equal(Buffer.concat(parts).toString(), '{"a":1}');
  });

  test('can be prepared, so that its faults come before the first byte', async () => {
    const prepared = message();
    await prepareBody(prepared);
    assert.equal(Buffer.from(writeBody(prepared).bytes!).toString(), '{"a":1}');
  });
});

describe('messageType', () => {
  const json = 'application/json; charset=UTF-8';
  const xml = 'application/xml; charset=UTF-8';
  for (const [claim, from, text, axis2, expected] of [
    [
      'turns XML into JSON',
      'text/xml',
      '<a><b>1</b></a>',
      { messageType: 'application/json' },
      [json, '{"a":{"b":1}}'],
    ],
    [
      'turns SOAP into JSON without its envelope',
      'text/xml',
      soap('<a/>'),
      { messageType: 'application/json' },
      [json, '{"a":null}'],
    ],
    [
      'turns JSON into plain XML',
      'application/json',
      '{"a":1}',
      { messageType: 'application/xml' },
      [xml, '<jsonObject><a>1</a></jsonObject>'],
    ],
    [
      'text/xml leaves plain XML plain',
      'application/json',
      '{"a":1}',
      { messageType: 'text/xml' },
      ['text/xml; charset=UTF-8', '<jsonObject><a>1</a></jsonObject>'],
    ],
    [
      'application/xml takes the envelope off',
      'text/xml',
      soap('<a/>'),
      { messageType: 'application/xml' },
      [xml, '<a/>'],
    ],
    [
      'text/plain writes the text alone',
      'application/xml',
      '<a>x<b>y</b></a>',
      { messageType: 'text/plain' },
      ['text/plain; charset=UTF-8', 'xy'],
    ],
    [
      'form-urlencoded writes the fields',
      'application/json',
      '{"a":"x y","b":2}',
      { messageType: 'application/x-www-form-urlencoded' },
      ['application/x-www-form-urlencoded; charset=UTF-8', 'a=x%20y&b=2'],
    ],
    [
      'octet-stream decodes what was wrapped',
      'application/xml',
      '<binary xmlns="http://ws.apache.org/commons/ns/payload">eA==</binary>',
      { messageType: 'application/octet-stream' },
      ['application/octet-stream', 'x'],
    ],
    [
      'wins over ContentType for the format, not for the header',
      'application/xml',
      '<a/>',
      { messageType: 'application/json', ContentType: 'application/vnd.x' },
      ['application/vnd.x', '{"a":null}'],
    ],
    [
      'that is not set leaves the choice to ContentType',
      'application/xml',
      '<a/>',
      { ContentType: 'application/json' },
      [json, '{"a":null}'],
    ],
    [
      'of another JSON only changes the header',
      'application/json',
      '{"a": 1}',
      { messageType: 'application/problem+json' },
      ['application/problem+json', '{"a": 1}'],
    ],
  ] as const) {
    test(claim, () => assert.deepEqual(sent(bytes(text, from), axis2), expected));
  }

  test('multipart/form-data writes the parts, and the header names their boundary', () => {
    const [contentType, text] = sent(bytes('{"a":1}', 'application/json'), { messageType: 'multipart/form-data' });
    const boundary = /^multipart\/form-data; boundary=(\w+)$/.exec(contentType!)?.[1];
    assert.ok(text!.startsWith(`--${boundary}\r\nContent-Disposition: form-data; name="a"\r\n`));
  });

  test('that the body cannot become faults', () => {
    const mixed = bytes('<a>x<b/></a>', 'application/xml');
    assert.throws(
      () => sent(mixed, { messageType: 'application/json' }),
      (e) => Fault.is(e) && e.code === 'BODY_NOT_READABLE',
    );
  });
});

describe('SOAP', () => {
  const changed = (text: string, contentType: string): Body => {
    const body = bytes(text, contentType);
    body.touchXml();
    return body;
  };

  test('keeps its version when it is written anew', () => {
    assert.deepEqual(sent(changed(soap('<a/>'), 'text/xml')), ['text/xml; charset=UTF-8', declared(soap('<a/>'))]);
    assert.deepEqual(sent(changed(soap('<a/>', SOAP12), 'application/soap+xml')), [
      'application/soap+xml; charset=UTF-8',
      declared(soap('<a/>', SOAP12)),
    ]);
  });

  test('the envelope decides the media type, whatever was asked for', () => {
    const [contentType] = sent(changed(soap('<a/>', SOAP12), 'application/soap+xml'), { messageType: 'text/xml' });
    assert.equal(contentType, 'application/soap+xml; charset=UTF-8');
  });

  test('1.2 carries its action in the content type', () => {
    const message = withAxis2(changed(soap('<a/>', SOAP12), 'application/soap+xml'));
    message.addressing.action = 'urn:a';
    assert.equal(writeBody(message).contentType, 'application/soap+xml; action="urn:a"; charset=UTF-8');
  });

  for (const [format, from, text, type, expected] of [
    [
      'soap11',
      'application/json',
      '{"a":1}',
      'text/xml',
      declared(serializeXml(makeEnvelope('soap11', parseXml('<jsonObject><a>1</a></jsonObject>')))),
    ],
    [
      'soap12',
      'application/xml',
      '<a/>',
      'application/soap+xml',
      declared(serializeXml(makeEnvelope('soap12', new XmlElement('a')))),
    ],
    ['none', 'text/xml', soap('<a/>'), 'application/xml', '<a/>'],
  ] as const) {
    test(`an endpoint of format ${format} gets it from ${from}`, () => {
      const written = sent(bytes(text, from), { messageType: type }, { envelope: format });
      assert.deepEqual(written, [`${type}; charset=UTF-8`, expected]);
    });
  }

  test('that already is what the endpoint asks for leaves as it came', () => {
    const text = soap('<a  />');
    assert.deepEqual(sent(bytes(text, 'text/xml'), { messageType: 'text/xml' }, { envelope: 'soap11' }), [
      'text/xml',
      text,
    ]);
  });

  test('the version of an envelope that is there in memory only is none', () => {
    const bodies = [bytes('<a/>', 'text/xml'), bytes('{}', 'application/json'), Body.empty(), Body.text('x')];
    assert.deepEqual(bodies.map(messageEnvelope), ['none', 'none', 'none', 'none']);
  });
});

describe('the header', () => {
  test('has no charset parameter when setCharacterEncoding is false', () => {
    assert.deepEqual(sent(Body.json({}), { setCharacterEncoding: 'false' }), ['application/json', '{}']);
    assert.deepEqual(sent(Body.json({}), { setCharacterEncoding: false }), ['application/json', '{}']);
  });

  test('keeps the parameters that ContentType gives', () => {
    const [contentType] = sent(Body.json({}), { ContentType: 'application/json;v=2;charset=utf-8' });
    assert.equal(contentType, 'application/json;v=2;charset=utf-8');
  });

  test('and bytes agree on the charset', () => {
    const written = writeBody(withAxis2(Body.text('ü€'), { ContentType: 'text/plain; charset=ISO-8859-1' }));
    assert.equal(Buffer.from(written.bytes!).toString('latin1'), 'ü?');
  });

  test('a charset nobody can write becomes UTF-8, also in the header', () => {
    assert.deepEqual(sent(Body.text('ü'), { CHARACTER_SET_ENCODING: 'X-MINE' }), ['text/plain; charset=UTF-8', 'ü']);
  });
});

test('there is nothing to send of an empty body, nor with NO_ENTITY_BODY', () => {
  const nothing = { contentType: undefined };
  assert.deepEqual(writeBody(withAxis2(Body.empty(), { messageType: 'application/json' })), nothing);
  assert.deepEqual(writeBody(withAxis2(Body.json(1), { NO_ENTITY_BODY: true })), nothing);
  assert.deepEqual(writeBody(withAxis2(bytes(' ', 'application/json'), { messageType: 'application/xml' })), nothing);
});
