import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ApiConfig, ResourceConfig } from '../../artifacts/kinds/types.ts';
import { ApiTable, type ApiMatch } from './api.ts';
import { matchProxy } from './proxy.ts';
import { UriTemplate } from './uri-template.ts';

const resource = (methods: string, match: ResourceConfig['match']): ResourceConfig => ({
  methods: methods === '' ? [] : methods.split(' '),
  match,
  protocols: [],
  inSequence: undefined,
  outSequence: undefined,
  faultSequence: undefined,
  line: 1,
  column: 1,
});
const template = (pattern: string): ResourceConfig['match'] => ({ type: 'uri-template', pattern });
const mapping = (pattern: string): ResourceConfig['match'] => ({ type: 'url-mapping', pattern });
const api = (name: string, context: string, resources: ResourceConfig[], more: Partial<ApiConfig> = {}): ApiConfig => ({
  name,
  context,
  version: undefined,
  versionType: 'none',
  hostname: undefined,
  port: undefined,
  transports: [],
  resources,
  inSequence: undefined,
  outSequence: undefined,
  faultSequence: undefined,
  handlers: [],
  ...more,
});
const ask = (table: ApiTable, method: string, target: string): ApiMatch | undefined =>
  table.match({ method, target, protocol: 'http', host: 'localhost:8290' });
const matched = (table: ApiTable, method: string, target: string): Extract<ApiMatch, { type: 'resource' }> => {
  const found = ask(table, method, target);
  assert.equal(found?.type, 'resource');
  return found;
};

test('a variable takes one segment, a reserved one takes what is left, both decoded', () => {
  assert.deepEqual([...new UriTemplate('/a/{x}/b').match('/a/1%202/b')!], [['x', '1 2']]);
  assert.equal(new UriTemplate('/a/{x}').match('/a/1/2'), undefined);
  assert.equal(new UriTemplate('/a/{+x}').match('/a/1/2')!.get('x'), '1/2');
});

test('a template without a query ignores the query, one with a query demands it', () => {
  assert.ok(new UriTemplate('/orders').match('/orders?limit=1'));
  assert.equal(new UriTemplate('/edit?a={symbol}&b={value}').match('/edit?a=IBM&b=2')!.get('value'), '2');
  assert.equal(new UriTemplate('/edit?a={symbol}').match('/edit'), undefined);
});

test('a star at the end takes whatever follows', () => {
  assert.ok(new UriTemplate('/music*').match('/music/rock?x=1'));
  assert.equal(new UriTemplate('/{id}/item/{n}*').match('/7/item/9/more')!.get('id'), '7');
});

test('expanding encodes values, and keeps reserved characters after a plus', () => {
  assert.equal(
    new UriTemplate('http://h/{a}').expand(() => 'x y/z'),
    'http://h/x%20y%2Fz',
  );
  assert.equal(
    new UriTemplate('http://h/{+a}').expand(() => 'x y/z?q=1'),
    'http://h/x%20y/z?q=1',
  );
  assert.equal(
    new UriTemplate('http://h/{+a}').expand(() => 'a%20b'),
    'http://h/a%20b',
  );
  assert.equal(
    new UriTemplate('http://h/{a}').expand(() => undefined),
    'http://h/',
  );
});

test('the longest context wins, and a context ends at a slash or question mark', () => {
  const table = new ApiTable([
    api('Short', '/a', [resource('', { type: 'default' })]),
    api('Long', '/a/b', [resource('', { type: 'default' })]),
  ]);
  assert.equal(matched(table, 'GET', '/a/b/c').api.name, 'Long');
  assert.equal(matched(table, 'GET', '/a/bc').api.name, 'Short');
  assert.equal(ask(table, 'GET', '/ab'), undefined);
});

test('a path nobody has is 404, a method nobody has is 405 with the methods there are', () => {
  const table = new ApiTable([api('A', '/a', [resource('GET POST', template('/x')), resource('PUT', template('/x'))])]);
  assert.deepEqual(ask(table, 'GET', '/a/y'), {
    type: 'refused',
    api: ask(table, 'GET', '/a/y')!.api,
    status: 404,
    allow: [],
  });
  const refused = ask(table, 'DELETE', '/a/x');
  assert.equal(refused?.type === 'refused' && refused.status, 405);
  assert.deepEqual(refused?.type === 'refused' && refused.allow, ['GET', 'POST', 'PUT']);
});

test('OPTIONS is answered with the methods unless a resource takes it', () => {
  const table = new ApiTable([api('A', '/a', [resource('GET', template('/x')), resource('OPTIONS', template('/y'))])]);
  assert.deepEqual((ask(table, 'OPTIONS', '/a/x') as unknown as { allow: string[] }).allow, ['GET', 'OPTIONS']);
  matched(table, 'OPTIONS', '/a/y');
});

test('exact mappings beat prefixes, prefixes beat extensions, mappings beat templates', () => {
  const table = new ApiTable([
    api('A', '/a', [
      resource('GET', template('/{any}')),
      resource('GET', mapping('/*')),
      resource('GET', mapping('/order/*')),
      resource('GET', mapping('/order/list')),
    ]),
  ]);
  const pattern = (target: string): string =>
    (matched(table, 'GET', target).resource.match as { pattern: string }).pattern;
  assert.equal(pattern('/a/order/list'), '/order/list');
  assert.equal(pattern('/a/order/7'), '/order/*');
  assert.equal(pattern('/a/other'), '/*');
});

test('a version in the url or in the context is part of the path', () => {
  const url = new ApiTable([
    api('A', '/a', [resource('', { type: 'default' })], { version: '1.0', versionType: 'url' }),
  ]);
  matched(url, 'GET', '/a/1.0/x');
  assert.equal(ask(url, 'GET', '/a/x'), undefined);
  const context = new ApiTable([
    api('A', '/a/{version}', [resource('', { type: 'default' })], { version: '2', versionType: 'context' }),
  ]);
  matched(context, 'GET', '/a/2/x');
});

test('query parameters are decoded, and an entry without = belongs to the value before it', () => {
  const table = new ApiTable([api('A', '/a', [resource('', { type: 'default' })])]);
  const { properties, postfix } = matched(table, 'GET', '/a/s?latitude=10&longitude=20&floor&name=a%20b');
  assert.equal(properties.get('query.param.longitude'), '20&floor');
  assert.equal(properties.get('query.param.name'), 'a b');
  assert.equal(properties.has('query.param.floor'), false);
  assert.equal(postfix, '/s?latitude=10&longitude=20&floor&name=a%20b');
});

test('a proxy path may name an operation, carry a postfix or ask for the WSDL', () => {
  const exists = (name: string): boolean => name === 'Quote' || name === 'Quote.v2';
  assert.deepEqual(matchProxy('/services/Quote/a?b=1', exists), { name: 'Quote', postfix: '/a?b=1', wsdl: undefined });
  assert.equal(matchProxy('/services/Quote.v2', exists)?.name, 'Quote.v2');
  assert.equal(matchProxy('/services/Quote.getQuote', exists)?.name, 'Quote');
  assert.equal(matchProxy('/services/Quote?wsdl', exists)?.wsdl, '1.1');
  assert.equal(matchProxy('/services/Nobody', exists), undefined);
});

test('what a template makes of values it finds again', () => {
  const name = fc.constantFrom('/a/{x}', '/a/{x}/b/{y}', '/{x}-{y}', '/s?q={x}', '/a/{x}*');
  // A literal that also occurs in a value ends it too early; percent-encoding keeps the others apart.
  const value = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((text) => !/[-b]/.test(text));
  fc.assert(
    fc.property(name, value, value, (source, x, y) => {
      const template = new UriTemplate(source);
      const target = template.expand((variable) => (variable === 'x' ? x : y)).replace(/\*$/, '');
      const found = template.match(target);
      assert.equal(found?.get('x'), x);
      if (source.includes('{y}')) assert.equal(found?.get('y'), y);
    }),
  );
});
