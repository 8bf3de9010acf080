import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serializeXml } from '../../message/xml/serialize.ts';
import { messageOf, tryOut } from '../try-out.ts';

const soap11 = 'http://schemas.xmlsoap.org/soap/envelope/';
const soap12 = 'http://www.w3.org/2003/05/soap-envelope';
const code11 = `<code xmlns:s="${soap11}" value="s:Client"/><reason value="r"/>`;

test('a SOAP 1.2 fault has code, reason, node, role and detail', async () => {
  const done = await tryOut(
    `<makefault version="soap12"><code xmlns:t="${soap12}" value="t:Sender"/><reason expression="//why"/><node>n</node><role>ro</role><detail>d</detail></makefault>`,
    '<a><why>because</why></a>',
  );
  const fault = done.message.body.payload()!;
  assert.equal(
    serializeXml(fault).replaceAll(/ xmlns:\w+="[^"]*"/g, ''),
    '<soapenv:Fault><soapenv:Code><soapenv:Value>t:Sender</soapenv:Value></soapenv:Code><soapenv:Reason>' +
      '<soapenv:Text xml:lang="en">because</soapenv:Text></soapenv:Reason><soapenv:Node>n</soapenv:Node><soapenv:Role>ro</soapenv:Role>' +
      '<soapenv:Detail>d</soapenv:Detail></soapenv:Fault>',
  );
  assert.equal(fault.child('Code')?.child('Value')?.lookup('t'), soap12);
});

test('without a version the fault is of the kind of the message', async () => {
  const flow = `<makefault>${code11}</makefault>`;
  const envelope = (uri: string): string =>
    `<s:Envelope xmlns:s="${uri}"><s:Header><h xmlns="urn:h"/></s:Header><s:Body><a/></s:Body></s:Envelope>`;
  const of11 = await tryOut(flow, { body: envelope(soap11), contentType: 'text/xml' });
  assert.equal(of11.message.body.envelope().uri, soap11);
  assert.equal(of11.message.body.envelope().child('Header')?.elements()[0]?.uri, 'urn:h', 'headers are kept');
  const of12 = await tryOut(flow, { body: envelope(soap12), contentType: 'application/soap+xml' });
  assert.equal(of12.message.body.envelope().uri, soap12);
  assert.equal(serializeXml((await tryOut(flow, '{"a":1}')).message.body.payload()!), '<Exception>r</Exception>');
});

test('the fault is a response to ReplyTo or FaultTo, unless response="false"', async () => {
  const addressed = (): ReturnType<typeof messageOf> => {
    const message = messageOf('<a/>');
    Object.assign(message.addressing, { to: 'urn:to', replyTo: 'urn:reply', messageId: 'urn:id' });
    return message;
  };
  const yes = await tryOut(`<makefault version="soap11">${code11}</makefault>`, addressed());
  assert.deepEqual(
    [yes.message.direction, yes.message.addressing.to, yes.message.addressing.relatesTo],
    ['response', 'urn:reply', 'urn:id'],
  );
  const no = addressed();
  no.addressing.faultTo = 'urn:fault';
  await tryOut(`<makefault version="soap11" response="false">${code11}</makefault>`, no);
  assert.deepEqual([no.direction, no.addressing.to], ['request', 'urn:fault']);
});

test('detail may hold elements, computed ones too', async () => {
  const fixed = await tryOut(
    `<makefault version="soap11">${code11}<detail><x xmlns="">1</x></detail></makefault>`,
    '<a/>',
  );
  assert.equal(fixed.message.body.payload()?.child('detail')?.elements()[0]?.local, 'x');
  const computed = await tryOut(
    `<makefault version="soap11">${code11}<detail expression="//b"/></makefault>`,
    '<a><b>2</b></a>',
  );
  assert.equal(computed.message.body.payload()?.child('detail')?.child('b')?.text, '2');
});

test('a fault without code or reason is found at load', async () => {
  assert.deepEqual(
    (await tryOut('<makefault version="soap11"/>', '<a/>')).problems.map((p) => p.code),
    ['MISSING_ELEMENT', 'MISSING_ELEMENT'],
  );
  const wrong = await tryOut(
    `<makefault version="soap12"><code xmlns:s="${soap12}" value="s:Client"/><reason value="r"/></makefault>`,
    '<a/>',
  );
  assert.deepEqual(
    wrong.problems.map((p) => p.code),
    ['BAD_VALUE'],
  );
});
