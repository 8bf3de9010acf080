import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  makeEnvelope,
  makeFault,
  readAddressing,
  readFault,
  SOAP11,
  SOAP12,
  soapPayload,
  soapVersion,
  toSoap11,
  toSoap12,
  writeAddressing,
} from '../soap.ts';
import { parseXml } from '../xml/parse.ts';
import { serializeXml } from '../xml/serialize.ts';
import { XmlElement } from '../xml/tree.ts';

const detail = new XmlElement('info', 'urn:d', 'd');
const full = { reason: 'It broke', node: 'urn:node', role: 'urn:role', detail: [detail] };

describe('faults', () => {
  test('a SOAP 1.1 fault has unqualified children and no node', () => {
    const text = serializeXml(makeFault('soap11', { ...full, code: 'Client' }));
    assert.equal(
      text,
      `<soapenv:Envelope xmlns:soapenv="${SOAP11}"><soapenv:Header/><soapenv:Body><soapenv:Fault>` +
        '<faultcode>soapenv:Client</faultcode><faultstring>It broke</faultstring><faultactor>urn:role</faultactor>' +
        '<detail><d:info xmlns:d="urn:d"/></detail></soapenv:Fault></soapenv:Body></soapenv:Envelope>',
    );
  });

  for (const version of ['soap11', 'soap12'] as const) {
    test(`a ${version} fault is read as it was made`, () => {
      const code = { local: 'Broken', uri: 'urn:codes', prefix: 'c' };
      const fault = readFault(parseXml(serializeXml(makeFault(version, { ...full, code }))));
      assert.deepEqual(fault?.code, code);
      assert.deepEqual([fault?.version, fault?.reason, fault?.role], [version, 'It broke', 'urn:role']);
      assert.equal(fault?.node, version === 'soap12' ? 'urn:node' : undefined);
      assert.equal(fault?.detail?.elements()[0]?.uri, 'urn:d');
    });
  }

  test('an envelope without a fault has none', () => {
    assert.equal(readFault(makeEnvelope('soap11', new XmlElement('Fault', 'urn:mine'))), undefined);
    assert.equal(readFault(makeEnvelope('soap12')), undefined);
    assert.equal(readFault(new XmlElement('Envelope')), undefined);
  });
});

describe('from one version to the other', () => {
  test('payload, headers and prefixes that text may need come along', () => {
    const source = parseXml(
      `<s:Envelope xmlns:s="${SOAP11}" xmlns:x="urn:x"><s:Header><h s:mustUnderstand="1" s:actor="urn:next"/></s:Header>` +
        '<s:Body><p type="x:T"/></s:Body></s:Envelope>',
    );
    const converted = parseXml(serializeXml(toSoap12(source)));
    assert.equal(soapVersion(converted), 'soap12');
    const block = converted.child('Header')!.elements()[0]!;
    assert.equal(block.attribute('mustUnderstand', SOAP12), 'true');
    assert.equal(block.attribute('role', SOAP12), 'urn:next');
    assert.equal(soapPayload(converted)?.lookup('x'), 'urn:x');
    assert.equal(soapVersion(source), 'soap11');
    const back = toSoap11(converted);
    assert.equal(back.child('Header')!.elements()[0]!.attribute('mustUnderstand', SOAP11), '1');
  });

  test('a fault changes its structure and the names of its codes', () => {
    const fault = readFault(toSoap12(makeFault('soap11', { ...full, code: 'Server' })));
    assert.deepEqual([fault?.version, fault?.code.local, fault?.code.uri], ['soap12', 'Receiver', SOAP12]);
    assert.deepEqual([fault?.reason, fault?.role], ['It broke', 'urn:role']);
    assert.equal(fault?.detail?.elements()[0]?.local, 'info');
    const back = readFault(toSoap11(makeFault('soap12', { code: 'Sender', reason: 'r' })));
    assert.deepEqual([back?.code.local, back?.code.uri], ['Client', SOAP11]);
  });

  test('an envelope that is in the version already is left alone', () => {
    const envelope = makeEnvelope('soap12');
    assert.equal(toSoap12(envelope), envelope);
  });
});

describe('WS-Addressing', () => {
  const addressing = {
    to: 'urn:to',
    action: 'urn:action',
    replyTo: 'urn:reply',
    from: 'urn:from',
    faultTo: 'urn:fault',
    messageId: 'urn:id',
    relatesTo: 'urn:rel',
  };
  for (const version of ['final', 'submission'] as const) {
    test(`${version} headers are read as they were written`, () => {
      const envelope = makeEnvelope('soap11');
      writeAddressing(envelope, addressing, version);
      assert.deepEqual(readAddressing(parseXml(serializeXml(envelope))), addressing);
    });
  }

  test('writing replaces what was there and leaves other headers', () => {
    const envelope = parseXml(`<s:Envelope xmlns:s="${SOAP11}"><s:Body/></s:Envelope>`);
    writeAddressing(envelope, { to: 'urn:old', action: 'urn:a' }, 'submission');
    envelope.child('Header')!.append(new XmlElement('other', 'urn:o', 'o'));
    writeAddressing(envelope, { to: 'urn:new' });
    assert.deepEqual(readAddressing(envelope), { to: 'urn:new' });
    assert.equal(envelope.children[0], envelope.child('Header'));
    assert.deepEqual(
      envelope
        .child('Header')!
        .elements()
        .map((e) => e.local),
      ['other', 'To'],
    );
  });
});
