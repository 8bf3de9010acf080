import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { read, withoutPlaces, write } from '../try-out.ts';
import { kindOf } from './index.ts';
import type { ApiConfig } from './types.ts';

/** Names as people write them, and worse: quotes, angle brackets, other alphabets. */
const name = fc.string({
  unit: fc.constantFrom('a', 'Z', '9', '_', '.', '-', 'é', '"', '&', '<', "'"),
  minLength: 1,
  maxLength: 12,
});
const word = fc.stringMatching(/^[a-z]{1,8}$/);
const words = fc.uniqueArray(word, { maxLength: 3 });
/** Text of a parameter: blanks at its ends are not kept, and XML in it is XML. */
const text = fc
  .string({ maxLength: 20, unit: fc.constantFrom('a', ' ', '&', '>', '"', '\n', '\t', 'ü', '$', '{') })
  .map((s) => s.trim());
const parameters = fc
  .uniqueArray(fc.tuple(name, text), { selector: ([n]) => n, maxLength: 4 })
  .map((list) => new Map(list));
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });
const remarks = {
  trace: fc.constantFrom(true, undefined),
  statistics: fc.constantFrom(true, undefined),
  description: optional(text.filter((t) => t !== '')),
};
const flow = optional(
  fc.oneof(
    word.map((fixed) => ({ key: { fixed } })),
    optional(name).map((onError) => ({ steps: { steps: [] }, onError })),
  ),
);
const flows = { inSequence: flow, outSequence: flow, faultSequence: flow };

const configs: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  messageStore: fc.record({ name, className: optional(name), parameters, description: remarks.description }),
  messageProcessor: fc.record({
    name,
    className: name,
    messageStore: name,
    targetEndpoint: optional(name),
    parameters,
    description: remarks.description,
  }),
  inboundEndpoint: fc.record({
    name,
    protocol: fc.constantFrom('file', 'jms', 'http', 'KAFKA'),
    className: optional(name),
    sequence: optional(name),
    onError: optional(name),
    suspended: fc.boolean(),
    preserveState: optional(fc.boolean()),
    parameters,
    ...remarks,
  }),
  task: fc.record({
    name,
    className: name,
    group: name,
    pinnedServers: words,
    trigger: fc.oneof(
      fc.constant({ type: 'once' }),
      fc.record({
        type: fc.constant('interval'),
        seconds: fc.integer({ min: 1 }),
        count: optional(fc.integer({ min: 1 })),
      }),
      fc.record({ type: fc.constant('cron'), expression: fc.constantFrom('0 0 1 * * ?', '0/5 * * ? * MON') }),
    ),
    properties: parameters,
  }),
  api: fc.record({
    name,
    context: word.map((w) => `/${w}`),
    version: optional(name),
    versionType: fc.constantFrom('none', 'context', 'url'),
    hostname: optional(word),
    port: optional(fc.integer({ min: 1, max: 65_535 })),
    transports: words,
    ...remarks,
    ...flows,
    resources: fc.array(
      fc.record({
        methods: fc.uniqueArray(fc.constantFrom('GET', 'POST', 'PATCH'), { maxLength: 3 }),
        protocols: words,
        ...flows,
        match: fc.oneof(
          fc.constant({ type: 'default' }),
          fc.record({ type: fc.constantFrom('uri-template', 'url-mapping'), pattern: name }),
        ),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    handlers: fc.array(fc.record({ className: name, properties: parameters }), {
      maxLength: 2,
    }),
  }),
  proxy: fc.record({
    name,
    transports: words,
    startOnLoad: fc.boolean(),
    pinnedServers: words,
    ...remarks,
    parameters,
    target: fc.record({
      ...flows,
      inSequence: word.map((fixed) => ({ key: { fixed } })),
      endpoint: optional(word.map((fixed) => ({ key: { fixed } }))),
    }),
    wsdl: optional(fc.oneof(fc.record({ uri: name }), fc.record({ key: name }), fc.record({ endpoint: name }))),
  }),
  template: fc.record({
    name,
    onError: optional(name),
    parameters: fc.array(fc.record({ name, mandatory: fc.boolean(), defaultValue: optional(name) }), { maxLength: 3 }),
    steps: fc.constant({ steps: [] }),
    endpoint: fc.constant(undefined),
  }),
};

for (const [tag, arbitrary] of Object.entries(configs)) {
  test(`whatever a ${tag} is set to, it reads back as it was written`, () => {
    const kind = kindOf(tag)!;
    fc.assert(
      fc.property(arbitrary, (config) => {
        const again = read(write(kind, config, 0));
        assert.deepEqual(
          again.problems.filter((p) => p.level === 'error'),
          [],
        );
        assert.deepEqual(clean(withoutPlaces(again.config)), clean(withoutPlaces(config)));
      }),
      { numRuns: 60 },
    );
  });
}

/** Absent and undefined mean the same. */
function clean(value: unknown): unknown {
  if (value instanceof Map) return [...value];
  if (Array.isArray(value)) return value.map(clean);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).flatMap(([k, v]) => (v === undefined ? [] : [[k, clean(v)]])));
}

test('a kind is found by its root element whatever the prefix, and has a page of its own', () => {
  assert.equal(read('<x:task xmlns:x="http://ws.apache.org/ns/synapse" name="a"/>').kind.kind, 'task');
  assert.ok(kindOf('task')!.summary.length > 0);
  assert.equal(kindOf('toString'), undefined);
});

const problemsOf = (xml: string): string[] =>
  read(xml).problems.map((p) => `${p.level} ${p.code} ${p.at.line}:${p.at.column} ${p.text}`);

test('an API says what is wrong with its context, its version type, its methods and its resources', () => {
  assert.deepEqual(
    problemsOf(`<api name="a" context="orders" version-type="uri">
  <resource methods="GTE" uri-template="/a" url-mapping="/b"/>
  <resource methods="GET POST" uri-template="/c"/>
  <resource methods="POST" uri-template="/c" url-pattern="/d"/>
  <resouce/>
</api>`),
    [
      'error BAD_VALUE 1:32 "uri" is not one of none, context, url.',
      'error BAD_VALUE 1:15 The context "orders" does not start with a slash.',
      'warning BAD_VALUE 2:27 A resource has either uri-template or url-mapping, not both.',
      'warning BAD_VALUE 2:13 "GTE" is not an HTTP method of an API.',
      'warning UNKNOWN_ATTRIBUTE 4:46 <resource> has no attribute "url-pattern".',
      'warning UNKNOWN_ELEMENT 5:3 <api> has no child <resouce>.',
      'warning DUPLICATE_RESOURCE 4:3 Another resource answers the same path and method.',
    ],
  );
});

test('an API without resources is refused; of what is empty nothing is asked', () => {
  assert.deepEqual(problemsOf('<api name="a" context="/a"/>'), [
    'error MISSING_ELEMENT 1:1 <api> needs at least one <resource>.',
  ]);
  const { config, problems } = read(`<api name="a" context="/a" hostname="" port="" version-type="">
    <resource uri-template="" inSequence="" content-type=""><inSequence><drop/></inSequence></resource></api>`);
  assert.deepEqual(problems, []);
  const api = config as ApiConfig;
  assert.deepEqual([api.hostname, api.port, api.versionType], [undefined, undefined, 'none']);
  const [resource] = api.resources;
  assert.deepEqual([resource?.match.type, resource?.contentType], ['default', undefined]);
  assert.equal(resource?.inSequence?.steps?.steps.length, 1, 'the steps in place, not a sequence without a name');
});

test('a proxy service needs a target that leads somewhere, and is not served without the security it asks for', () => {
  assert.deepEqual(problemsOf('<proxy name="a"/>'), ['error MISSING_ELEMENT 1:1 <proxy> needs a child <target>.']);
  assert.deepEqual(problemsOf('<proxy name="a"><target><outSequence/></target><enableSec/></proxy>'), [
    'error NO_TARGET 1:17 The proxy service sends its messages nowhere.',
    'error UNSUPPORTED_SECURITY 1:48 The proxy service asks for WS-Security, which Gantry does not have.',
  ]);
});

test('a task says what is wrong with its trigger', () => {
  const trigger = (attributes: string): string[] => problemsOf(`<task name="a"><trigger ${attributes}/></task>`);
  assert.match(trigger('interval="0.5"').join(), /BAD_VALUE .*not a whole number of seconds from 1 up/);
  assert.match(trigger('interval="5" count="0"').join(), /count="0" is not a whole number/);
  assert.deepEqual(trigger('interval="5" count="-1"'), []);
  assert.match(trigger('interval="5" cron="0 0 1 * * ?"').join(), /either cron or interval/);
  assert.match(trigger('cron="0 0 1 * *"').join(), /error BAD_CRON .*5 fields/);
  assert.match(trigger('cron="0 0 0 30 2 ?"').join(), /error CRON_NEVER_FIRES/);
  assert.deepEqual(trigger('interval="$SYSTEM:every" count="${configs.n}"'), []);
  assert.deepEqual(trigger('cron="$FILE:when"'), []);
});

test('an inbound endpoint and a message processor name what they miss', () => {
  assert.match(problemsOf('<inboundEndpoint name="a"/>').join(), /needs the attribute "protocol" or "class"/);
  assert.match(read('<inboundEndpoint name="a" protocol="kafak"/>').problems[0]?.hint ?? '', /"kafka"/);
  assert.deepEqual(problemsOf('<messageProcessor name="a"/>').length, 2);
  assert.match(
    problemsOf(
      '<messageProcessor name="a" class="b" messageStore="c"><parameter name="cronExpression">0 0 0 30 2 ?</parameter></messageProcessor>',
    ).join(),
    /CRON_NEVER_FIRES/,
  );
});

test('the text of a local entry is kept to the blank, its description is not part of it', () => {
  const entry = (xml: string): unknown => withoutPlaces(read(xml).config);
  assert.deepEqual(entry('<localEntry key="a">  x &lt; y </localEntry>'), {
    key: 'a',
    value: { type: 'text', text: '  x < y ' },
  });
  assert.deepEqual(entry('<localEntry key="a"><description>why</description>x</localEntry>'), {
    key: 'a',
    description: 'why',
    value: { type: 'text', text: 'x' },
  });
});
