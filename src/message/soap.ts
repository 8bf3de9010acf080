/** SOAP 1.1 and 1.2 envelopes: their parts, their faults, from one version to the other, and WS-Addressing headers. */
export { makeEnvelope, SOAP11, SOAP12, soapBody, soapPayload, soapVersion } from './soap/envelope.ts';
export { makeFault, readFault } from './soap/fault.ts';
export { toSoap11, toSoap12 } from './soap/convert.ts';
export {
  learnAddressing,
  readAddressing,
  removeAddressing,
  writeAddressing,
  type AddressingVersion,
} from './soap/addressing.ts';
