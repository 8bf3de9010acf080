import { cloneNode, XmlElement } from '../xml/tree.ts';
import { makeEnvelope, soapNamespace, soapPayload, soapVersion, type SoapVersion } from './envelope.ts';

/** A QName as the value of a fault code. */
export interface FaultCode {
  readonly local: string;
  readonly uri: string;
  /** Written before the local name and declared on the fault; "soapenv" when not given. */
  readonly prefix?: string | undefined;
}

export interface SoapFault {
  /** A bare name is one of the version's own codes: Client and Server, or Sender and Receiver. */
  readonly code: FaultCode | string;
  readonly reason: string;
  /** SOAP 1.2 only. */
  readonly node?: string | undefined;
  /** faultactor in SOAP 1.1. */
  readonly role?: string | undefined;
  /** Text, or elements to copy into the detail. */
  readonly detail?: string | readonly XmlElement[] | undefined;
}

/** What readFault finds; the code is the local name alone, with the namespace its prefix stands for. */
export interface ReadFault {
  readonly version: SoapVersion;
  readonly code: FaultCode;
  readonly reason: string;
  readonly node: string | undefined;
  readonly role: string | undefined;
  readonly detail: XmlElement | undefined;
}

/** A whole envelope that holds the fault. Source: SOAP 1.1 section 4.4, SOAP 1.2 part 1 section 5.4. */
export function makeFault(version: SoapVersion, fault: SoapFault): XmlElement {
  const uri = soapNamespace(version);
  const element = new XmlElement('Fault', uri, 'soapenv');
  const code = typeof fault.code === 'string' ? { local: fault.code, uri, prefix: 'soapenv' } : fault.code;
  const prefix = code.prefix ?? 'soapenv';
  if (prefix !== '') element.declare(prefix, code.uri);
  const codeText = prefix === '' ? code.local : `${prefix}:${code.local}`;
  if (version === 'soap11') {
    element.append(leaf('faultcode', codeText), leaf('faultstring', fault.reason));
    if (fault.role) element.append(leaf('faultactor', fault.role));
    if (fault.detail !== undefined) element.append(filled(new XmlElement('detail'), fault.detail));
  } else {
    const inside = (local: string): XmlElement => new XmlElement(local, uri, 'soapenv');
    const text = filled(inside('Text'), fault.reason);
    text.setAttribute('xml:lang', 'en', 'http://www.w3.org/XML/1998/namespace');
    element.append(inside('Code').append(filled(inside('Value'), codeText)), inside('Reason').append(text));
    if (fault.node) element.append(filled(inside('Node'), fault.node));
    if (fault.role) element.append(filled(inside('Role'), fault.role));
    if (fault.detail !== undefined) element.append(filled(inside('Detail'), fault.detail));
  }
  return makeEnvelope(version, element);
}

/** The fault in an envelope, in one form for both versions; undefined when the payload is none. */
export function readFault(envelope: XmlElement): ReadFault | undefined {
  const version = soapVersion(envelope);
  const fault = version && soapPayload(envelope);
  if (!fault || fault.local !== 'Fault' || fault.uri !== envelope.uri) return undefined;
  const text = (element: XmlElement | undefined): string | undefined => element?.text.trim();
  if (version === 'soap11') {
    // Some senders qualify the children although the standard says not to.
    return {
      version,
      code: codeIn(fault.child('faultcode')),
      reason: text(fault.child('faultstring')) ?? '',
      node: undefined,
      role: text(fault.child('faultactor')),
      detail: fault.child('detail'),
    };
  }
  return {
    version,
    code: codeIn(fault.child('Code')?.child('Value')),
    reason: text(fault.child('Reason')?.child('Text')) ?? '',
    node: text(fault.child('Node')),
    role: text(fault.child('Role')),
    detail: fault.child('Detail'),
  };
}

function codeIn(element: XmlElement | undefined): FaultCode {
  const written = element?.text.trim() ?? '';
  const colon = written.indexOf(':');
  if (!element || colon === -1) return { local: written, uri: element?.lookup('') ?? '', prefix: '' };
  const prefix = written.slice(0, colon);
  return { local: written.slice(colon + 1), uri: element.lookup(prefix) ?? '', prefix };
}

function leaf(local: string, text: string): XmlElement {
  return filled(new XmlElement(local), text);
}

function filled(element: XmlElement, content: string | readonly XmlElement[]): XmlElement {
  if (typeof content === 'string') element.text = content;
  else element.append(...content.map((child) => cloneNode(child)));
  return element;
}
