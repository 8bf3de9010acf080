/**
 * How the parts of this room fit, told as one order that travels: it comes by HTTP as JSON, becomes SOAP for an old
 * system, comes back as a fault, and leaves as JSON. Read it top to bottom.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { Body, type ByteStream } from './body.ts';
import { prepareBody, writeBody } from './formats/write.ts';
import { Headers } from './headers.ts';
import { Message } from './message.ts';
import { makeFault, readAddressing, readFault, writeAddressing } from './soap.ts';
import { parseXml } from './xml/parse.ts';

async function* arriving(...parts: string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

async function received(stream: ByteStream): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString();
}

test('an order travels from JSON to SOAP and a fault travels back', async () => {
  // A request comes in. Its body is a stream nobody has read.
  const request = new Message({
    body: Body.stream(arriving('{"order": {"id": 7, ', '"price": 9.90}}'), 'application/json', 34),
    headers: Headers.fromRaw(['Content-Type', 'application/json']),
  });
  assert.equal(request.body.form, 'stream');

  // A flow that only routes would now send it on as it is: the very same stream, with its length.
  const untouched = writeBody(new Message({ body: Body.stream(arriving('{"order"', ': 1}'), 'application/json', 12) }));
  assert.equal(untouched.length, 12);
  assert.equal(await received(untouched.stream!), '{"order": 1}');

  // This flow looks inside. The engine awaits load() once; every view is synchronous from then on.
  await request.body.load();
  assert.deepEqual(Object.keys(request.body.json() as object), ['order']);
  // The same body for an XPath: what JSON looks like as XML, in an envelope that exists in memory only.
  assert.equal(request.body.payload()?.child('order')?.child('price')?.text, '9.90');
  assert.equal(request.body.soap, 'none');

  // Looking changed nothing: sent now, it would leave byte for byte.
  const same = writeBody(request);
  assert.equal(Buffer.from(same.bytes!).toString(), '{"order": {"id": 7, "price": 9.90}}');

  // A mediator makes a new payload, an endpoint of format soap11 asks for an envelope, with addressing headers.
  request.body.setXml(parseXml('<o:book xmlns:o="urn:orders"><id>7</id></o:book>'));
  writeAddressing(request.body.envelope(), { to: 'urn:old-system', action: 'urn:book' });
  request.body.touchXml();
  request.axis2.set('messageType', 'text/xml');
  assert.equal(prepareBody(request), undefined);
  const onTheWire = writeBody(request, { envelope: 'soap11' });
  assert.equal(onTheWire.contentType, 'text/xml; charset=UTF-8');
  const seenThere = parseXml(onTheWire.bytes!);
  assert.deepEqual(readAddressing(seenThere), { to: 'urn:old-system', action: 'urn:book' });

  // The old system answers with a fault. A reply keeps the conversation and has its own headers and body.
  const fault = makeFault('soap11', { code: 'Client', reason: 'No such order' });
  const reply = request.reply(Body.xml(fault), new Headers());
  assert.equal(reply.conversation, request.conversation);
  assert.equal(readFault(reply.body.envelope())?.reason, 'No such order');

  // messageType turns it into the JSON the client understands; the envelope stays behind.
  reply.axis2.set('messageType', 'application/json');
  const answer = writeBody(reply);
  assert.equal(answer.contentType, 'application/json; charset=UTF-8');
  assert.equal(
    Buffer.from(answer.bytes!).toString(),
    '{"Fault":{"faultcode":"soapenv:Client","faultstring":"No such order"}}',
  );
});
