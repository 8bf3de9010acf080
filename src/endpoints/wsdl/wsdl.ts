import { attr } from '../../artifacts/shape/fields.ts';
import type { ElementReader } from '../../artifacts/shape/reader.ts';
import type { Field } from '../../artifacts/shape/spec.ts';
import type { Endpoint } from '../../engine/ports.ts';
import { Fault } from '../../errors.ts';
import { Message } from '../../message/message.ts';
import { cloneNode, type XmlElement } from '../../message/xml/tree.ts';
import { defineEndpoint, type EndpointContext, type EndpointKind } from '../kind.ts';
import { LeafEndpoint, senderFor } from '../leaf.ts';
import { checkQuality, quality } from '../quality.ts';
import { checkSending, sending, setEncoding } from '../sending.ts';
import { portAddress } from './port-address.ts';

/** A WSDL written in place: <definitions> or <description> as a child. */
const inline: Field<XmlElement | undefined> = {
  place: 'child',
  type: 'WSDL',
  doc: 'The WSDL itself.',
  required: false,
  name: 'definitions',
  read: (from: ElementReader) => from.child('definitions') ?? from.child('description'),
  write(element, to) {
    if (element) to.node(cloneNode(element));
  },
};

export const wsdl: EndpointKind = defineEndpoint({
  tag: 'wsdl',
  summary: 'Sends to the address of a port in a WSDL.',
  notes: 'A WSDL behind an address is read when the first message is sent, and kept.',
  shape: {
    uri: attr.text({ doc: 'Address of the WSDL.' }),
    service: attr.text({ doc: 'Name of the service.', required: true }),
    port: attr.text({ doc: 'Name of the port.', required: true }),
    inline,
    ...sending,
    ...quality,
  },
  check(config, from) {
    checkQuality(config, from);
    checkSending(config, from);
    if (config.uri === undefined && !config.inline) {
      from.problem('MISSING_ATTRIBUTE', '<wsdl> needs a WSDL.', {
        hint: 'Give its address as uri="...", or write it inside.',
      });
    }
  },
  create(making): Endpoint {
    const { config } = making;
    let found: Promise<string> | undefined;
    const find = (message: Message, signal: AbortSignal): Promise<string> => {
      found ??= addressIn(config, message, making, signal).catch((error: unknown) => {
        found = undefined;
        throw error;
      });
      return found;
    };
    return new LeafEndpoint(making, {
      kind: 'wsdl',
      quality: config,
      format: config.format,
      notReadyNumber: 303002,
      async resolve(message, { signal }) {
        setEncoding(config.encoding, message);
        return { address: await find(message, signal) };
      },
    });
  },
});

async function addressIn(
  config: {
    readonly uri: string | undefined;
    readonly service: string;
    readonly port: string;
    readonly inline: XmlElement | undefined;
  },
  message: Message,
  context: EndpointContext,
  signal: AbortSignal,
): Promise<string> {
  const { uri, service, port } = config;
  const root = config.inline ?? (await fetchWsdl(uri ?? '', message, context, signal));
  const address = portAddress(root, service, port);
  if (address !== undefined) return address;
  throw new Fault('SEND_FAILED', {
    text: `The WSDL ${uri ?? ''} has no address for port ${port} of service ${service}.`,
  });
}

async function fetchWsdl(
  uri: string,
  message: Message,
  context: EndpointContext,
  signal: AbortSignal,
): Promise<XmlElement> {
  if (!URL.canParse(uri)) throw new Fault('SEND_FAILED', { text: `"${uri}" is not an address of a WSDL.` });
  const url = new URL(uri);
  const answer = await senderFor(context.senders, url).send({
    url,
    message: new Message({ environment: message.environment }),
    method: 'GET',
    format: undefined,
    timeoutMs: context.globalTimeoutMs,
    signal,
  });
  await answer?.body.load(signal);
  const root = answer?.axis2.get('HTTP_SC') === 200 ? answer.body.payload() : undefined;
  if (!root) throw new Fault('SEND_FAILED', { text: `No WSDL came from ${uri}.`, retry: 'again' });
  return root;
}
