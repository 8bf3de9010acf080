import { cloneNode, XmlElement } from '../xml/tree.ts';
import {
  makeEnvelope,
  SOAP11,
  SOAP12,
  soapHeader,
  soapNamespace,
  soapPayload,
  soapVersion,
  soapBody,
  type SoapVersion,
} from './envelope.ts';
import { makeFault, readFault, type FaultCode } from './fault.ts';

/**
 * The envelope in SOAP 1.1; itself when it is that already. Faults change their structure, header blocks their
 * attributes.
 */
export function toSoap11(envelope: XmlElement): XmlElement {
  return convert(envelope, 'soap11');
}

/** The envelope in SOAP 1.2; itself when it is that already. */
export function toSoap12(envelope: XmlElement): XmlElement {
  return convert(envelope, 'soap12');
}

const codes12: Readonly<Record<string, string>> = { Client: 'Sender', Server: 'Receiver' };
const codes11: Readonly<Record<string, string>> = { Sender: 'Client', Receiver: 'Server' };

function convert(envelope: XmlElement, to: SoapVersion): XmlElement {
  if (soapVersion(envelope) === to) return envelope;
  const uri = soapNamespace(to);
  const fault = readFault(envelope);
  const converted = fault
    ? makeFault(to, {
        ...fault,
        code: convertCode(fault.code, to),
        detail: fault.detail && (fault.detail.elements().length > 0 ? fault.detail.elements() : fault.detail.text),
      })
    : makeEnvelope(to);
  if (!fault) {
    const payload = soapPayload(envelope);
    soapBody(converted).append(...(payload ? soapBody(envelope).children.map((node) => cloneNode(node)) : []));
  }
  const header = soapHeader(converted);
  for (const node of soapHeader(envelope)?.children ?? []) {
    const block = cloneNode(node);
    if (block.kind === 'element') convertBlock(block, uri);
    header?.append(block);
  }
  // Prefixes that a QName in text may need: xsi:type="ns1:x" and the like.
  for (const [prefix, bound] of envelope.declared ?? []) {
    if (bound !== SOAP11 && bound !== SOAP12 && !converted.declared?.has(prefix)) converted.declare(prefix, bound);
  }
  return converted;
}

function convertCode(code: FaultCode, to: SoapVersion): FaultCode {
  if (code.uri !== SOAP11 && code.uri !== SOAP12 && code.uri !== '') return code;
  const local = (to === 'soap12' ? codes12 : codes11)[code.local] ?? code.local;
  return { local, uri: soapNamespace(to), prefix: code.prefix === '' ? 'soapenv' : code.prefix };
}

/** mustUnderstand is 1 in 1.1 and true in 1.2; actor is called role. */
function convertBlock(block: XmlElement, uri: string): void {
  for (const attribute of block.attributes) {
    if (attribute.uri !== SOAP11 && attribute.uri !== SOAP12) continue;
    attribute.uri = uri;
    if (attribute.local === 'mustUnderstand') {
      const must = attribute.value === '1' || attribute.value === 'true';
      attribute.value = uri === SOAP12 ? String(must) : must ? '1' : '0';
    } else if (attribute.local === 'actor' || attribute.local === 'role') {
      attribute.local = uri === SOAP12 ? 'role' : 'actor';
    }
    attribute.prefix = 'soapenv';
    attribute.name = `soapenv:${attribute.local}`;
  }
}
