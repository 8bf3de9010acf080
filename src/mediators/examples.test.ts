/** Every example on the reference page, run through the real reader and engine. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Example, ExampleResult } from '../engine/ports.ts';
import { parseJson } from '../message/json.ts';
import type { Message } from '../message/message.ts';
import { parseXml } from '../message/xml/parse.ts';
import { serializeXml } from '../message/xml/serialize.ts';
import { mediators } from './index.ts';
import { tryOut, type TryOut } from './try-out.ts';
import { valueText } from './values.ts';

for (const mediator of mediators) {
  describe(`<${mediator.tag}>`, () => {
    test('has a summary, documented fields and an example', () => {
      assert.match(mediator.summary, /^[A-Z].*\.$/);
      assert.ok(mediator.examples.length > 0);
      for (const [name, field] of Object.entries(mediator.shape))
        assert.match(field.doc, /\.$/, `${name} is documented in a sentence`);
    });
    for (const example of mediator.examples) test(example.title, () => check(example));
  });
}

async function check(example: Example): Promise<void> {
  const done = await tryOut(example.xml, example.given);
  assert.deepEqual(
    done.problems.map((p) => `${p.code} ${p.text}`),
    [],
    'the example reads without problems',
  );
  const then: ExampleResult = typeof example.then === 'string' ? fromText(example.then) : example.then;
  if (then.outcome?.startsWith('fault: ')) return checkFault(then.outcome.slice('fault: '.length), done);
  assert.equal(done.fault?.describe(), undefined);
  assert.equal(done.answer ? 'respond' : done.outcome, then.outcome ?? 'next');
  const message = done.answer ?? done.message;
  if (then.body !== undefined) checkBody(message, then.body);
  if (then.headers) checkValues(new Map([...message.headers].map(([k, v]) => [k.toLowerCase(), v])), then.headers);
  if (then.properties) checkValues(message.properties, then.properties);
  if (then.axis2) checkValues(message.axis2, then.axis2);
  if (then.variables) checkValues(message.variables, then.variables);
}

/** "next", "next: <body>", "fault: CODE { a: b }". */
function fromText(text: string): ExampleResult {
  if (text.startsWith('fault: ')) return { outcome: text as `fault: ${string}` };
  const [outcome, body] = [
    text.split(':', 1)[0]!,
    text.includes(': ') ? text.slice(text.indexOf(': ') + 2) : undefined,
  ];
  return { outcome: outcome as NonNullable<ExampleResult['outcome']>, ...(body === undefined ? {} : { body }) };
}

function checkFault(expected: string, { fault }: TryOut): void {
  const [, code, detail] = /^(\w+)(?:\s*\{(.*)\})?$/.exec(expected)!;
  assert.ok(fault, 'no fault');
  assert.equal(fault.code, code, fault.describe());
  for (const pair of detail?.split(',') ?? []) {
    const [name, value] = pair.split(':').map((part) => part.trim());
    assert.equal(String(fault.detail[name!]), value);
  }
}

function checkBody(message: Message, expected: string): void {
  if (expected.startsWith('<')) {
    const wanted = parseXml(expected);
    const found = wanted.local === 'Envelope' ? message.body.envelope() : message.body.payload();
    assert.equal(found && serializeXml(found), serializeXml(wanted));
  } else if (/^[{[]/.test(expected)) assert.deepEqual(message.body.json(), parseJson(expected));
  else assert.equal(message.body.text(), expected);
}

function checkValues(found: ReadonlyMap<string, unknown>, expected: Readonly<Record<string, string>>): void {
  const texts: Readonly<Record<string, string>> = Object.fromEntries(
    [...found].map(([name, value]) => [name, valueText(value as never)]),
  );
  if (Object.keys(expected).length === 0) assert.deepEqual(texts, {});
  for (const [name, value] of Object.entries(expected)) assert.equal(texts[name], value);
}
