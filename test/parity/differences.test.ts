/** Where Gantry does not do what WSO2 MI does, and why. Rows that can be tried here are tried: one that passes must leave. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { serve, soap } from './house.ts';

const rows = readFileSync(new URL('differences.csv', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => [...line.matchAll(/"((?:[^"]|"")*)"|([^,"]+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? ''));

test('every difference says what, ours, theirs and the reason, once', () => {
  const [head, ...others] = rows;
  assert.deepEqual(head, ['what', 'ours', 'theirs', 'reason']);
  for (const row of others) {
    assert.equal(row.length, 4, row.join(' | '));
    assert.ok(
      row.every((cell) => cell.trim() !== ''),
      row.join(' | '),
    );
    assert.notEqual(row[1], row[2], `${row[0]} is no difference: the row must leave`);
  }
  assert.equal(new Set(others.map(([what]) => what)).size, others.length);
});

const ns = 'xmlns="http://ws.apache.org/ns/synapse"';
const api = (name: string, steps: string, out = ''): string =>
  `<api ${ns} name="${name}" context="/${name}"><resource methods="POST"><inSequence>${steps}</inSequence>${out}</resource></api>`;

/** The row, and the answer that keeps it in the list. */
const tried: readonly (readonly [what: string, steps: string, out: string, status: number, body: RegExp])[] = [
  ['a fault that nothing handles', '<call><endpoint key="missing"/></call>', '', 500, /ENDPOINT_NOT_FOUND/],
  [
    'an out sequence that never sends',
    '<send><endpoint><address uri="BACKEND/echo"/></endpoint></send>',
    '<outSequence><log/></outSequence>',
    202,
    /^$/,
  ],
  ['a message without any address to send to', '<send/>', '', 500, /address/],
  [
    'messageType application/soap+xml for a body without an envelope',
    '<property name="messageType" value="application/soap+xml" scope="axis2"/><respond/>',
    '',
    200,
    /2003\/05\/soap-envelope/,
  ],
  [
    'enrich with action remove on XML',
    '<enrich><source xpath="//b"/><target action="remove" type="body"/></enrich><respond/>',
    '',
    200,
    /^<a\/>$/,
  ],
  [
    "get-property('To') while nothing has looked into the body",
    '<property name="X-To" expression="get-property(\'To\')" scope="transport"/><filter xpath="//b"><then/></filter><respond/>',
    '',
    200,
    /<b\/>/,
  ],
  [
    'property with scope registry',
    '<property name="conf:/a" value="1" scope="registry"/><respond/>',
    '',
    500,
    /NOT_SUPPORTED/,
  ],
];

test('the differences that can be tried are still there', async () => {
  const files = Object.fromEntries(
    tried.map(([, steps, out], i) => [`synapse-configs/default/api/d${i}.xml`, api(`d${i}`, steps, out)]),
  );
  await using house = await serve(files);
  for (const [i, [what, , , status, body]] of tried.entries()) {
    assert.ok(
      rows.some(([row]) => row === what),
      `"${what}" is tried here but is not in the list`,
    );
    const answer = await house.ask(`/d${i}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/xml' },
      body: '<a><b/></a>',
    });
    assert.equal(answer.status, status, `${what}: ${answer.body}`);
    assert.match(answer.body, body, what);
  }
});

test('a proxy service that asks for WS-Security is not served', async () => {
  const secured = `<proxy ${ns} name="Safe"><target><inSequence><respond/></inSequence></target><enableSec/></proxy>`;
  await using house = await serve({ 'synapse-configs/default/proxy-services/Safe.xml': secured });
  const headers = { 'Content-Type': 'text/xml', SOAPAction: '"urn:a"' };
  const { status } = await house.ask('/services/Safe', { method: 'POST', headers, body: soap('<a/>') });
  assert.equal(status, 404);
});
