import type { ProxyConfig } from '../artifacts/kinds/types.ts';
import type { Message } from '../message/message.ts';
import { serializeXml } from '../message/xml/serialize.ts';

/** The WSDL a proxy publishes, from where its artifact says; undefined when there is none to be had. */
export function wsdlOf(proxy: ProxyConfig, message: Message): string | undefined {
  const { wsdl } = proxy;
  if (!wsdl) return undefined;
  if ('inline' in wsdl) return serializeXml(wsdl.inline, { declaration: true });
  if ('key' in wsdl) {
    const resource = message.environment.resource(wsdl.key);
    return resource && new TextDecoder().decode(resource.bytes);
  }
  if ('uri' in wsdl) {
    const resource = message.environment.resource(wsdl.uri);
    return resource && new TextDecoder().decode(resource.bytes);
  }
  return undefined;
}
