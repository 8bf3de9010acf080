/** The room in one piece: a group as a user writes it, an outage, a recovery, and the way back into a file. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readInlineEndpoint, writeInlineEndpoint } from '../artifacts/shape/endpoint.ts';
import { ElementReader } from '../artifacts/shape/reader.ts';
import { createVocabulary } from '../artifacts/shape/vocabulary.ts';
import { ElementWriter } from '../artifacts/shape/writer.ts';
import type { Problem } from '../errors.ts';
import { parseXml } from '../message/xml/parse.ts';
import { serializeXml } from '../message/xml/serialize.ts';
import { endpointSpecs } from './index.ts';
import { Bench } from './try-out.ts';

const orders = `
<endpoint name="Orders" xmlns="http://ws.apache.org/ns/synapse">
  <failover>
    <endpoint name="Near">
      <http method="POST" uri-template="http://near/orders">
        <timeout><duration>200</duration><responseAction>fault</responseAction></timeout>
        <markForSuspension><errorCodes>101504</errorCodes><retriesBeforeSuspension>1</retriesBeforeSuspension></markForSuspension>
        <suspendOnFailure><initialDuration>1000</initialDuration><progressionFactor>2</progressionFactor><maximumDuration>3000</maximumDuration></suspendOnFailure>
      </http>
    </endpoint>
    <endpoint name="Far"><address uri="http://far/orders"/></endpoint>
  </failover>
</endpoint>`;

test('an outage of the near endpoint, told by where the messages went', async () => {
  const bench = new Bench();
  const endpoint = bench.make(orders);
  const ask = async (): Promise<string> => `${await bench.outcome(endpoint)} ${bench.hosts()}`;
  assert.equal(await ask(), '200 near');

  // It does not answer: one retry is allowed, then it is left alone for a second, and the far one serves.
  bench.reaction = ({ url }) => (url.hostname === 'near' ? 101504 : 200);
  assert.equal(await ask(), '200 near near far');
  assert.equal(await ask(), '200 far');

  // After that second one message tries it; the failure doubles the rest, and the third time the maximum holds.
  await bench.clock.advance(1_000);
  assert.equal(await ask(), '200 near far');
  await bench.clock.advance(1_999);
  assert.equal(await ask(), '200 far');
  await bench.clock.advance(1);
  assert.equal(await ask(), '200 near far');
  await bench.clock.advance(3_000);

  // It is back: one answer, and everything is as before.
  bench.reaction = () => 200;
  assert.equal(await ask(), '200 near');
  assert.deepEqual(
    endpoint.children.map((child) => child.state),
    ['active', 'active'],
  );
});

/** One of everything, in canonical order. */
const canonical: readonly string[] = [
  '<address uri="http://a/${vars.x}" format="soap11" optimize="mtom" encoding="UTF-8"><enableSec policy="p"/><enableAddressing version="submission" separateListener="true"/><timeout><duration>{get-property(\'t\')}</duration><responseAction>discard</responseAction></timeout><markForSuspension><errorCodes>101504,101505</errorCodes><retriesBeforeSuspension>2</retriesBeforeSuspension><retryDelay>10</retryDelay></markForSuspension><suspendOnFailure><errorCodes>-1</errorCodes><initialDuration>1</initialDuration><progressionFactor>1.5</progressionFactor><maximumDuration>9</maximumDuration></suspendOnFailure><retryConfig><disabledErrorCodes>101503</disabledErrorCodes></retryConfig></address>',
  '<http method="get" uri-template="http://a/{uri.var.x}"><authentication><oauth><clientCredentials><clientId>i</clientId><clientSecret>s</clientSecret><tokenUrl>http://t</tokenUrl><requestParameters><parameter name="scope">a b</parameter></requestParameters></clientCredentials></oauth></authentication></http>',
  '<default format="rest"/>',
  '<wsdl uri="http://a?wsdl" service="S" port="P"/>',
  '<failover dynamic="false"><endpoint key="A"/><endpoint><address uri="http://b"/></endpoint></failover>',
  '<loadbalance algorithm="WeightedRoundRobin" failover="false"><member hostName="h" httpPort="80" httpsPort="443"/></loadbalance>',
  '<recipientlist><endpoints value="{get-property(\'l\')}" max-cache="5"/></recipientlist>',
];

for (const inside of canonical) {
  test(`${/^<\w+/.exec(inside)![0].slice(1)} is written back as it was read`, () => {
    const problems: Problem[] = [];
    const xml = `<endpoint xmlns="http://ws.apache.org/ns/synapse" name="E">${inside}</endpoint>`;
    const element = parseXml(xml, { file: 'e.xml' });
    const reader = new ElementReader(element, {
      file: 'e.xml',
      vocabulary: createVocabulary({ endpoints: endpointSpecs }),
      report: (problem) => void problems.push(problem),
    });
    const read = readInlineEndpoint(element, reader);
    const writer = new ElementWriter('endpoint');
    writeInlineEndpoint(read!, writer);
    assert.equal(serializeXml(writer.element), serializeXml(element));
    assert.deepEqual(
      problems.filter((p) => p.level === 'error'),
      [],
    );
  });
}

test('every kind and field is documented in a sentence', () => {
  for (const spec of endpointSpecs) {
    assert.match(spec.summary, /^[A-Z].*\.$/, spec.tag);
    for (const [name, field] of Object.entries(spec.shape)) assert.match(field.doc, /\.$/, `${spec.tag} ${name}`);
  }
});
