import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fault } from '../../errors.ts';
import { Body } from '../../message/body.ts';
import { emptyEnvironment, type Resource } from '../../message/environment.ts';
import { JsonNumber, parseJson } from '../../message/json.ts';
import { JsonHolder, Message } from '../../message/message.ts';
import { RecordHolder } from '../../message/record.ts';
import { parseXml } from '../../message/xml/parse.ts';
import { compileExpression } from '../compile.ts';
import type { Expression } from '../expression.ts';

const resource: Resource = {
  key: 'gov:/rates.json',
  mediaType: 'application/json',
  bytes: new TextEncoder().encode('{"eur":{"usd":1.08}}'),
  property: (name) => (name === 'owner' ? 'desk 4' : undefined),
};

/** With something in every place an expression can look at. */
export function message(
  body = '{"item":{"name":"Lamp","count":3,"price":9.50,"tags":["a","b","c"]},"at":1,"list":[5,3,8],"nil":null}',
): Message {
  const made = new Message({
    body: Body.bytes(new TextEncoder().encode(body), body.startsWith('<') ? 'application/xml' : 'application/json'),
    environment: {
      ...emptyEnvironment,
      now: () => 1_700_000_000_000,
      config: (name) => (name === 'region' ? 'eu' : undefined),
      secret: (alias) => (alias === 'db' ? 's3cret' : undefined),
      resource: (key) => (key === resource.key ? resource : undefined),
      report: (fault) => void reports.push(fault),
    },
  });
  made.variables.set('text', 'hello');
  made.variables.set('count', 4);
  made.variables.set('ratio', 2.5);
  made.variables.set('two', new JsonHolder(new JsonNumber('2.0')));
  made.variables.set('large', 3_000_000_000n);
  made.variables.set('json', new JsonHolder(parseJson('{"a":[1,{"b":"deep"}],"odd-name":1}')));
  made.variables.set('jsonText', '{"a":[1,{"b":"deep"}]}');
  made.variables.set('xml', parseXml('<p><q>1</q></p>'));
  made.variables.set(
    'answer',
    new RecordHolder(
      new Map<string, Parameters<typeof made.variables.set>[1]>([
        ['payload', parseXml('<who id="7"><name>Ann</name></who>')],
        ['headers', new JsonHolder({ 'Content-Type': 'text/plain' })],
        ['attributes', new JsonHolder({ statusCode: 201 })],
      ]),
    ),
  );
  made.headers.set('X-Trace', 'abc');
  made.properties.set('flag', true);
  made.properties.set('query.param.page', '2');
  made.properties.set('uri.var.id', 'x9');
  made.axis2.set('HTTP_SC', 404);
  made.templateParameters.push(new Map([['who', 'template']]));
  return made;
}

const reports: Fault[] = [];

/** Of what stands between ${ and }. */
export function compile(inner: string): Expression {
  const compiled = compileExpression(`\${${inner}}`);
  assert.ok(compiled.ok, `${inner}: ${compiled.problem?.text}`);
  return compiled.ok;
}

/** The text, or "error: why". */
export function ask(inner: string, asked: Message = message()): string {
  reports.length = 0;
  const text = compile(inner).text(asked);
  const [trouble] = reports;
  if (trouble) assert.equal(text, '', 'what cannot be computed is empty');
  return trouble ? `error: ${trouble.message}` : text;
}

export const error: RegExp = /^error: /;

/** What is claimed, and what bears it out: each expression with its text, or with how its error reads. */
export type Claim = readonly [claim: string, rows: readonly (readonly [source: string, result: string | RegExp])[]];

export function holds(claims: readonly Claim[]): void {
  for (const [claim, rows] of claims) {
    test(claim, () => {
      for (const [source, result] of rows) {
        if (typeof result === 'string') assert.equal(ask(source), result, source);
        else assert.match(ask(source), result, source);
      }
    });
  }
}
