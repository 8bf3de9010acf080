import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tryOut } from '../try-out.ts';

test('every scope keeps its own properties', async () => {
  const scopes = ['default', 'axis2', 'axis2-client', 'operation'];
  const flow = scopes.map((scope) => `<property name="p" value="${scope}" scope="${scope}"/>`).join('');
  const { message } = await tryOut(flow);
  assert.equal(message.properties.get('p'), 'default');
  assert.equal(message.axis2.get('p'), 'axis2');
  assert.equal(message.axis2Client.get('p'), 'axis2-client');
  assert.equal(message.conversation.operation.get('p'), 'operation');
  const removed = await tryOut(
    scopes.map((scope) => `<property name="p" scope="${scope}" action="remove"/>`).join(''),
    message,
  );
  assert.equal(removed.message.axis2.has('p') || removed.message.properties.has('p'), false);
});

test('typed values are values of that type', async () => {
  const { message } = await tryOut(
    '<property name="i" value="5" type="INTEGER"/><property name="b" value="TRUE" type="BOOLEAN"/>' +
      '<property name="l" value="9223372036854775807" type="LONG"/><property name="d" value="1.5" type="DOUBLE"/>',
  );
  assert.deepEqual([...message.properties.values()], [5, true, 9223372036854775807n, 1.5]);
});

test('a fixed value that does not fit its type is found at load', async () => {
  const { problems } = await tryOut('<property name="n" value="many" type="INTEGER"/>');
  assert.deepEqual(
    problems.map((p) => [p.code, p.level, p.at.column > 1]),
    [['BAD_VALUE', 'error', true]],
  );
});

test('an action Synapse does not know counts as set, with a warning', async () => {
  const { problems, message } = await tryOut('<property name="p" value="1" action="add"/>');
  assert.deepEqual(
    problems.map((p) => [p.code, p.level]),
    [['BAD_VALUE', 'warning']],
  );
  assert.equal(message.properties.get('p'), '1');
});

test('a property without a value is found at load; an empty value is one', async () => {
  assert.deepEqual(
    (await tryOut('<property name="n"/>')).problems.map((p) => p.code),
    ['MISSING_ATTRIBUTE'],
  );
  const empty = await tryOut('<property name="n" value=""/>');
  assert.deepEqual(empty.problems, []);
  assert.equal(empty.message.properties.get('n'), '');
});

test('a pattern that does not match leaves an empty text', async () => {
  const { message } = await tryOut(
    '<property name="n" value="abc" pattern="x.*" group="0"/><property name="m" value="abc" pattern="a(.)c" group="3"/>',
  );
  assert.deepEqual([...message.properties.values()], ['', '']);
});

test('messageType changes the content type too', async () => {
  const { message } = await tryOut('<property name="messageType" value="application/json" scope="axis2"/>', '<a/>');
  assert.equal(message.axis2.get('ContentType'), 'application/json');
  assert.equal(message.headers.get('content-type'), 'application/json');
});

test('each message gets an element of its own', async () => {
  const flow =
    '<property name="p" type="OM"><q xmlns=""/></property><property name="o" type="OM" expression="get-property(\'p\')"/>';
  const { message } = await tryOut(flow);
  assert.notEqual(message.properties.get('p'), message.properties.get('o'));
});

test('the registry cannot be written to: a warning at load, a fault when it is tried', async () => {
  const done = await tryOut('<property name="conf:x" value="1" scope="registry"/>');
  assert.deepEqual(
    done.problems.map((p) => [p.code, p.level]),
    [['NOT_SUPPORTED', 'warning']],
  );
  assert.equal(done.fault?.code, 'NOT_SUPPORTED');
});

test('the scope and action words may be written in any case; a wrong one is named with the right ones', async () => {
  const { problems } = await tryOut(
    '<property name="n" value="1" scope="Axis2"/><property name="n" value="1" scope="axs2"/>',
  );
  assert.deepEqual(
    problems.map((p) => p.hint),
    ['Did you mean "axis2"?'],
  );
});

test('an expression that asks for what is not there leaves a property as it was; one that finds no nodes empties it', async () => {
  const set = '<property name="p" value="before"/>';
  const then = async (expression: string): Promise<unknown> =>
    (await tryOut(`${set}<property name="p" expression="${expression}"/>`, '<r/>')).message.properties.get('p');
  assert.equal(await then("get-property('absent')"), 'before');
  assert.equal(await then('$trp:Absent'), 'before');
  assert.equal(await then('//absent'), '');
  const header = await tryOut('<property name="X" scope="transport" expression="$ctx:absent"/>');
  assert.equal(header.message.headers.get('X'), '');
});

test('a roll-back that was asked for outlives the axis2 properties of the message', async () => {
  const asked = '<property name="SET_ROLLBACK_ONLY" value="true" scope="axis2"/>';
  const { message } = await tryOut(asked);
  assert.equal(message.conversation.operation.get('SET_ROLLBACK_ONLY'), 'true');
  const undone = await tryOut(`${asked}<property name="SET_ROLLBACK_ONLY" scope="axis2" action="remove"/>`);
  assert.equal(undone.message.conversation.operation.has('SET_ROLLBACK_ONLY'), false);
});
