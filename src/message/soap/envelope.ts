import type { Envelope } from '../message.ts';
import { XmlElement } from '../xml/tree.ts';

export const SOAP11 = 'http://schemas.xmlsoap.org/soap/envelope/';
export const SOAP12 = 'http://www.w3.org/2003/05/soap-envelope';

export type SoapVersion = Exclude<Envelope, 'none'>;

export function soapNamespace(version: SoapVersion): string {
  return version === 'soap12' ? SOAP12 : SOAP11;
}

/** The version of an Envelope element; undefined when it is none. */
export function soapVersion(element: XmlElement): SoapVersion | undefined {
  if (element.local !== 'Envelope') return undefined;
  return element.uri === SOAP11 ? 'soap11' : element.uri === SOAP12 ? 'soap12' : undefined;
}

/** <soapenv:Envelope> with an empty Header and a Body that holds the payload, if one is given. */
export function makeEnvelope(version: SoapVersion, payload?: XmlElement): XmlElement {
  const uri = soapNamespace(version);
  const envelope = new XmlElement('Envelope', uri, 'soapenv');
  envelope.declare('soapenv', uri);
  const body = new XmlElement('Body', uri, 'soapenv');
  envelope.append(new XmlElement('Header', uri, 'soapenv'), body);
  if (payload) body.append(payload);
  return envelope;
}

/** The Body of an envelope; one is added where a sender forgot it. */
export function soapBody(envelope: XmlElement): XmlElement {
  const found = envelope.child('Body', envelope.uri);
  if (found) return found;
  const body = new XmlElement('Body', envelope.uri, envelope.prefix);
  envelope.append(body);
  return body;
}

export function soapHeader(envelope: XmlElement): XmlElement | undefined {
  return envelope.child('Header', envelope.uri);
}

/** The Header, put before the Body when there is none yet. */
export function ensureSoapHeader(envelope: XmlElement): XmlElement {
  const found = soapHeader(envelope);
  if (found) return found;
  const header = new XmlElement('Header', envelope.uri, envelope.prefix);
  header.parent = envelope;
  envelope.children.unshift(header);
  return header;
}

/** First element of the Body. */
export function soapPayload(envelope: XmlElement): XmlElement | undefined {
  return soapBody(envelope).children.find((node) => node.kind === 'element');
}
