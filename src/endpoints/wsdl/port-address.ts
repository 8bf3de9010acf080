import type { XmlElement } from '../../message/xml/tree.ts';

/** The address of a port (WSDL 1.1) or endpoint (WSDL 2.0) of a service; undefined when the WSDL does not say. */
export function portAddress(root: XmlElement, service: string, port: string): string | undefined {
  for (const element of root.elements()) {
    if (element.local !== 'service' || element.attribute('name') !== service) continue;
    for (const candidate of element.elements()) {
      if (candidate.attribute('name') !== port) continue;
      if (candidate.local === 'endpoint') return candidate.attribute('address');
      if (candidate.local === 'port') return candidate.child('address')?.attribute('location');
    }
  }
  return undefined;
}
