/**
 * Paths of proxy services: /services/Name, /services/Name/more, /services/Name.operation, ?wsdl, ?wsdl2.
 * Source: Axis2 RequestURIBasedDispatcher with MI's service context "/services".
 */
export interface ProxyPath {
  readonly name: string;
  /** Path and query after the name, '' when there is none: REST_URL_POSTFIX. */
  readonly postfix: string;
  readonly wsdl: '1.1' | '2.0' | undefined;
}

const prefix = '/services/';

/** Undefined when the target does not belong to a proxy service. `exists` tells names with dots from operations. */
export function matchProxy(target: string, exists: (name: string) => boolean): ProxyPath | undefined {
  if (!target.startsWith(prefix)) return undefined;
  const query = target.indexOf('?');
  const path = query < 0 ? target.slice(prefix.length) : target.slice(prefix.length, query);
  const search = query < 0 ? '' : target.slice(query);
  const slash = path.indexOf('/');
  const segment = slash < 0 ? path : path.slice(0, slash);
  const name = exists(segment) ? segment : segment.replace(/\.[^.]*$/, '');
  if (!exists(name)) return undefined;
  const wsdl = /^\?wsdl2\b/i.test(search) ? '2.0' : /^\?wsdl\b/i.test(search) ? '1.1' : undefined;
  return { name, postfix: (slash < 0 ? '' : path.slice(slash)) + search, wsdl };
}
