import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fault } from '../errors.ts';
import { Body } from '../message/body.ts';
import { Message, type Value } from '../message/message.ts';
import { answerTo, Bench } from './try-out.ts';

const message = (properties: Record<string, Value> = {}, axis2: Record<string, Value> = {}): Message => {
  const made = new Message();
  for (const [name, value] of Object.entries(properties)) made.properties.set(name, value);
  for (const [name, value] of Object.entries(axis2)) made.axis2.set(name, value);
  return made;
};

async function urlOf(xml: string, of: Message): Promise<string> {
  const bench = new Bench();
  await bench.send(bench.make(xml), of);
  return bench.sent[0]!.url;
}

test('suspended after a failure, it refuses with 303001 until its time has come', async () => {
  const bench = new Bench();
  const endpoint = bench.make(
    '<endpoint name="E"><address uri="http://a/"><suspendOnFailure><initialDuration>1000</initialDuration></suspendOnFailure></address></endpoint>',
  );
  bench.reaction = () => 101503;
  assert.equal(await bench.outcome(endpoint), 101503);
  assert.equal(endpoint.state, 'suspended');
  assert.equal(await bench.outcome(endpoint), 303001);
  await bench.clock.advance(999);
  assert.equal(await bench.outcome(endpoint), 303001);
  await bench.clock.advance(1);
  bench.reaction = () => 500;
  assert.equal(await bench.outcome(endpoint), 500, 'an error status is an answer');
  assert.equal(endpoint.state, 'active');
  assert.equal(bench.sent.length, 2);
  assert.match(bench.logged.join(''), /Endpoint E with address http:\/\/a\/: error 101503: suspended for 1000 ms/);
});

test('suspendDurationOnFailure counts seconds, and suspendOnFailure wins', async () => {
  const suspendedFor = async (inside: string): Promise<string | undefined> => {
    const bench = new Bench();
    bench.reaction = () => 101503;
    await bench.outcome(bench.make(`<endpoint><address uri="http://a/">${inside}</address></endpoint>`));
    return /suspended for (\d+) ms/.exec(bench.logged.join(''))?.[1];
  };
  const old = '<suspendDurationOnFailure>5</suspendDurationOnFailure>';
  assert.equal(await suspendedFor(old), '5000');
  const both = `${old}<suspendOnFailure><initialDuration>70</initialDuration></suspendOnFailure>`;
  assert.equal(await suspendedFor(both), '70');
});

test('error codes have commas or spaces between them', async () => {
  const bench = new Bench();
  const mark = '<markForSuspension><errorCodes>101504 101503, 101500</errorCodes></markForSuspension>';
  const endpoint = bench.make(
    `<endpoint><address uri="http://a/">${mark}<suspendOnFailure><errorCodes>1</errorCodes></suspendOnFailure></address></endpoint>`,
  );
  assert.deepEqual(bench.problems, []);
  bench.reaction = () => 101505;
  await bench.outcome(endpoint);
  assert.equal(endpoint.state, 'active', 'not one of them');
  bench.reaction = () => 101503;
  await bench.outcome(endpoint);
  assert.equal(endpoint.state, 'suspended', 'one of them, and no retries are left');
});

test('what is not the endpoint’s doing does not suspend it', async () => {
  const bench = new Bench();
  const endpoint = bench.make('<endpoint><address uri="http://a/"/></endpoint>');
  bench.reaction = () => new Fault('TERM_LOST');
  assert.equal(await bench.outcome(endpoint), 0);
  assert.equal(endpoint.state, 'active');
});

test('switched off by hand it takes nothing, until it is switched on', async () => {
  const bench = new Bench();
  const endpoint = bench.make('<endpoint><address uri="http://a/"/></endpoint>');
  endpoint.switchOff();
  assert.equal(await bench.outcome(endpoint), 303001);
  await bench.clock.advance(1e9);
  assert.equal(await bench.outcome(endpoint), 303001);
  endpoint.switchOn();
  assert.equal(await bench.outcome(endpoint), 200);
});

test('the time-out is that of the endpoint, computed if need be, else the global one', async () => {
  const bench = new Bench();
  const timeout = (duration: string): string =>
    `<endpoint><address uri="http://a/"><timeout><duration>${duration}</duration></timeout></address></endpoint>`;
  await bench.send(bench.make(timeout('250')));
  await bench.send(bench.make(timeout("{get-property('t')}")), message({ t: '777' }));
  await bench.send(bench.make('<endpoint><address uri="http://a/"/></endpoint>'));
  assert.deepEqual(
    bench.sent.map((s) => s.timeoutMs),
    [250, 777, 120_000],
  );
  assert.deepEqual(bench.problems, []);
});

test('responseAction discard ends the message without an answer and without a fault', async () => {
  const bench = new Bench();
  const endpoint = bench.make(
    '<endpoint><address uri="http://a/"><timeout><duration>1</duration><responseAction>discard</responseAction></timeout></address></endpoint>',
  );
  bench.reaction = () => 101504;
  assert.equal(await bench.send(endpoint), undefined);
  assert.equal(endpoint.state, 'suspended');
});

test('an address is fixed, an {expression}, or text with ${...}', async () => {
  assert.equal(await urlOf('<endpoint><address uri="http://a/b"/></endpoint>', message()), 'http://a/b');
  assert.equal(
    await urlOf(`<endpoint><address uri="{get-property('where')}"/></endpoint>`, message({ where: 'http://b/c' })),
    'http://b/c',
  );
  assert.equal(
    await urlOf('<endpoint><address uri="http://a/${properties.synapse.p}/x"/></endpoint>', message({ p: 'q' })),
    'http://a/q/x',
  );
});

test('an address that does not compile is deployed with a warning; what is sent there fails', async () => {
  for (const written of [
    '<address uri="vfs:ftp://${user}:${password}\\@h/x"/>',
    '<http uri-template="http://a/${invocation.uuid}"/>',
  ]) {
    const bench = new Bench();
    const endpoint = bench.make(`<endpoint>${written}</endpoint>`);
    assert.deepEqual(
      bench.problems.map((p) => [p.code, p.level, p.at.line]),
      [['BAD_EXPRESSION', 'warning', 1]],
    );
    assert.equal(await bench.outcome(endpoint), 101500);
    assert.equal(bench.sent.length, 0);
  }
});

test('a REST message takes its path and query along, a SOAP message does not', async () => {
  const xml = '<endpoint><address uri="http://a/base"/></endpoint>';
  const posted = (type: string, action?: string): Message => {
    const made = message({}, { HTTP_METHOD: 'POST', REST_URL_POSTFIX: '/x?y=1' });
    made.body = Body.bytes(Buffer.from('<a/>'), type);
    if (action !== undefined) made.addressing.action = action;
    return made;
  };
  assert.equal(
    await urlOf(xml, message({}, { HTTP_METHOD: 'GET', REST_URL_POSTFIX: '/x?y=1' })),
    'http://a/base/x?y=1',
  );
  assert.equal(await urlOf(xml, posted('application/json')), 'http://a/base/x?y=1');
  assert.equal(await urlOf(xml, posted('text/xml', 'urn:do')), 'http://a/base');
  assert.equal(await urlOf(xml, posted('application/soap+xml')), 'http://a/base');
  assert.equal(
    await urlOf('<endpoint><address uri="http://a/base/" format="rest"/></endpoint>', posted('text/xml', 'urn:do')),
    'http://a/base/x?y=1',
  );
});

test('an http endpoint fixes its method and its whole path', async () => {
  const bench = new Bench();
  const sent = message({ 'uri.var.id': '7/8' }, { HTTP_METHOD: 'POST', REST_URL_POSTFIX: '/dropped' });
  await bench.send(bench.make('<endpoint><http method="put" uri-template="http://a/{uri.var.id}"/></endpoint>'), sent);
  assert.deepEqual([bench.sent[0]!.url, bench.sent[0]!.method], ['http://a/7%2F8', 'PUT']);
  assert.equal(sent.axis2.has('REST_URL_POSTFIX'), false);
});

const templates = [
  {
    claim: 'a value that came encoded is not encoded twice',
    template: 'http://a/{uri.var.v}',
    value: 'x%20y',
    url: 'http://a/x%20y',
  },
  {
    claim: 'a plus keeps reserved characters',
    template: 'http://a/{+uri.var.v}',
    value: 'b/c?d=e',
    url: 'http://a/b/c?d=e',
  },
  {
    claim: 'a variable at the beginning is a whole address',
    template: '{uri.var.v}/s',
    value: 'http://b:8/p',
    url: 'http://b:8/p/s',
  },
  {
    claim: 'legacy-encoding decodes and encodes nothing again',
    template: 'legacy-encoding:{uri.var.v}',
    value: 'http://b/p%2Fq',
    url: 'http://b/p/q',
  },
  {
    claim: 'a stray percent sign is encoded',
    template: 'http://a/?q={uri.var.v}',
    value: '100%',
    url: 'http://a/?q=100%25',
  },
  {
    claim: 'a variable that is not set is nothing',
    template: 'http://a/{uri.var.none}/z',
    value: '',
    url: 'http://a//z',
  },
];

for (const { claim, template, value, url } of templates) {
  test(claim, async () => {
    assert.equal(
      await urlOf(`<endpoint><http uri-template="${template}"/></endpoint>`, message({ 'uri.var.v': value })),
      url,
    );
  });
}

test('a default endpoint goes to the To header, or to that of the envelope when To is a path', async () => {
  const absolute = message();
  absolute.addressing.to = 'http://to/x';
  assert.equal(await urlOf('<endpoint><default/></endpoint>', absolute), 'http://to/x');
  const envelope =
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header><To xmlns="http://www.w3.org/2005/08/addressing">http://wsa/y</To></s:Header><s:Body/></s:Envelope>';
  const path = new Message({ body: Body.bytes(Buffer.from(envelope), 'text/xml') });
  path.addressing.to = '/services/P';
  assert.equal(await urlOf('<endpoint><default/></endpoint>', path), 'http://wsa/y');
});

test('without any address the fault says what to write', async () => {
  const bench = new Bench();
  await assert.rejects(bench.send(bench.library.defaultEndpoint), /<header name="To"/);
});

test('one address that is down does not stop the default endpoint for others', async () => {
  const bench = new Bench();
  bench.reaction = () => 101503;
  const to = message();
  to.addressing.to = 'http://down/';
  assert.equal(await bench.outcome(bench.library.defaultEndpoint, to), 101503);
  assert.equal(bench.library.defaultEndpoint.ready, true);
});

test('properties of an endpoint are set in their scopes before the message goes', async () => {
  const bench = new Bench();
  const sent = message({ p: 'v' });
  await bench.send(
    bench.make(
      `<endpoint><property name="X-A" scope="transport" expression="get-property('p')"/><property name="DISABLE_CHUNKING" scope="axis2" value="true"/><address uri="http://a/"/></endpoint>`,
    ),
    sent,
  );
  assert.equal(bench.sent[0]!.headers['X-A'], 'v');
  assert.equal(sent.axis2.get('DISABLE_CHUNKING'), 'true');
});

test('enableAddressing writes the headers, and security is reported as missing', async () => {
  const bench = new Bench();
  const envelope = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><a/></s:Body></s:Envelope>';
  const soap = new Message({ body: Body.bytes(Buffer.from(envelope), 'text/xml') });
  soap.addressing.action = 'urn:do';
  await bench.send(
    bench.make('<endpoint><address uri="http://a/b"><enableAddressing/><enableSec policy="p"/></address></endpoint>'),
    soap,
  );
  const { body } = bench.sent[0]!;
  assert.match(body, /To[^>]*>http:\/\/a\/b</);
  assert.match(body, /Action[^>]*>urn:do</);
  assert.match(body, /MessageID[^>]*>urn:uuid:/);
  assert.deepEqual(
    bench.problems.map((p) => `${p.level} ${p.code}`),
    ['warning NOT_SUPPORTED'],
  );
});

test('with FORCE_ERROR_ON_SOAP_FAULT an answer that is a SOAP fault is a failure', async () => {
  const bench = new Bench();
  const fault =
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>s:Server</faultcode><faultstring>no</faultstring></s:Fault></s:Body></s:Envelope>';
  bench.reaction = (outgoing) => answerTo(outgoing.message, 200, Body.bytes(Buffer.from(fault), 'text/xml'));
  const xml = '<endpoint><address uri="http://a/"/></endpoint>';
  assert.equal(await bench.outcome(bench.make(xml)), 200);
  assert.equal(await bench.outcome(bench.make(xml), message({ FORCE_ERROR_ON_SOAP_FAULT: 'true' })), 500000);
});

test('a WSDL behind an address is read once and names the port’s address', async () => {
  const bench = new Bench();
  const wsdl =
    '<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"><service name="S"><port name="P"><soap:address location="http://real/s"/></port></service></definitions>';
  bench.reaction = ({ message: of, url }) =>
    url.search === '?wsdl' ? answerTo(of, 200, Body.bytes(Buffer.from(wsdl), 'text/xml')) : 200;
  const endpoint = bench.make('<endpoint><wsdl uri="http://a/s?wsdl" service="S" port="P"/></endpoint>');
  await bench.send(endpoint);
  await bench.send(endpoint);
  assert.deepEqual(
    bench.sent.map((s) => s.url),
    ['http://a/s?wsdl', 'http://real/s', 'http://real/s'],
  );
  const inline = bench.make(`<endpoint><wsdl service="S" port="P">${wsdl}</wsdl></endpoint>`);
  await bench.send(inline);
  assert.equal(bench.sent.at(-1)!.url, 'http://real/s');
});

test('basic authentication is sent with every message', async () => {
  const bench = new Bench();
  await bench.send(
    bench.make(
      '<endpoint><http uri-template="http://a/"><authentication><basicAuth><username>u</username><password>{get-property("p")}</password></basicAuth></authentication></http></endpoint>',
    ),
    message({ p: 's' }),
  );
  assert.equal(bench.sent[0]!.headers['Authorization'], `Basic ${btoa('u:s')}`);
});

test('an OAuth token is fetched once, kept until it expires, and fetched again after a 401', async () => {
  const bench = new Bench();
  let tokens = 0;
  let refuse = false;
  bench.reaction = ({ url, message: of }) => {
    if (url.hostname === 'auth')
      return answerTo(
        of,
        200,
        Body.bytes(Buffer.from(`{"access_token":"t${++tokens}","expires_in":100}`), 'application/json'),
      );
    if (!refuse) return 200;
    refuse = false;
    return 401;
  };
  const endpoint = bench.make(
    '<endpoint><http uri-template="http://a/"><authentication><oauth><clientCredentials><clientId>id</clientId><clientSecret>secret</clientSecret><tokenUrl>http://auth/token</tokenUrl></clientCredentials></oauth></authentication></http></endpoint>',
  );
  await Promise.all([bench.send(endpoint), bench.send(endpoint)]);
  assert.equal(tokens, 1);
  assert.match(bench.sent[0]!.body, /grant_type=client_credentials/);
  assert.equal(bench.sent.at(-1)!.headers['Authorization'], 'Bearer t1');
  await bench.clock.advance(100_000);
  await bench.send(endpoint);
  assert.equal(tokens, 2);
  refuse = true;
  assert.equal(await bench.outcome(endpoint), 200);
  assert.equal(bench.sent.at(-1)!.headers['Authorization'], 'Bearer t3');
});

test('a template endpoint fills in its parameters', async () => {
  const bench = new Bench(
    {},
    {
      T: '<endpoint name="$name"><http method="GET" uri-template="$uri/{uri.var.v}"><timeout><duration>$wait</duration></timeout></http></endpoint>',
    },
  );
  const endpoint = bench.make(
    '<endpoint name="E" template="T" uri="http://a"><parameter name="wait" value="42"/></endpoint>',
  );
  await bench.send(endpoint, message({ 'uri.var.v': '1' }));
  assert.deepEqual([bench.sent[0]!.url, bench.sent[0]!.timeoutMs], ['http://a/1', 42]);
  assert.deepEqual(bench.problems, []);
  await assert.rejects(bench.send(bench.make('<endpoint template="none" uri="http://a"/>')), /template/);
});
