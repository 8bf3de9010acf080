import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Body } from '../message/body.ts';
import { Headers } from '../message/headers.ts';
import { Message } from '../message/message.ts';
import { answerTo, Bench, type Reaction } from './try-out.ts';

const member = (host: string, inside = ''): string =>
  `<endpoint name="${host}"><address uri="http://${host}/">${inside}</address></endpoint>`;
const suspends = (ms: number): string =>
  `<suspendOnFailure><initialDuration>${ms}</initialDuration></suspendOnFailure>`;
/** Hosts that fail with that code. */
const failing =
  (hosts: Record<string, number>) =>
  ({ url }: { url: URL }): Reaction =>
    hosts[url.hostname] ?? 200;

test('failover goes to the next member, with the same body, and back when the first is ready again', async () => {
  const bench = new Bench();
  const group = bench.make(
    `<endpoint name="F"><failover>${member('a', suspends(1_000))}${member('b')}</failover></endpoint>`,
  );
  bench.reaction = failing({ a: 101503 });
  const streamed = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from('once');
  };
  assert.equal(await bench.outcome(group, new Message({ body: Body.stream(streamed(), 'text/plain') })), 200);
  assert.deepEqual(
    bench.sent.map((s) => s.body),
    ['once', 'once'],
  );
  assert.equal(bench.hosts(), 'a b');
  await bench.outcome(group);
  assert.equal(bench.hosts(), 'b');
  await bench.clock.advance(1_000);
  bench.reaction = () => 200;
  await bench.outcome(group);
  assert.equal(bench.hosts(), 'a');
});

test('failover that is not dynamic stays with the member that works', async () => {
  const bench = new Bench();
  const group = bench.make(
    `<endpoint><failover dynamic="false">${member('a', suspends(10))}${member('b')}</failover></endpoint>`,
  );
  bench.reaction = failing({ a: 101503 });
  await bench.outcome(group);
  bench.reaction = () => 200;
  await bench.clock.advance(100);
  await bench.outcome(group);
  assert.equal(bench.hosts(), 'a b b');
});

test('with no member ready the fault is 303000 and names the last failure', async () => {
  const bench = new Bench();
  const group = bench.make(`<endpoint name="F"><failover>${member('a')}${member('b')}</failover></endpoint>`);
  bench.reaction = () => 101503;
  await assert.rejects(bench.send(group), /group: F.*last: 101503/);
  assert.equal(bench.hosts(), 'a b');
  assert.equal(await bench.outcome(group), 303000);
  assert.equal(bench.hosts(), '');
  assert.deepEqual([group.ready, group.state], [false, 'suspended']);
});

test('a member with retries left is tried again before the next one', async () => {
  const bench = new Bench();
  const retries = '<markForSuspension><retriesBeforeSuspension>2</retriesBeforeSuspension></markForSuspension>';
  const group = bench.make(`<endpoint><failover>${member('a', retries)}${member('b')}</failover></endpoint>`);
  bench.reaction = failing({ a: 101504 });
  assert.equal(await bench.outcome(group), 200);
  assert.equal(bench.hosts(), 'a a a b');
});

test('a member that is never suspended is still tried only once for each message', async () => {
  const bench = new Bench();
  const never =
    '<suspendOnFailure><errorCodes>-1</errorCodes></suspendOnFailure><markForSuspension><errorCodes>-1</errorCodes></markForSuspension>';
  const group = bench.make(`<endpoint><failover>${member('a', never)}${member('b', never)}</failover></endpoint>`);
  bench.reaction = () => 101503;
  assert.equal(await bench.outcome(group), 303000);
  assert.equal(await bench.outcome(group), 303000);
  assert.equal(bench.hosts(), 'a b a b');
});

test('an error that forbids the retry ends the search with that error', async () => {
  const bench = new Bench();
  const forbids = '<retryConfig><disabledErrorCodes>101504, 101505</disabledErrorCodes></retryConfig>';
  const group = bench.make(`<endpoint><failover>${member('a', forbids)}${member('b')}</failover></endpoint>`);
  bench.reaction = failing({ a: 101504 });
  assert.equal(await bench.outcome(group), 101504);
  assert.equal(bench.hosts(), 'a');
});

test('with enabled errors only these go on to the next member', async () => {
  const bench = new Bench();
  const enables =
    '<retryConfig><enabledErrorCodes>101503</enabledErrorCodes></retryConfig><suspendOnFailure><errorCodes>-1</errorCodes></suspendOnFailure>';
  const group = bench.make(`<endpoint><failover>${member('a', enables)}${member('b')}</failover></endpoint>`);
  bench.reaction = failing({ a: 101503 });
  assert.equal(await bench.outcome(group), 200);
  bench.reaction = failing({ a: 101500 });
  assert.equal(await bench.outcome(group), 101500);
});

test('members may be keys of other endpoints, whose suspension they share', async () => {
  const bench = new Bench({ A: member('a') });
  const group = bench.make(`<endpoint><failover><endpoint key="A"/>${member('b')}</failover></endpoint>`);
  bench.library.endpoint('A')!.switchOff();
  assert.equal(await bench.outcome(group), 200);
  assert.equal(bench.hosts(), 'b');
});

test('round robin takes each in turn and leaves out who is not ready', async () => {
  const bench = new Bench();
  const group = bench.make(
    `<endpoint><loadbalance>${member('a')}${member('b', suspends(1_000))}${member('c')}</loadbalance></endpoint>`,
  );
  for (let i = 0; i < 4; i++) await bench.outcome(group);
  assert.equal(bench.hosts(), 'a b c a');
  bench.reaction = failing({ b: 101503 });
  for (let i = 0; i < 4; i++) assert.equal(await bench.outcome(group), 200);
  assert.equal(bench.hosts(), 'b c a c a');
});

test('weights say how many in a row', async () => {
  const bench = new Bench();
  const weighted = (host: string, weight: number): string =>
    `<endpoint><address uri="http://${host}/"/><property name="loadbalance.weight" value="${weight}"/></endpoint>`;
  const group = bench.make(
    `<endpoint><loadbalance algorithm="org.apache.synapse.endpoints.algorithms.WeightedRoundRobin">${weighted('a', 1)}${weighted('b', 2)}${weighted('c', 3)}</loadbalance></endpoint>`,
  );
  for (let i = 0; i < 7; i++) await bench.outcome(group);
  assert.equal(bench.hosts(), 'a b b c c c a');
});

test('without failover the fault of the member comes through', async () => {
  const bench = new Bench();
  const group = bench.make(
    `<endpoint><loadbalance failover="false">${member('a')}${member('b')}</loadbalance></endpoint>`,
  );
  bench.reaction = failing({ a: 101503 });
  assert.equal(await bench.outcome(group), 101503);
  assert.equal(await bench.outcome(group), 200);
});

test('<member> takes the path of the message to its host and port', async () => {
  const bench = new Bench();
  const group = bench.make(
    '<endpoint><loadbalance><member hostName="h1" httpPort="81" httpsPort="82"/><member hostName="h2" httpPort="83"/></loadbalance></endpoint>',
  );
  const message = new Message();
  message.addressing.to = 'http://somewhere:9000/services/Q?x=1';
  await bench.send(group, message);
  await bench.send(group, message);
  assert.deepEqual(
    bench.sent.map((s) => s.url),
    ['http://h1:81/services/Q?x=1', 'http://h2:83/services/Q?x=1'],
  );
});

test('an algorithm nobody knows is reported, and round robin used', async () => {
  const bench = new Bench();
  const group = bench.make(
    `<endpoint><loadbalance algorithm="a.b.Fastest">${member('a')}${member('b')}</loadbalance></endpoint>`,
  );
  await bench.send(group);
  await bench.send(group);
  assert.equal(bench.hosts(), 'a b');
  assert.equal(bench.problems[0]?.code, 'BAD_VALUE');
});

test('messages of one http session stay with the member that began it, until it was silent for too long', async () => {
  const bench = new Bench();
  const group = bench.make(
    `<endpoint><session type="http"><sessionTimeout>1000</sessionTimeout></session><loadbalance>${member('a')}${member('b')}</loadbalance></endpoint>`,
  );
  bench.reaction = ({ message }) =>
    answerTo(message, 200, Body.empty(), Headers.from([['Set-Cookie', 'SID=1; Path=/']]));
  const inSession = (): Message => new Message({ headers: Headers.from([['Cookie', 'x=y; SID=1']]) });
  await bench.send(group);
  for (let i = 0; i < 3; i++) await bench.send(group, inSession());
  assert.equal(bench.hosts(), 'a a a a');
  await bench.send(group);
  assert.equal(bench.hosts(), 'b', 'others go on in turn');
  await bench.clock.advance(2_000);
  await bench.send(group, inSession());
  assert.equal(bench.hosts(), 'a');
});

test('a session whose member is down faults with 309001', async () => {
  const bench = new Bench();
  const group = bench.make(
    `<endpoint><session type="simpleClientSession"/><loadbalance>${member('a')}${member('b')}</loadbalance></endpoint>`,
  );
  const envelope =
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header><ClientID xmlns="http://ws.apache.org/ns/synapse">7</ClientID></s:Header><s:Body/></s:Envelope>';
  const inSession = (): Message => new Message({ body: Body.bytes(Buffer.from(envelope), 'text/xml') });
  await bench.send(group, inSession());
  await bench.send(group, inSession());
  assert.equal(bench.hosts(), 'a a');
  group.children[0]!.switchOff();
  assert.equal(await bench.outcome(group, inSession()), 309001);
});

test('a recipient list sends a copy to everyone; one answer is enough', async () => {
  const bench = new Bench();
  const group = bench.make(
    `<endpoint><recipientlist>${member('a')}${member('b')}${member('c')}</recipientlist></endpoint>`,
  );
  bench.reaction = failing({ a: 101503 });
  assert.equal(await bench.outcome(group, new Message({ body: Body.text('hi') })), 200);
  assert.deepEqual(
    bench.sent.map((s) => s.body),
    ['hi', 'hi', 'hi'],
  );
  bench.hosts();
  bench.reaction = () => 101503;
  assert.equal(await bench.outcome(group), 303000);
  assert.equal(bench.hosts(), 'b c', 'the suspended one is left out');
});

test('recipients may be computed', async () => {
  const bench = new Bench();
  const group = bench.make(
    `<endpoint><recipientlist><endpoints value="{get-property('list')}" max-cache="2"/></recipientlist></endpoint>`,
  );
  const message = new Message();
  message.properties.set('list', 'http://a/, http://b/');
  assert.equal(await bench.outcome(group, message), 200);
  assert.equal(bench.hosts(), 'a b');
});
