import type { ProxyConfig } from '../../artifacts/kinds/types.ts';
import type { Sender } from '../../engine/ports.ts';
import { Fault } from '../../errors.ts';
import { Message } from '../../message/message.ts';
import { parseXml } from '../../message/xml/parse.ts';
import { serializeXml } from '../../message/xml/serialize.ts';
import type { XmlElement } from '../../message/xml/tree.ts';
import { ownWsdl } from './own-wsdl.ts';

/**
 * The WSDL of a proxy: the one its artifact names, with the proxy's own address in its ports, else one made here.
 * Undefined when the one it names is not to be had. Source: Synapse ProxyService, parameter modifyUserWSDLPortAddress.
 */
export async function wsdlOf(
  proxy: ProxyConfig,
  message: Message,
  senders: readonly Sender[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const address = `http://${message.headers.get('host') ?? 'localhost'}/services/${proxy.name}`;
  if (!proxy.wsdl) return ownWsdl(proxy.name, address);
  const text = await written(proxy.wsdl, message, senders, signal);
  if (text === undefined || proxy.parameters.get('modifyUserWSDLPortAddress') === 'false') return text;
  return withAddress(text, address);
}

async function written(
  wsdl: NonNullable<ProxyConfig['wsdl']>,
  message: Message,
  senders: readonly Sender[],
  signal: AbortSignal,
): Promise<string | undefined> {
  if ('inline' in wsdl) return serializeXml(wsdl.inline, { declaration: true });
  const key = 'key' in wsdl ? wsdl.key : 'uri' in wsdl ? wsdl.uri : undefined;
  const resource = key === undefined ? undefined : message.environment.resource(key);
  if (resource) return new TextDecoder().decode(resource.bytes);
  return 'uri' in wsdl && /^https?:/.test(wsdl.uri) ? fetched(new URL(wsdl.uri), message, senders, signal) : undefined;
}

async function fetched(
  url: URL,
  { environment }: Message,
  senders: readonly Sender[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const sender = senders.find(({ schemes }) => schemes.includes(url.protocol.slice(0, -1)));
  try {
    const answer = await sender?.send({
      url,
      message: new Message({ environment }),
      method: 'GET',
      format: undefined,
      timeoutMs: undefined,
      signal,
    });
    await answer?.body.load(signal);
    return answer?.axis2.get('HTTP_SC') === 200 ? answer.body.text() : undefined;
  } catch (error) {
    if (Fault.is(error)) return undefined;
    throw error;
  }
}

/** Clients find the proxy in the ports, not the service behind it. */
function withAddress(text: string, address: string): string {
  let root: XmlElement;
  try {
    root = parseXml(text);
  } catch {
    return text;
  }
  for (const service of root.elements()) {
    if (service.local !== 'service') continue;
    for (const port of service.elements()) {
      if (port.local === 'endpoint') port.setAttribute('address', address);
      else port.child('address')?.setAttribute('location', address);
    }
  }
  return serializeXml(root, { declaration: true });
}
