import assert from 'node:assert/strict';
import { PassThrough, Readable } from 'node:stream';
import { test } from 'node:test';
import { runEval } from './eval.ts';

/** The lines that come out for the lines that go in. */
async function run(...lines: readonly (string | object)[]): Promise<unknown[]> {
  const output = new PassThrough();
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  assert.equal(await runEval(Readable.from([text]), output), 0);
  output.end();
  let out = '';
  for await (const chunk of output) out += String(chunk);
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}

test('every line is answered in order, with the text of its value', async () => {
  const payload = '{"a":{"b":[1,2]},"s":"x"}';
  assert.deepEqual(
    await run(
      { id: 1, expression: 'payload.a', payload },
      { id: 'two', expression: '${payload.s + vars.v}', payload, variables: { v: 'y' } },
      { id: 3, expression: 'json-eval($.a.b[1])', payload },
      { id: 4, expression: '//i', payload: '<o><i>5</i></o>', contentType: 'application/xml' },
      { id: 5, expression: 'payload.k', payload: { k: true } },
      '',
      { id: 6, expression: 'vars.n + 0.5', variables: { n: 2 } },
    ),
    [
      { id: 1, value: '{"b":[1,2]}' },
      { id: 'two', value: 'xy' },
      { id: 3, value: '2' },
      { id: 4, value: '5' },
      { id: 5, value: 'true' },
      { id: 6, value: '2.5' },
    ],
  );
});

test('properties, headers, parameters and XML variables are given with the line', async () => {
  const given = {
    properties: { p: 'q', axis2: { HTTP_SC: 200 } },
    headers: { 'X-A': '1' },
    params: { queryParams: { page: '2' }, pathParams: { id: '3' }, functionParams: { f: '4' } },
    variables: { x: { $xml: '<a><b>5</b></a>' }, r: { payload: { $xml: '<a><b>6</b></a>' }, n: { k: 7 } } },
  };
  const expressions = [
    'props.synapse.p + props.axis2.HTTP_SC',
    'headers.x-a',
    'params.queryParams.page + params.pathParams.id + params.functionParams.f',
    'xpath("//b", "x") + xpath("//b", "r.payload")',
    'vars.r.n.k',
  ];
  const answers = await run(...expressions.map((expression, id) => ({ id, expression, ...given })));
  assert.deepEqual(
    answers,
    ['q200', '1', '234', '56', '7'].map((value, id) => ({ id, value })),
  );
});

test('a line that cannot be read or computed is an error and the rest goes on', async () => {
  const answers = await run(
    'not json',
    '[]',
    { id: 1 },
    { id: 2, expression: '1 +' },
    { id: 3, expression: 'vars.none' },
    {
      id: 4,
      expression: 'payload.a',
      payload: '{',
    },
    { id: 5, expression: '1' },
  );
  assert.deepEqual(
    (answers as { id: unknown; error?: string }[]).map(({ id, error }) => [id, error !== undefined]),
    [
      [null, true],
      [null, true],
      [1, true],
      [2, true],
      [3, true],
      [4, true],
      [5, false],
    ],
  );
  assert.match((answers as { error: string }[])[3]!.error, /ends too early at character 6/);
});
