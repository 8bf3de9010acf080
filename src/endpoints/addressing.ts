import { randomUUID } from 'node:crypto';
import type { AddressingVersion } from '../message/soap.ts';
import { readAddressing, removeAddressing, writeAddressing } from '../message/soap.ts';
import type { Message } from '../message/message.ts';

const anonymous: Readonly<Record<AddressingVersion, string>> = {
  final: 'http://www.w3.org/2005/08/addressing/anonymous',
  submission: 'http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous',
};

/**
 * The WS-Addressing headers of a message that goes out: new ones where the endpoint enables them, those that came
 * where PRESERVE_WS_ADDRESSING says so, none otherwise. A body that nobody changed leaves as it came.
 * Source: Synapse Axis2FlexibleMEPClient. Undefined when nothing had to be waited for.
 */
export function addressMessage(
  message: Message,
  to: string,
  enabled: { readonly version: AddressingVersion | undefined } | undefined,
  signal: AbortSignal,
): Promise<void> | undefined {
  const { body, properties } = message;
  const preserved = properties.get('PRESERVE_WS_ADDRESSING');
  const keep = preserved === true || preserved === 'true';
  if (!enabled) {
    if (!keep && body.form === 'xml' && body.soap !== 'none') removeAddressing(body.envelope());
    return undefined;
  }
  const write = (): void => writeHeaders(message, to, enabled.version ?? 'final', keep);
  const loading = body.load(signal);
  if (loading) return loading.then(write);
  write();
  return undefined;
}

function writeHeaders({ body, addressing }: Message, to: string, version: AddressingVersion, keep: boolean): void {
  if (body.form === 'empty' || (body.kind !== 'xml' && body.form !== 'xml')) return;
  const envelope = body.envelope();
  const came = keep ? readAddressing(envelope) : {};
  writeAddressing(
    envelope,
    {
      ...addressing,
      to,
      messageId: came.messageId ?? addressing.messageId ?? `urn:uuid:${randomUUID()}`,
      replyTo: came.replyTo ?? anonymous[version],
      action: came.action ?? addressing.action,
      relatesTo: came.relatesTo,
    },
    version,
  );
  body.touchXml();
}
