/** How requests find their API or proxy service, and what a proxy publishes. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { serve, soap, type House } from './house.ts';

const ns = 'xmlns="http://ws.apache.org/ns/synapse"';
const say = (text: string): string =>
  `<inSequence><payloadFactory media-type="text"><format>${text}</format></payloadFactory><respond/></inSequence>`;
const parts = ["get-property('uri.var.id')", "get-property('query.param.q')", "get-property('REST_SUB_REQUEST_PATH')"];
const told = `<inSequence><payloadFactory media-type="text"><format>$1 $2 $3</format><args>${parts
  .map((part) => `<arg expression="${part}"/>`)
  .join('')}</args></payloadFactory><respond/></inSequence>`;
const wsdl =
  '<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/">' +
  '<service name="Q"><port name="P"><s:address location="http://inside/q"/></port></service></definitions>';
const proxy = (name: string, more: string): string =>
  `<proxy ${ns} name="${name}"><target><inSequence><respond/></inSequence></target>${more}</proxy>`;

const folder = 'synapse-configs/default/';
let house: House;
before(async () => {
  house = await serve({
    [`${folder}api/Shop.xml`]:
      `<api ${ns} name="Shop" context="/shop" version="1.0" version-type="url">` +
      `<resource methods="GET" url-mapping="/a/*">${say('prefix')}</resource>` +
      `<resource methods="GET" url-mapping="/a/b">${say('exact')}</resource>` +
      `<resource methods="GET" uri-template="/items/{id}?q={q}">${told}</resource></api>`,
    [`${folder}api/Old.xml`]: `<api ${ns} name="Old" context="/old/{version}" version="2" version-type="context"><resource methods="GET">${say('old')}</resource></api>`,
    [`${folder}proxy-services/Bare.xml`]: proxy('Bare', ''),
    ...Object.fromEntries(
      ['local', 'all', 'https'].map((transports) => [
        `${folder}proxy-services/Over-${transports}.xml`,
        proxy(`Over-${transports}`, '').replace(' name=', ` transports="${transports}" name=`),
      ]),
    ),
    [`${folder}proxy-services/Stored.xml`]: proxy('Stored', '<publishWSDL key="conf:/q.wsdl"/>'),
    [`${folder}proxy-services/Own.xml`]: proxy('Own', `<publishWSDL>${wsdl}</publishWSDL>`),
    [`${folder}proxy-services/Kept.xml`]: proxy(
      'Kept',
      '<publishWSDL key="conf:/q.wsdl"/><parameter name="modifyUserWSDLPortAddress">false</parameter>',
    ),
    [`${folder}proxy-services/Gone.xml`]: proxy('Gone', '<publishWSDL uri="NOBODY/q?wsdl"/>'),
    'registry/config/q.wsdl': wsdl,
  });
});
after(async () => house[Symbol.asyncDispose]());

for (const [method, path, status, body] of [
  ['GET', '/shop/1.0/a/b', 200, 'exact'],
  ['GET', '/shop/1.0/a/c', 200, 'prefix'],
  ['GET', '/shop/1.0/items/7?q=a%20b', 200, '7 a b /items/7?q=a%20b'],
  ['GET', '/shop/1.0/items/7', 404, undefined],
  ['GET', '/shop/a/b', 404, undefined],
  ['GET', '/old/2/any/path?x=1', 200, 'old'],
  ['POST', '/shop/1.0/a/b', 405, undefined],
  ['OPTIONS', '/shop/1.0/a/b', 200, ''],
  ['HEAD', '/shop/1.0/a/b', 405, undefined],
] as const) {
  test(`${method} ${path} is answered ${status}`, async () => {
    const answer = await house.ask(path, { method });
    assert.equal(answer.status, status, answer.body);
    if (body !== undefined) assert.equal(answer.body, body);
  });
}

test('a proxy is called by HTTP when its transports name http, https, all, or nothing', async () => {
  const status = async (name: string): Promise<number> =>
    (await house.ask(`/services/${name}`, { method: 'POST', body: '<a/>' })).status;
  assert.deepEqual(
    [await status('Bare'), await status('Over-all'), await status('Over-https'), await status('Over-local')],
    [200, 200, 200, 404],
  );
});

test('a published WSDL names the address of the proxy in its ports', async () => {
  for (const name of ['Stored', 'Own']) {
    const answer = await house.ask(`/services/${name}?wsdl`);
    assert.match(answer.body, new RegExp(`<s:address location="http://127\\.0\\.0\\.1:\\d+/services/${name}"/>`));
  }
});

test('modifyUserWSDLPortAddress=false leaves the WSDL as it is', async () => {
  assert.equal((await house.ask('/services/Kept?wsdl')).body, wsdl);
});

test('a proxy that publishes nothing has a WSDL with one operation all the same', async () => {
  const { status, headers, body } = await house.ask('/services/Bare?wsdl');
  assert.equal(status, 200);
  assert.match(headers.get('content-type') ?? '', /^text\/xml/);
  assert.match(body, /<wsdl:operation name="mediate">.*location="http:\/\/127\.0\.0\.1:\d+\/services\/Bare"/);
});

test('a WSDL that cannot be fetched is not found, and the proxy serves all the same', async () => {
  assert.equal((await house.ask('/services/Gone?wsdl')).status, 404);
  const request = { method: 'POST', headers: { 'Content-Type': 'text/xml', SOAPAction: '""' }, body: soap('<a/>') };
  assert.equal((await house.ask('/services/Gone', request)).status, 200);
});

test('the operation may stand behind the name of the proxy', async () => {
  const request = { method: 'POST', headers: { 'Content-Type': 'text/xml' }, body: '<a/>' };
  assert.equal((await house.ask('/services/Bare.mediate', request)).body, '<a/>');
});
