/**
 * The WSDL 1.1 of a proxy service that publishes none: one operation, `mediate`, that takes and gives anything, over
 * SOAP 1.1 and 1.2. Source: Axis2 as Synapse sets up a proxy without a WSDL.
 */
export function ownWsdl(name: string, address: string): string {
  const target = 'http://ws.apache.org/axis2';
  const to = escaped(address);
  const service = escaped(name);
  const message = (direction: string): string =>
    `<wsdl:message name="mediate${direction}"><wsdl:part name="parameters" type="xs:anyType"/></wsdl:message>`;
  const binding = (version: '11' | '12', prefix: string): string =>
    `<wsdl:binding name="${service}Soap${version}Binding" type="ns:${service}PortType">` +
    `<${prefix}:binding transport="http://schemas.xmlsoap.org/soap/http" style="document"/>` +
    `<wsdl:operation name="mediate"><${prefix}:operation soapAction="urn:mediate" style="document"/>` +
    `<wsdl:input><${prefix}:body use="literal"/></wsdl:input><wsdl:output><${prefix}:body use="literal"/></wsdl:output>` +
    '</wsdl:operation></wsdl:binding>';
  const port = (version: '11' | '12', prefix: string): string =>
    `<wsdl:port name="${service}HttpSoap${version}Endpoint" binding="ns:${service}Soap${version}Binding">` +
    `<${prefix}:address location="${to}"/></wsdl:port>`;
  return (
    '<?xml version="1.0" encoding="UTF-8"?>' +
    `<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:ns="${target}" targetNamespace="${target}"` +
    ' xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"' +
    ' xmlns:soap12="http://schemas.xmlsoap.org/wsdl/soap12/">' +
    `<wsdl:documentation>${service}</wsdl:documentation><wsdl:types/>${message('Request')}${message('Response')}` +
    `<wsdl:portType name="${service}PortType"><wsdl:operation name="mediate">` +
    '<wsdl:input message="ns:mediateRequest"/><wsdl:output message="ns:mediateResponse"/></wsdl:operation></wsdl:portType>' +
    `${binding('11', 'soap')}${binding('12', 'soap12')}` +
    `<wsdl:service name="${service}">${port('11', 'soap')}${port('12', 'soap12')}</wsdl:service></wsdl:definitions>`
  );
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
