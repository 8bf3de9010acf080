import { Fault } from '../../errors.ts';
import type { Addressing, Message } from '../message.ts';
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

const learned = new WeakSet<Message>();

/**
 * Takes what the WS-Addressing headers of a message that came say into `addressing`, as soon as its body is loaded; once.
 * What the flow or the SOAPAction header said already stays; a To that is only the path the client asked for does not.
 * Source: Synapse RelayUtils.builldMessage, which runs Axis2's AddressingInHandler when a message is built.
 */
export function learnAddressing(message: Message): void {
  const { addressing, body, request } = message;
  if (!body.loaded || learned.has(message)) return;
  learned.add(message);
  if (!body.untouched || !/^\s*(?:text\/xml|application\/soap\+xml)/i.test(body.receivedType ?? '')) return;
  try {
    if (body.soap === 'none') return;
  } catch (error) {
    // Whoever needs the body itself will say that it cannot be read.
    if (Fault.is(error)) return;
    throw error;
  }
  const { to, ...found } = readAddressing(body.envelope());
  const isOwnPath = request !== undefined && addressing.to === request.target;
  if (to !== undefined && to !== '' && (isOwnPath || message.direction === 'response')) addressing.to = to;
  for (const [name, value] of Object.entries(found)) addressing[name as keyof Addressing] ??= value;
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
