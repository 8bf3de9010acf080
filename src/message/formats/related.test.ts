import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fault } from '../../errors.ts';
import { Body } from '../body.ts';
import { Message } from '../message.ts';
import { parseXml } from '../xml/parse.ts';
import { writeBody } from './write.ts';

const envelope = (inside: string): string =>
  `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${inside}</s:Body></s:Envelope>`;
const include = (id: string): string =>
  `<photo><x:Include xmlns:x="http://www.w3.org/2004/08/xop/include" href="cid:${id}"/></photo>`;
const packed = (inside: string): Message => {
  const text =
    '--b\r\nContent-ID: <p1@x>\r\nContent-Type: image/png\r\n\r\n\u0001\u0002\r\n' +
    `--b\r\nContent-ID: <root>\r\nContent-Type: application/xop+xml; charset=UTF-8\r\n\r\n${envelope(inside)}\r\n--b--\r\n`;
  const type = 'multipart/related; boundary=b; start="<root>"; type="application/xop+xml"';
  return new Message({ body: Body.bytes(Buffer.from(text, 'latin1'), type) });
};

test('a binary part stands as base64 where the envelope refers to it', () => {
  const { body } = packed(include('p1%40x'));
  assert.equal(body.payload()?.text, 'AQI=');
  assert.equal(body.soap, 'soap11');
});

test('a part that did not come is a fault', () => {
  assert.throws(
    () => packed(include('p2')).body.payload(),
    (e) => Fault.is(e) && e.code === 'BODY_NOT_READABLE' && e.message.includes('p2'),
  );
});

test('leaves as it came while enableMTOM says nothing or true, and as its envelope when it says false', () => {
  const sent = (enable: string | undefined): ReturnType<typeof writeBody> => {
    const message = packed('<a/>');
    if (enable !== undefined) message.axis2.set('enableMTOM', enable);
    return writeBody(message);
  };
  assert.match(sent(undefined).contentType!, /^multipart\/related; boundary=b/);
  assert.match(sent('true').contentType!, /^multipart\/related; boundary=b/);
  assert.equal(sent('false').contentType, 'text/xml; charset=UTF-8');
  assert.match(Buffer.from(sent('false').bytes!).toString(), /<s:Body><a\/><\/s:Body>/);
});

test('what is written as multipart/related reads back as the same envelope', () => {
  const message = new Message({ body: Body.xml(parseXml(envelope('<a>1</a>'))) });
  message.axis2.set('messageType', 'multipart/related');
  message.axis2.set('enableMTOM', 'true');
  const { bytes, contentType } = writeBody(message);
  assert.match(contentType!, /type="application\/xop\+xml"; start="<[^>]+>"; start-info="text\/xml"$/);
  const again = Body.bytes(bytes!, contentType);
  assert.equal(again.payload()?.text, '1');
  assert.equal(again.soap, 'soap11');
});
