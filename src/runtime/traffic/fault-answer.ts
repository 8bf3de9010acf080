import type { Fault } from '../../errors.ts';
import { Body } from '../../message/body.ts';
import type { Message } from '../../message/message.ts';
import { makeFault } from '../../message/soap.ts';

/** A fault for a client: as SOAP for whoever sent SOAP, else as JSON. Positions and trails stay in the log. */
export function faultBody(fault: Fault, message: Message): { readonly body: Body; readonly contentType: string } {
  const asked = message.headers.get('content-type') ?? '';
  if (/soap\+xml/i.test(asked)) {
    const envelope = makeFault('soap12', { code: 'Receiver', reason: fault.message, detail: fault.code });
    return { body: Body.xml(envelope), contentType: 'application/soap+xml' };
  }
  if (message.headers.has('soapaction') || /^text\/xml/i.test(asked)) {
    const envelope = makeFault('soap11', { code: 'Server', reason: fault.message, detail: fault.code });
    return { body: Body.xml(envelope), contentType: 'text/xml' };
  }
  return { body: Body.json({ code: fault.code, message: fault.message }), contentType: 'application/json' };
}
