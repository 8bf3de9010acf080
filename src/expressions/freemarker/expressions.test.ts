import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filled, xmlOrder } from './fixtures.ts';

/** Each expression with what FreeMarker 2.3.30 writes for it. */
const cases: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'parts and items': {
    'payload.name': 'Ann',
    'payload["odd-name"]': 'odd',
    'payload.odd\\-name': 'odd',
    'payload.items[0].tags[1]': 'y',
    'payload.name[0..1]': 'An',
    'payload.name[1..*9]': 'nn',
    'payload.list[2..0]?join(",")': 'C,a,b',
    '(1..<4)?join(",")': '1,2,3',
  },
  'what a message brings': {
    'args.arg1': 'one',
    'ctx.flag': 'true',
    'vars.count + 1': '5',
    'axis2.HTTP_METHOD': 'POST',
    'trp["x-trace"]': 'abc',
  },
  'what is missing': {
    'payload.nil!"d"': 'd',
    'payload.nil!': '',
    '(payload.a.b)!"x"': 'x',
    'payload.missing!1+2': '3',
    '(payload.a.b)???c': 'false',
    'payload.name???c': 'true',
    'payload.none?has_content?c': 'false',
  },
  numbers: {
    'payload.n': '1,234,567.891',
    'payload.n?c': '1234567.891',
    '0.0001234': '0',
    '10/3': '3.333',
    '(10/3)?c': '3.333333333333',
    '0.1+0.2': '0.3',
    '7.5%2': '1',
    '-7%3': '-1',
    'payload.n?string("0.00")': '1234567.89',
    'payload.n?string["0.#"]': '1234567.9',
    '0.125?string("0.00")': '0.12',
    '0.125?string("0.00;roundingMode=halfUp")': '0.13',
    '0.5?string.percent': '50%',
    'payload.i?string.currency': '$42.00',
    'payload.neg?round': '-7',
    '2.5?round': '3',
    'payload.neg?floor': '-8',
    'payload.neg?int': '-7',
    '27?lower_abc': 'aa',
  },
  texts: {
    '"a" + payload.n': 'a1,234,567.891',
    '"Dear ${payload.name}!"': 'Dear Ann!',
    'r"raw ${x}"': 'raw ${x}',
    "'it\\'s'": "it's",
    'payload.text?json_string': 'Hello <World> & \\"all\\"',
    "'</a> <!-- --> ]]>'?js_string": '<\\/a> \\x3C!-- --\\> ]]\\>',
    'payload.text?xml': 'Hello &lt;World&gt; &amp; &quot;all&quot;',
    '"a1b22"?replace("([a-z])([0-9]+)","$2$1","r")': '1a22b',
    '"a.b.c"?replace(".","-","f")': 'a-b.c',
    '"ABC"?replace("b","x","i")': 'AxC',
    '"a,b"?split(",")?join("|")': 'a|b',
    '"a-b-c"?keep_before_last("-")': 'a-b',
    '"ab"?right_pad(7,"xyz")': 'abzxyzx',
    '"7"?left_pad(3,"0")': '007',
    "'a1'?matches('([a-z])([0-9])')?groups[1]": 'a',
    '"hello BIG world"?capitalize': 'Hello Big World',
    '"1e3"?number': '1,000',
  },
  'true and false': {
    'payload.ok?c': 'true',
    'payload.ok?string("y","n")': 'y',
    'payload.ok?then("a","b")': 'a',
    '(payload.i == 42 && !payload.nil??)?c': 'true',
    '(payload.i gt 5 || payload.nope)?c': 'true',
    '(1 == 1.0)?c': 'true',
    'payload.i?switch(1,"one",42,"many","other")': 'many',
  },
  'sequences and hashes': {
    'payload.list?sort?join(",")': 'a,b,C',
    'payload.items?sort_by("price")?reverse?map(x -> x.name)?first': 'Desk "L"',
    'payload.items?filter(x -> x.price gt 100)?size': '2',
    'payload.nums?max': '3',
    '(payload.list + ["z"])?join("")': 'baCz',
    'payload.none?join(",","none","!")': 'none',
    'payload.list?seq_index_of("C")': '2',
    'payload.nums?chunk(2)?last?size': '1',
    'payload.map?keys?join(",")': 'k1,k2',
    '({"a":1} + {"b":2})?values?join("")': '12',
  },
  dates: {
    'payload.date?date("yyyy-MM-dd")?string("dd.MM.yyyy")': '05.03.2024',
    '"12:30:45"?time("HH:mm:ss")': '12:30:45 PM',
    '.now?string("yyyy-MM")': '2026-01',
    "(payload.date?date('yyyy-MM-dd') lt '2025-01-01'?date('yyyy-MM-dd'))?c": 'true',
  },
};

for (const [subject, expressions] of Object.entries(cases)) {
  test(`FreeMarker: ${subject}`, () => {
    const made = Object.fromEntries(Object.keys(expressions).map((written) => [written, filled(`\${${written}}`)]));
    assert.deepEqual(made, expressions);
  });
}

test('FreeMarker: XML is walked through step by step', () => {
  const expressions = {
    'payload.order.customer': 'Ann',
    'payload.order.@id': '7',
    'payload.order.item[1].name': 'Chair',
    'payload.order.item?size': '2',
    'payload.order.item?map(i -> i.@n)?join(",")': '1,2',
    'payload.order.nope?has_content?c': 'false',
    'payload.order.nope[0]!"d"': 'd',
    'payload.order.**?size': '5',
    'payload.order.item[0].@@markup': '<item n="1"><name>Lamp</name></item>',
    'payload.order.customer?parent?node_name': 'order',
    'payload.order?parent?node_type': 'document',
  };
  const made = Object.fromEntries(
    Object.keys(expressions).map((written) => [written, filled(`\${${written}}`, xmlOrder)]),
  );
  assert.deepEqual(made, expressions);
  assert.equal(
    filled('<#ftl ns_prefixes={"a":"urn:x"}>${payload["a:r"]["a:v"]}', '<r xmlns="urn:x"><v>1</v></r>'),
    '1',
  );
});

test('FreeMarker: a text payload comes with its markup escaped, an array as a sequence', () => {
  assert.equal(filled('${payload}', 'a < b'), 'a &lt; b');
  assert.equal(filled('<#list payload as p>${p.a}</#list>', '[{"a":1},{"a":2}]'), '12');
});
