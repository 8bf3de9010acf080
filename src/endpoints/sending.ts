/** Attributes of the kinds that send to an address of their own. */
import { attr } from '../artifacts/shape/fields.ts';
import type { ElementReader } from '../artifacts/shape/reader.ts';
import type { Field } from '../artifacts/shape/spec.ts';
import type { Outgoing } from '../engine/ports.ts';
import type { Message } from '../message/message.ts';

export interface Sending {
  readonly format: Outgoing['format'];
  readonly optimize: 'mtom' | 'swa' | undefined;
  readonly encoding: string | undefined;
  readonly statistics: string | undefined;
  readonly trace: string | undefined;
}

export const sending: { readonly [K in keyof Sending]: Field<Sending[K]> } = {
  format: attr.oneOf(['soap11', 'soap12', 'pox', 'get', 'rest'], {
    doc: 'How the message is written: SOAP 1.1, SOAP 1.2, plain XML, as a query, or as it is with the path the client asked for.',
  }),
  optimize: attr.lenient(['mtom', 'swa'], {
    doc: 'Attachments for binary parts. Accepted; binary parts go inline.',
    otherwise: 'not written',
  }),
  encoding: attr.text({ doc: 'Character encoding of the message, such as UTF-8.' }),
  statistics: attr.text({ doc: 'enable or disable; accepted.' }),
  trace: attr.text({ doc: 'enable or disable; accepted.' }),
};

export function checkSending(config: { readonly optimize: string | undefined }, from: ElementReader): void {
  if (config.optimize === undefined) return;
  from.problem('NOT_SUPPORTED', `optimize="${config.optimize}" is not supported: binary parts go inline as base64.`, {
    level: 'warning',
    on: from.attribute('optimize'),
  });
}

export function setEncoding(encoding: string | undefined, message: Message): void {
  if (encoding !== undefined) message.axis2.set('CHARACTER_SET_ENCODING', encoding);
}
