import { Fault } from '../errors.ts';
import type { Message } from '../message/message.ts';
import { readFault } from '../message/soap.ts';

/**
 * With the property FORCE_ERROR_ON_SOAP_FAULT=true an answer that is a SOAP fault counts as a failure of the endpoint.
 * Source: Synapse SynapseCallbackReceiver, ENDPOINT_CUSTOM_ERROR.
 */
export async function refuseSoapFault(answer: Message, message: Message, signal: AbortSignal): Promise<void> {
  const forced = message.properties.get('FORCE_ERROR_ON_SOAP_FAULT');
  if (forced !== true && forced !== 'true') return;
  await answer.body.load(signal);
  if (answer.body.kind !== 'xml') return;
  const payload = answer.body.payload();
  if (payload?.local !== 'Fault') return;
  const text = readFault(answer.body.envelope())?.reason ?? payload.text.trim();
  throw new Fault('CUSTOM', { text: `The endpoint answered with a SOAP fault: ${text}` });
}
