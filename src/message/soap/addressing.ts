import type { Addressing } from '../message.ts';
import { XmlElement } from '../xml/tree.ts';
import { ensureSoapHeader, soapHeader } from './envelope.ts';

/** `final` is the W3C recommendation of 2005, `submission` the one of 2004: the values of enableAddressing's version. */
export type AddressingVersion = 'final' | 'submission';

const namespaces: Readonly<Record<AddressingVersion, string>> = {
  final: 'http://www.w3.org/2005/08/addressing',
  submission: 'http://schemas.xmlsoap.org/ws/2004/08/addressing',
};

/** Header block of each field, and whether the address stands in an Address child. */
const blocks: readonly (readonly [field: keyof Addressing, local: string, endpoint: boolean])[] = [
  ['to', 'To', false],
  ['from', 'From', true],
  ['action', 'Action', false],
  ['faultTo', 'FaultTo', true],
  ['replyTo', 'ReplyTo', true],
  ['messageId', 'MessageID', false],
  ['relatesTo', 'RelatesTo', false],
];

/** The WS-Addressing headers of an envelope, whichever version they are in. */
export function readAddressing(envelope: XmlElement): Addressing {
  const found: Addressing = {};
  for (const block of soapHeader(envelope)?.elements() ?? []) {
    if (!isAddressing(block)) continue;
    const entry = blocks.find(([, local]) => local === block.local);
    if (!entry) continue;
    const [field, , endpoint] = entry;
    found[field] ??= (endpoint ? (block.child('Address', block.uri)?.text ?? '') : block.text).trim();
  }
  return found;
}

/** Replaces the WS-Addressing headers of the envelope. Fields that are not set get no header. */
export function writeAddressing(
  envelope: XmlElement,
  addressing: Addressing,
  version: AddressingVersion = 'final',
): void {
  removeAddressing(envelope);
  const uri = namespaces[version];
  const written = blocks.filter(([field]) => addressing[field] !== undefined);
  if (written.length === 0) return;
  const header = ensureSoapHeader(envelope);
  header.declare('wsa', uri);
  for (const [field, local, endpoint] of written) {
    const block = new XmlElement(local, uri, 'wsa');
    const holder = endpoint ? new XmlElement('Address', uri, 'wsa') : block;
    holder.text = addressing[field]!;
    if (holder !== block) block.append(holder);
    header.append(block);
  }
}

/** Takes the WS-Addressing headers out, as Axis2 does once it has read them. */
export function removeAddressing(envelope: XmlElement): void {
  const header = soapHeader(envelope);
  if (header) header.children = header.children.filter((node) => node.kind !== 'element' || !isAddressing(node));
}

function isAddressing(block: XmlElement): boolean {
  return block.uri === namespaces.final || block.uri === namespaces.submission;
}
