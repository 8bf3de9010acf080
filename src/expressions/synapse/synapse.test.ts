import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import type { Fault } from '../../errors.ts';
import { Body } from '../../message/body.ts';
import { emptyEnvironment, type Resource } from '../../message/environment.ts';
import { JsonNumber, parseJson } from '../../message/json.ts';
import { JsonHolder, Message } from '../../message/message.ts';
import { RecordHolder } from '../../message/record.ts';
import { parseXml } from '../../message/xml/parse.ts';
import { XmlElement } from '../../message/xml/tree.ts';
import { compileExpression } from '../compile.ts';
import type { Expression } from '../expression.ts';

const resource: Resource = {
  key: 'gov:/rates.json',
  mediaType: 'application/json',
  bytes: new TextEncoder().encode('{"eur":{"usd":1.08}}'),
  property: (name) => (name === 'owner' ? 'desk 4' : undefined),
};

function message(
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

function compile(inner: string): Expression {
  const compiled = compileExpression(`\${${inner}}`);
  assert.ok(compiled.ok, `${inner}: ${compiled.problem?.text}`);
  return compiled.ok;
}

/** The text, or "error: why". */
function ask(inner: string, asked: Message = message()): string {
  reports.length = 0;
  const text = compile(inner).text(asked);
  const [trouble] = reports;
  if (trouble) assert.equal(text, '', 'what cannot be computed is empty');
  return trouble ? `error: ${trouble.message}` : text;
}

const error = /^error: /;

const expected: readonly (readonly [
  claim: string,
  rows: readonly (readonly [source: string, result: string | RegExp])[],
])[] = [
  [
    'the payload, variables, headers, properties, parameters and configs are at hand',
    [
      ['payload.item.name', 'Lamp'],
      ['$.item["name"]', 'Lamp'],
      ["payload['item'].count", '3'],
      ['payload.item.price', '9.50'],
      ['vars.text', 'hello'],
      ['var.text', 'hello'],
      ['variables["text"]', 'hello'],
      ['vars."text"', 'hello'],
      ['headers.X-Trace', 'abc'],
      ['headers["x-trace"]', 'abc'],
      ['props.synapse.flag', 'true'],
      ['properties.axis2["HTTP_SC"]', '404'],
      ['params.queryParams.page', '2'],
      ['params.pathParams.id', 'x9'],
      ['params.functionParams.who', 'template'],
      ['configs.region', 'eu'],
    ],
  ],
  [
    'what is not there is empty and reported',
    [
      ['payload.none', error],
      ['vars.none', /the variable none is not defined/],
      ['headers.None', error],
      ['props.synapse.none', error],
      ['configs.none', error],
      ['payload.nil', ''],
      ['vars.text.more', error],
      ['vars.xml.q', /use xpath\(\)/],
    ],
  ],
  [
    'variables are looked into, be they JSON, text that is JSON, or what a connector left',
    [
      ['vars.json.a[1].b', 'deep'],
      ['vars.json["a"][0]', '1'],
      ['vars.json.odd-name', '1'],
      ['vars.jsonText.a[1].b', 'deep'],
      ['vars.json..b', '["deep"]'],
      ['vars.answer.attributes.statusCode', '201'],
      ['vars.answer.headers["Content-Type"]', 'text/plain'],
      ['vars.answer.attributes', '{"statusCode":201}'],
      ['vars.answer.payload', '<who id="7"><name>Ann</name></who>'],
      ['vars.answer.none', error],
    ],
  ],
  [
    'brackets take expressions, lists and slices',
    [
      ['payload.item.tags[payload.at]', 'b'],
      ['payload.item.tags[payload.at + 1]', 'c'],
      ['payload.item.tags[-1]', 'c'],
      ['payload.item.tags[payload.at, 0]', '["b","a"]'],
      ['payload.item.tags[payload.at:]', '["b","c"]'],
      ['payload.item.tags[:payload.at]', '["a"]'],
      ['payload.item.tags.[0]', 'a'],
      ['payload.item["na" + "me"]', 'Lamp'],
      ['payload.item[vars.text]', error],
      ['payload.item.tags[vars.ratio:]', error],
    ],
  ],
  [
    'filters may ask the message too, and $ in them is the payload',
    [
      ['payload.list[?(@ > payload.item.count)]', '[5,8]'],
      ['payload.list[?(@ > vars.count)]', '[5,8]'],
      ['payload.list[?(@ > $.item.count && @ < 8)]', '[5]'],
      ['payload.list[(@ == 5)]', '[5]'],
      ['payload.list[?(@ in [3, vars.count])]', '[3]'],
      ['payload.list[?(@ > length(vars.text))]', '[8]'],
      ['true ? 1 : payload.list[(@."length"-1)]', '1'],
      ['payload.list[(@.length-1)]', '[]'],
      ['payload.list[(@.length * 1)]', error],
      ['payload.list[?(@ > vars.none)]', error],
    ],
  ],
  [
    'ints stay ints, doubles stay doubles, and overflow becomes a long',
    [
      ['1 + 2', '3'],
      ['1 + 2.0', '3.0'],
      ['8.89 + 0.12', '9.01'],
      ['7 - 10', '-3'],
      ['5-3', '2'],
      ['2147483647 + 1', '2147483648'],
      ['100000 * 100000', '10000000000'],
      ['1.5 * 2', '3.0'],
      ['9 / 3', '3'],
      ['7 / 2', '3.5'],
      ['1.0 / 3', '0.3'],
      ['30000000000 / 3', '1.0E10'],
      ['7 % 4', '3'],
      ['-7 % 4', '-3'],
      ['vars.two + 1', '3.0'],
      ['vars.large + 1', '3000000001'],
      ['vars.count * vars.ratio', '10.0'],
      ['payload.item.count * 2', '6'],
      ['-vars.count', '-4'],
      ['9223372036854775807 + 1', '-9223372036854775808'],
      ['1 / 0', /division by zero/],
      ['1.5 % 0', /division by zero/],
    ],
  ],
  [
    'text is joined with text only, and the message names the types',
    [
      ['vars.text + " you"', 'hello you'],
      ['"a" + 1', /\+ cannot be used between string and int/],
      ['payload.item + 1', /between object and int/],
      ['null + 1', /between null and int/],
      ['true * 2', /between boolean and int/],
      ['payload.list - 1.5', /between array and double/],
    ],
  ],
  [
    'equality compares what is shown, order compares numbers',
    [
      ['5 == "5"', 'true'],
      ['5 == 5.0', 'false'],
      ['payload.item.price == 9.5', 'false'],
      ['payload.nil == null', 'true'],
      ['payload.item != null', 'true'],
      ['payload.item == payload.item', 'true'],
      ['9.5 > 9', 'true'],
      ['vars.large >= 3000000000', 'true'],
      ['"b" > "a"', error],
      ['null < 1', error],
    ],
  ],
  [
    'comparison binds looser than and/or, which bind from right to left on one level',
    [
      // (false and (false or true)), where the usual precedence gives true.
      ['false and false or true', 'false'],
      // true == (true and false), where the usual precedence gives false.
      ['true == true and false', 'false'],
      ['false == true and false', 'true'],
      // 5 > (1 and 3) > 2
      ['5 > 1 and 3 > 2', error],
      ['(5 > 1) and (3 > 2)', 'true'],
      ['true && !false || false', 'true'],
      ['1 < 2 == true', 'true'],
      ['true or 5', error],
      ['1 + 2 * 3 - 4 / 2', '5'],
      ['(1 + 2) * 3', '9'],
    ],
  ],
  [
    'a condition needs a boolean and computes only its branch',
    [
      ['5 > 3 ? "yes" : "no"', 'yes'],
      ['false ? 1 : true ? 2 : 3', '2'],
      ['true ? vars.text : vars.none', 'hello'],
      ['"true" ? 1 : 2', /not boolean/],
      ['exists(payload.none) ? payload.none : "none"', 'none'],
      ['not(exists(vars.text))', 'false'],
    ],
  ],
  [
    'string functions',
    [
      ['length(vars.text)', '5'],
      ['length(payload.list)', '3'],
      ['length(5)', error],
      ['toUpper(payload.item.name) + toLower("X")', 'LAMPx'],
      ['toUpper(payload.item.count)', '3'],
      ['toUpper(3)', error],
      ['subString("abcdef", 2)', 'cdef'],
      ['subString("abcdef", 1, 3)', 'bc'],
      ['subString("abc", 2, 9)', error],
      ['startsWith(vars.text, "he")', 'true'],
      ['endsWith(vars.text, "lo")', 'true'],
      ['contains(vars.text, "ell")', 'true'],
      ['contains(5, "5")', error],
      ['trim("  a b ")', 'a b'],
      ['replace("a.b.c", ".", "$&")', 'a$&b$&c'],
      ['split("a1b22c", "[0-9]+")', '["a","b","c"]'],
      ['split("a,b,,", ",")', '["a","b"]'],
      ['split("abc", "")[1]', 'b'],
      ['indexOf("banana", "an")', '1'],
      ['indexOf("banana", "an", 2)', '3'],
      ['indexOf("banana", "x")', '-1'],
      ['charAt("abc", 1)', 'b'],
      ['charAt("abc", 3)', error],
      ['"a\\"b\\u0041\\n" + \'it\\\'s\'', 'a"bA\nit\'s'],
    ],
  ],
  [
    'math functions',
    [
      ['abs(-3)', '3'],
      ['abs(-3.5)', '3.5'],
      ['ceil(2.1)', '3.0'],
      ['floor(-2.1)', '-3.0'],
      ['floor(7)', '7'],
      ['round(2.5)', '3'],
      ['round(-2.5)', '-2'],
      ['round(2.345, 2)', '2.35'],
      ['round(7, 2)', '7'],
      ['round(2.5, 0)', error],
      ['round(30000000000.5)', '2147483647'],
      ['sqrt(16)', '4.0'],
      ['pow(2, 10)', '1024.0'],
      ['log(1000)', '3.0'],
      ['log(8, 2)', '3.0'],
      ['sqrt("16")', error],
    ],
  ],
  [
    'types are asked for and changed',
    [
      ['isString(vars.text)', 'true'],
      ['isNumber(payload.item.price)', 'true'],
      ['isNumber("5")', 'false'],
      ['isArray(payload.list)', 'true'],
      ['isArray("[1]")', 'true'],
      ['isObject(vars.jsonText)', 'true'],
      ['isObject(payload.list)', 'false'],
      ['isString(null)', error],
      ['integer("42") + 1', '43'],
      ['integer("4.2")', error],
      ['float("4") + 1', '5.0'],
      ['float("x")', error],
      ['boolean("TRUE")', 'true'],
      ['boolean(1)', 'false'],
      ['string(payload.list)', '[5,3,8]'],
      ['string(5) + "!"', '5!'],
      ['object(vars.jsonText).a[1].b', 'deep'],
      ['array("[1,2]")[0]', '1'],
      ['object("no")', error],
      ['[1, "a", 2.50, payload.list]', '[1,"a",2.50,[5,3,8]]'],
    ],
  ],
  [
    'codecs, dates, registry and secrets',
    [
      ['base64encode("hé")', 'aMOp'],
      ['base64encode("hé", "ISO-8859-1")', 'aOk='],
      ['base64encode("a", "nonsense")', error],
      ['base64decode("aMOp")', 'hé'],
      ['base64decode("%%")', error],
      ['urlEncode("a b*&")', 'a%20b%2A%26'],
      ['urlDecode("a%20b+c")', 'a b c'],
      ['urlDecode("%")', error],
      ['now()', '1700000000000'],
      ['formatDateTime("2024-03-05", "yyyy-MM-dd", "d MMMM yy")', '5 March 24'],
      ['formatDateTime("2024-03-05 16:07:08", "yyyy-MM-dd HH:mm:ss", "h:mm a")', '4:07 PM'],
      ['formatDateTime("16:07", "HH:mm", "HHmmss")', '160700'],
      ['formatDateTime("16:07", "HH:mm", "yyyy")', error],
      ['formatDateTime("x", "yyyy", "yyyy")', error],
      ['registry("gov:/rates.json").eur.usd', '1.08'],
      ['registry("gov:/rates.json").property("owner")', 'desk 4'],
      ['registry("gov:/none")', error],
      ['wso2-vault("db")', 's3cret'],
      ['wso2-vault("none")', error],
    ],
  ],
  [
    'xpath asks the envelope or the XML in a variable',
    [
      ['xpath("//name/text()", "answer.payload")', 'Ann'],
      ['xpath("/who/@id", "answer.payload")', '7'],
      ['xpath("//q", "xml")', '1'],
      ['xpath("//q", "none")', ''],
      ['xpath("//q", "answer.headers")', ''],
      ['xpath("/" + "/q", "xml")', '1'],
      ['xpath("//item/name") + "!"', 'Lamp!'],
      ['xpath("count(//tags)")', '3.0'],
      ['xpath("//" + "[")', error],
    ],
  ],
];

suite('${...} expressions', () => {
  for (const [claim, rows] of expected) {
    test(claim, () => {
      for (const [source, result] of rows) {
        if (typeof result === 'string') assert.equal(ask(source), result, source);
        else assert.match(ask(source), result, source);
      }
    });
  }

  test('now() is formatted in the time zone of the process', () => {
    const year = new Date(1_700_000_000_000).getFullYear();
    assert.equal(ask('formatDateTime(now(), "yyyy")'), String(year));
  });

  test('values keep their type for those who want them', () => {
    const asked = message();
    const value = (inner: string): unknown => compile(inner).evaluate(asked);
    assert.equal(value('1 + 1'), 2);
    assert.equal(value('"1"'), '1');
    assert.equal(value('1 == 1'), true);
    assert.equal(value('payload.nil'), null);
    assert.equal(value('payload.none'), null);
    assert.equal(value('1.5 + 1'), 2.5);
    assert.deepEqual(value('1.5 + 1.5'), new JsonHolder(new JsonNumber('3.0')));
    assert.deepEqual(value('payload.list'), new JsonHolder([5, 3, 8]));
    assert.ok(value('vars.xml') instanceof XmlElement);
    assert.equal((value('xpath("//tags")') as readonly unknown[]).length, 3);
  });

  test('a condition is true only for true', () => {
    const asked = message();
    for (const [inner, truth] of [
      ['5 > 3', true],
      ['"TRUE"', true],
      ['"yes"', false],
      ['payload.none', false],
      ['1', false],
    ] as const) {
      assert.equal(compile(inner).test(asked), truth, inner);
    }
  });

  test('an XML payload is asked as JSON, and as a whole is XML', () => {
    const xml = message('<order><id>5</id></order>');
    assert.equal(ask('payload.order.id', xml), '5');
    assert.equal(ask('payload', xml), '<order><id>5</id></order>');
    assert.equal(ask('xpath("//id")', xml), '5');
  });

  test('only what looks into the body needs it', () => {
    for (const [inner, needed] of [
      ['payload', true],
      ['vars.a[payload.b]', true],
      ['length($.a)', true],
      ['xpath("//a")', true],
      ['vars.list[?(@.a == payload.b)]', true],
      ['xpath("//a", "v")', false],
      ['xpath("$ctx:a")', false],
      ['vars.payload', false],
      ['headers.a + props.synapse.payload', false],
    ] as const) {
      assert.equal(compile(inner).needsBody, needed, inner);
    }
  });

  test('what the message lacks never reaches the prototype of anything', () => {
    for (const source of [
      'payload.constructor',
      'payload.list.length',
      'vars.json.__proto__',
      'vars.answer.toString',
    ]) {
      assert.match(ask(source), error, source);
    }
  });

  test('numbers written in an expression come out as they went in, and sums of ints are exact', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (a, b) => {
        assert.equal(ask(`${a}`), String(a));
        assert.equal(ask(`(${a}) + (${b})`), String(a + b));
        assert.equal(ask(`(${a}) - (${b}) + (${b})`), String(a));
      }),
      { numRuns: 50 },
    );
  });

  test('a text survives being written in either kind of quotes', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('"', "'"), (text, quote) => {
        const written = quote + text.replace(/[\\"']/g, '\\$&') + quote;
        assert.equal(ask(written), text);
      }),
    );
  });
});

suite('${...} expressions that are none', () => {
  test('the problem says where and what would be right', () => {
    const problems: [inner: string, offset: number, text: RegExp, hint?: RegExp][] = [
      ['', 0, /ends too early/],
      ['payload.a +', 11, /ends too early/],
      ['(1 + 2', 6, /expected "\)" after the part in parentheses/],
      ['lengh("a")', 0, /no function lengh\(\)/, /Did you mean length\?/],
      ['paylod.a', 0, /"paylod" is not known/, /Did you mean payload\?/],
      ['a = 1', 0, /"a" is not known/],
      ['vars.a = 1', 7, /single =/, /==/],
      ['vars.', 5, /expected a name/],
      ['vars', 4, /expected a name/, /vars\.name/],
      ['props.sinapse.x', 6, /props\.sinapse is not known/, /Did you mean synapse\?/],
      ['payload.a payload.b', 10, /unexpected "payload"/, /operator/],
      ['true ? 1', 8, /expected ":"/],
      ['length("a"', 10, /expected ","/],
      ['payload.a[', 10, /ends too early/],
      ['xpath("//a[")', 0, /"\/\/a\[" is no XPath: the expression ends too early/],
    ];
    for (const [inner, offset, text, hint] of problems) {
      const { problem } = compileExpression(`\${${inner}}`);
      assert.ok(problem, inner);
      assert.match(problem.text, text, inner);
      assert.equal(problem.offset, offset + 2, inner);
      if (hint) assert.match(problem.hint ?? '', hint, inner);
    }
  });

  test('no text whatever makes the compiler or an evaluation throw', () => {
    const token = fc.constantFrom(
      ...'payload vars.a $ . .. [ ] ( ) ? : @ * + - / % == > and or ! "x" 1 2.5 null true length( xpath( , not( == [?('.split(
        ' ',
      ),
    );
    const inner = fc.oneof(
      fc.string(),
      fc.array(token, { maxLength: 12 }).map((t) => t.join(' ')),
    );
    const asked = message();
    fc.assert(
      fc.property(inner, (text) => {
        const { ok, problem } = compileExpression(`\${${text}}`);
        assert.ok((ok === undefined) !== (problem === undefined));
        ok?.text(asked);
      }),
      { numRuns: 400 },
    );
  });

  test('nesting and length are limited instead of exhausting the stack', () => {
    assert.match(compileExpression(`\${${'('.repeat(50_000)}}`).problem!.text, /nested too deeply/);
    assert.match(compileExpression(`\${${'!'.repeat(50_000)}true}`).problem!.text, /nested too deeply/);
    assert.match(compileExpression(`\${1${'+1'.repeat(50_000)}}`).problem!.text, /too many operators/);
  });
});
