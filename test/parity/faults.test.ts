import assert from 'node:assert/strict';
import { parity } from './cases.ts';
import { soap } from './house.ts';

const ns = 'xmlns="http://ws.apache.org/ns/synapse"';
const nobody = '<call><endpoint><address uri="NOBODY/x"/></endpoint></call>';
const code =
  '<payloadFactory media-type="text"><format>[$1]</format><args><arg expression="get-property(\'ERROR_CODE\')"/></args></payloadFactory><respond/>';
const soapFault =
  '<makefault version="soap11"><code xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" value="s:Server"/><reason value="no"/></makefault>';
const asked = { type: 'text/xml', headers: { SOAPAction: '"urn:ask"' }, body: soap('<ask/>') };

parity('faults', [
  {
    name: 'a SOAP fault that a flow made goes out as 500',
    proxy: true,
    in: `${soapFault}<respond/>`,
    ...asked,
    expect: { status: 500, body: /<faultstring>no</ },
  },
  {
    name: 'a plain fault goes out as 500',
    in: '<makefault version="pox"><reason value="no"/></makefault><respond/>',
    body: '<ask/>',
    expect: { status: 500, body: '<Exception>no</Exception>' },
  },
  {
    name: 'HTTP_SC beats the fault',
    proxy: true,
    in: `${soapFault}<property name="HTTP_SC" value="418" scope="axis2"/><respond/>`,
    ...asked,
    expect: { status: 418 },
  },
  {
    name: 'FAULTS_AS_HTTP_200 sends a fault as 200',
    proxy: true,
    in: `${soapFault}<property name="FAULTS_AS_HTTP_200" value="true" scope="axis2"/><respond/>`,
    ...asked,
    expect: { status: 200, body: /<faultstring>no</ },
  },
  {
    name: 'a fault from the backend passes with its status',
    proxy: true,
    in: '<send><endpoint><address uri="BACKEND/fault"/></endpoint></send>',
    out: '<send/>',
    ...asked,
    expect: { status: 500, body: /out of stock/ },
  },
  {
    name: 'a refused connection runs the fault sequence with 101503',
    in: nobody,
    fault: code,
    body: '{}',
    expect: { body: '[101503]' },
  },
  {
    name: 'onError of a sequence comes before the fault sequence of the resource',
    in: '<sequence key="Inner"/>',
    fault: '<property name="HTTP_SC" value="599" scope="axis2"/><respond/>',
    with: {
      'sequences/Inner.xml': `<sequence ${ns} name="Inner" onError="Handler">${nobody}</sequence>`,
      'sequences/Handler.xml': `<sequence ${ns} name="Handler">${code}</sequence>`,
    },
    body: '{}',
    expect: { body: '[101503]' },
  },
  {
    name: 'an error status is no fault for call, and one for a blocking call',
    in:
      '<call><endpoint><http method="get" uri-template="BACKEND/status/404"/></endpoint></call>' +
      '<call blocking="true"><endpoint><http method="get" uri-template="BACKEND/status/404"/></endpoint></call>',
    fault: '<property name="HTTP_SC" value="599" scope="axis2"/><respond/>',
    expect: { status: 599, backend: (received) => assert.equal(received.length, 2) },
  },
]);
