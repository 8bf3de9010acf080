import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { Body } from '../../message/body.ts';
import { emptyEnvironment } from '../../message/environment.ts';
import { JsonHolder, Message } from '../../message/message.ts';
import { parseXml } from '../../message/xml/parse.ts';
import { compileExpression } from '../compile.ts';
import type { Expression } from '../expression.ts';
import { isNodes, toText } from './value.ts';
import { evaluateOn, selectNodes, textOn } from './xpath.ts';

const namespaces = new Map([
  ['m', 'urn:menu'],
  ['fn', 'http://www.w3.org/2005/xpath-functions'],
]);

function compile(source: string): Expression {
  const compiled = compileExpression(source, { namespaces });
  assert.ok(compiled.ok, `${source}: ${compiled.problem?.text}`);
  return compiled.ok;
}

const menu = parseXml(`<m:menu xmlns:m="urn:menu" xml:lang="en-GB" day="2">
  <m:dish id="a" price="7.5"><m:name>Soup</m:name><m:part>leek</m:part><m:part>salt</m:part></m:dish>
  <m:dish id="b" price="12"><m:name>Pie</m:name><m:part>apple</m:part></m:dish>
  <!--closed--><?till open?>
  <note>no <b>nuts</b> today</note>
</m:menu>`);

/** Asked of the menu itself. Node-sets as the list of their string values, joined by |. */
function ask(source: string): string {
  const value = evaluateOn(compile(source), menu);
  if (!isNodes(value)) return toText(value);
  return value
    .map((node) => (node.kind === 'element' ? node.text : node.kind === 'document' ? '(document)' : node.value))
    .join('|');
}

// Worked out by hand from the text of XPath 1.0.
const expected: readonly (readonly [claim: string, rows: readonly (readonly [source: string, result: string])[]])[] = [
  [
    'every axis walks the way the specification says',
    [
      ['m:dish/m:name', 'Soup|Pie'],
      ['child::m:dish[1]/child::*', 'Soup|leek|salt'],
      ['//m:part/parent::m:dish/@id', 'a|b'],
      ['//m:part[. = "salt"]/preceding-sibling::*', 'Soup|leek'],
      ['//m:part[. = "salt"]/preceding-sibling::*[1]', 'leek'],
      ['//m:name[. = "Soup"]/following::m:part', 'leek|salt|apple'],
      ['//m:name[. = "Pie"]/preceding::m:part[1]', 'salt'],
      ['//m:part[. = "apple"]/ancestor::m:dish/@id', 'b'],
      ['count(//m:part/ancestor-or-self::*)', '6'],
      ['count(//m:part/ancestor::node())', '4'],
      ['m:dish[2]/following-sibling::note/b', 'nuts'],
      ['//@price', '7.5|12'],
      ['note/descendant-or-self::*', 'no nuts today|nuts'],
      ['self::m:menu/@day', '2'],
      ['count(namespace::*)', '2'],
      ['/', '(document)'],
      ['/m:menu/../m:menu/@day', '2'],
      ['//@id/following::m:name', 'Soup|Pie'],
    ],
  ],
  [
    'node tests tell kinds apart',
    [
      ['comment()', 'closed'],
      ['processing-instruction()', 'open'],
      ["processing-instruction('other')", ''],
      ['note/text()', 'no | today'],
      ['count(note/node())', '3'],
      ['count(//m:*)', '8'],
      ['*:note/b', 'nuts'],
      ['name(*[last()])', 'note'],
      ['note', 'no nuts today'],
      ['menu', ''],
    ],
  ],
  [
    'predicates count along the axis, filters along the document',
    [
      ['//m:part[1]', 'leek|apple'],
      ['(//m:part)[1]', 'leek'],
      ['//m:part[last()]', 'salt|apple'],
      ['//m:part[position() < 2]', 'leek|apple'],
      ['m:dish[@price > 10]/m:name', 'Pie'],
      ['m:dish[m:part = "salt"]/@id', 'a'],
      ['m:dish[m:part][2]/@id', 'b'],
      ['//m:part[number("1")]', 'leek|apple'],
      ['m:dish[not(@none)][@id="a"]/m:name', 'Soup'],
      ['//m:dish/descendant::m:part[2]', 'salt'],
    ],
  ],
  [
    'unions are in document order and without duplicates',
    [
      ['//m:part | //m:name', 'Soup|leek|salt|Pie|apple'],
      ['(note | m:dish)[1]/@id', 'a'],
      ['count(//m:dish | //m:dish)', '2'],
      ['count(/ | /)', '1'],
      ['//m:part/ancestor::*/@day', '2'],
    ],
  ],
  [
    'comparisons with node-sets ask for any node',
    [
      ['//m:part = "apple"', 'true'],
      ['//m:part != "apple"', 'true'],
      ['//none = "apple"', 'false'],
      ['//none != "apple"', 'false'],
      ['//@price > 10', 'true'],
      ['10 > //@price', 'true'],
      ['//@price < //@day', 'false'],
      ['//m:part = //m:name', 'false'],
      ['//none = false()', 'true'],
      ['//m:part = true()', 'true'],
      ['"5" = 5.0', 'true'],
      ['1 < 2 < 3', 'true'],
      ['3 > 2 > 1', 'false'],
    ],
  ],
  [
    'arithmetic binds as usual and follows IEEE',
    [
      ['1 + 2 * 3', '7'],
      ['(1 + 2) * 3', '9'],
      ['7 div 2', '3.5'],
      ['-7 mod 3', '-1'],
      ['7 mod -3', '1'],
      ['- - 2', '2'],
      ['1 div 0', 'Infinity'],
      ['0 div 0', 'NaN'],
      ['@day * @day', '4'],
      ['@day - 1', '1'],
      ['sum(//@price)', '19.5'],
      ['2 * count(*)', '6'],
      ['true() + 1', '2'],
      ['"x" + 1', 'NaN'],
    ],
  ],
  [
    'and, or and comparisons nest as the grammar says',
    [
      ['1 = 1 or 1 = 2 and 2 = 3', 'true'],
      ['(1 = 1 or 1 = 2) and 2 = 3', 'false'],
      ['1 + 1 = 2 and 3 > 2', 'true'],
      ['not(1 = 1) or //m:name', 'true'],
    ],
  ],
  [
    'string functions',
    [
      ['concat("a", 1, true())', 'a1true'],
      ['string(1 div 3 * 3)', '1'],
      ['string(0.00000012)', '0.00000012'],
      ['string(1000000000000 * 1000000000000)', '1000000000000000000000000'],
      ['string(-0)', '0'],
      ['string(//m:name)', 'Soup'],
      ['starts-with("abc", "ab")', 'true'],
      ['contains("abc", "")', 'true'],
      ['substring-before("1999/04/01", "/")', '1999'],
      ['substring-after("1999/04/01", "/")', '04/01'],
      ['substring("12345", 2, 3)', '234'],
      ['substring("12345", 1.5, 2.6)', '234'],
      ['substring("12345", 0, 3)', '12'],
      ['substring("12345", 0 div 0, 3)', ''],
      ['substring("12345", -42, 1 div 0)', '12345'],
      ['string-length("a😀")', '2'],
      ['normalize-space("  a  b ")', 'a b'],
      ['translate("bar", "abc", "AB")', 'BAr'],
      ['translate("--aaa--", "a-", "A")', 'AAA'],
    ],
  ],
  [
    'number and boolean functions',
    [
      ['number(" 12.5 ")', '12.5'],
      ['number("1e3")', 'NaN'],
      ['number("")', 'NaN'],
      ['round(2.5)', '3'],
      ['round(-2.5)', '-2'],
      ['floor(-1.1)', '-2'],
      ['ceiling(1.1)', '2'],
      ['boolean("false")', 'true'],
      ['boolean("")', 'false'],
      ['boolean(//none)', 'false'],
      ['lang("en")', 'true'],
      ['lang("de")', 'false'],
      ['namespace-uri(*[1])', 'urn:menu'],
      ['local-name(//@price)', 'price'],
      ['name(//none)', ''],
    ],
  ],
  [
    'functions of later versions that flows use, with or without their prefix',
    [
      ['fn:lower-case("AbC")', 'abc'],
      ['upper-case(//m:name)', 'SOUP'],
      ['fn:tokenize("a,b;c", "[,;]")', 'a|b|c'],
      ['fn:tokenize("a,b", ",")[2]', 'b'],
      ['matches("IBM", "i.m", "i")', 'true'],
      ['replace("a1b22", "[0-9]+", "<$0>")', 'a<1>b<22>'],
      ['ends-with("abc", "bc")', 'true'],
      ['string-join(//m:part, "+")', 'leek+salt+apple'],
      ['max(//@price)', '12'],
      ['exists(//none)', 'false'],
    ],
  ],
];

suite('XPath 1.0 on a tree', () => {
  for (const [claim, rows] of expected) {
    test(claim, () => {
      for (const [source, result] of rows) assert.equal(ask(source), result, source);
    });
  }

  test('a step gives every node once, in document order, however its contexts lie in each other', () => {
    const nested = parseXml('<a><a><b i="1"/><a><b i="2"/></a></a><b i="3"/></a>');
    const ids = (source: string): string =>
      selectNodes(compile(source), nested)
        .map((n) => (n.kind === 'attribute' ? n.value : ''))
        .join('');
    assert.equal(ids('//a/b/@i'), '123');
    assert.equal(ids('//a//b/@i'), '123');
    assert.equal(ids('//b/ancestor::a/b/@i'), '123');
    assert.equal(ids('//b/preceding::b/@i'), '12');
    assert.equal(ids('descendant-or-self::a/descendant::b[1]/@i'), '12');
  });

  test('//x agrees with a walk through the tree, whatever the tree', () => {
    const { tree } = fc.letrec<{ tree: string }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom('<x></x>', '<y></y>'),
        fc
          .tuple(fc.constantFrom('x', 'y'), fc.array(tie('tree'), { maxLength: 3 }))
          .map(([name, inner]) => `<${name}>${inner.join('')}</${name}>`),
      ),
    }));
    fc.assert(
      fc.property(tree, (source) => {
        const root = parseXml(source);
        const count = (path: string): number => selectNodes(compile(path), root).length;
        assert.equal(count('//x'), source.split('<x>').length - 1);
        assert.equal(count('//x[1]'), selectNodes(compile('/descendant-or-self::node()/child::x[1]'), root).length);
        assert.equal(count('//x | //y'), count('//*'));
        assert.equal(count('//x/..//y'), new Set(selectNodes(compile('//x/parent::node()/descendant::y'), root)).size);
      }),
      { numRuns: 60 },
    );
  });
});

function soapMessage(payload: string): Message {
  const xml = `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header><t xmlns="">7</t></e:Header><e:Body>${payload}</e:Body></e:Envelope>`;
  return new Message({
    body: Body.bytes(new TextEncoder().encode(xml), 'text/xml'),
    environment: { ...emptyEnvironment, now: () => 0 },
  });
}

suite('XPath on a message', () => {
  const message = soapMessage(
    '<m:menu xmlns:m="urn:menu"><m:name> Soup </m:name><m:name>Pie</m:name><m:none/></m:menu>',
  );

  test('paths begin at the envelope, which // searches with its headers', () => {
    assert.equal(compile('//t').text(message), '7');
    assert.equal(compile('soapenv:Body/m:menu/m:name[2]').text(message), 'Pie');
    assert.equal(compile('/soapenv:Envelope/soapenv:Header/t').text(message), '7');
    assert.equal(compile('$body/m:menu/m:name[2]').text(message), 'Pie');
    assert.equal(compile('$header/t').text(message), '7');
    assert.equal(compile('count($env/*)').text(message), '2.0');
  });

  test('one element shows its trimmed text, several and empty ones their XML, text nodes their text', () => {
    assert.equal(compile('//m:name[1]').text(message), 'Soup');
    assert.equal(compile('//m:name[1]/text()').text(message), ' Soup ');
    assert.equal(compile('//m:none').text(message), '<m:none xmlns:m="urn:menu"/>');
    assert.equal(
      compile('//m:name').text(message),
      '<m:name xmlns:m="urn:menu">Soup</m:name><m:name xmlns:m="urn:menu">Pie</m:name>',
    );
    assert.equal(compile('//m:nothing').text(message), '');
    assert.equal(compile('//m:nothing').evaluate(message), null);
    assert.equal(compile('fn:concat(//m:name[2], "!")').text(message), 'Pie!');
  });

  test('properties of every scope are found by variable and by get-property', () => {
    message.properties.set('p', 'default');
    message.axis2.set('p', 'axis2');
    message.axis2Client.set('p', 'client');
    message.conversation.operation.set('p', 'operation');
    message.headers.set('P', 'header');
    message.templateParameters.push(new Map([['p', 'outer']]), new Map([['p', 'inner']]));
    const found: [string, string][] = [
      ['$ctx:p', 'default'],
      ["get-property('p')", 'default'],
      ["syn:get-property('synapse', 'p')", 'default'],
      ['$axis2:p', 'axis2'],
      ["get-property('axis2','p')", 'axis2'],
      ["get-property('axis2-client', 'p')", 'client'],
      ["get-property('operation', 'p')", 'operation'],
      ['$trp:p', 'header'],
      ["get-property('transport', 'p')", 'header'],
      ['$func:p', 'inner'],
      ['$ctx:absent', ''],
      ["fn:concat('[', get-property('absent'), ']')", '[]'],
      ["get-property('SYSTEM_TIME')", '0'],
      ["get-property('MESSAGE_FORMAT')", 'soap11'],
      ["get-property('FAULT')", ''],
    ];
    for (const [source, text] of found) assert.equal(compile(source).text(message), text, source);
    assert.equal(compile('$ctx:p').test(message), true);
    assert.equal(compile('$ctx:absent').test(message), false);
  });

  test('a property keeps its type, and one that holds XML can be walked', () => {
    message.properties.set('xml', parseXml('<a><b>1</b></a>'));
    message.properties.set('json', new JsonHolder({ b: 1 }));
    assert.equal(compile('$ctx:xml/b + 1').text(message), '2.0');
    assert.equal(compile('$ctx:json').text(message), '{"b":1}');
    assert.equal(compile('$json:b').text(message), '1.0');
    assert.ok(compile('$ctx:json').evaluate(message) instanceof JsonHolder);
  });

  test('only expressions that look into the body need it', () => {
    const needs: [string, boolean][] = [
      ['//a', true],
      ['.', true],
      ['$body', true],
      ['string()', true],
      ['json-eval($.a)', true],
      ["get-property('FAULT')", true],
      ["$ctx:x = 'a' or //b", true],
      ['$ctx:x', false],
      ['$ctx:x/a[b]', false],
      ["get-property('To')", false],
      ["fn:concat($trp:Host, 'x', position())", false],
    ];
    for (const [source, needed] of needs) assert.equal(compile(source).needsBody, needed, source);
  });

  test('without a need for the body it is never touched', () => {
    const unread = new Message({ body: Body.stream((async function* () {})(), 'text/xml') });
    unread.properties.set('a', 'b');
    assert.equal(compile("concat($ctx:a, get-property('a'))").text(unread), 'bb');
    assert.equal(unread.body.form, 'stream');
  });

  test('JSON is seen as XML by a path and as JSON by json-eval', () => {
    const json = new Message({ body: Body.json({ order: { id: 5, tags: ['x', 'y'] } }) });
    assert.equal(compile('//order/id').text(json), '5');
    assert.equal(compile('//order/tags[2]').text(json), 'y');
    assert.equal(compile("concat('no. ', json-eval($.order.id))").text(json), 'no. 5');
  });

  test('an unknown function, variable or prefix fails only where it is reached, and says what would be right', () => {
    const fails: [string, RegExp][] = [
      ['fn:lowercase("A")', /there is no function fn:lowercase\(\)\. Did you mean lower-case\?/],
      ['$nothing', /there is no variable \$nothing/],
      ['//q:a', /the prefix "q" is not declared/],
      ['substring("a")', /does not take 1 arguments/],
      ['matches("a", "(")', /matches\(\)/],
    ];
    for (const [source, text] of fails) {
      assert.throws(() => compile(source).text(message), { code: 'EXPRESSION_FAILED', message: text });
    }
    assert.equal(compile('true() or fn:nothing()').test(message), true);
  });

  test('selectNodes gives nodes that can be changed, attributes among them', () => {
    const [attribute] = selectNodes(compile('//@price[. = 12]'), menu);
    assert.equal(attribute?.kind, 'attribute');
    assert.equal(textOn(compile('m:name'), selectNodes(compile('//m:dish[2]'), menu)[0]!), 'Pie');
    assert.throws(() => selectNodes(compile('1 + 1'), menu), { code: 'EXPRESSION_FAILED' });
  });

  test('text functions of Synapse', () => {
    const texts: [string, string][] = [
      ["base64Encode('héé')", 'aMOpw6k='],
      ["base64Decode('aMOpw6k=')", 'héé'],
      ["url-encode('a b&c')", 'a+b%26c'],
      ["url-decode('a+b%26c')", 'a b&c'],
      [
        "hmac-generate('payload', 'key', 'HmacSHA256')",
        '5d98b45c90a207fa998ce639fea6f02ecc8cc3f36fef81d694fb856b4d0a28ca',
      ],
    ];
    for (const [source, text] of texts) assert.equal(compile(source).text(message), text, source);
  });
});

suite('XPath that is none', () => {
  const problems: [string, number, RegExp][] = [
    ['//a[', 4, /ends too early/],
    ['//a[1', 5, /expected "\]" after the predicate/],
    ['concat(1, 2', 11, /expected "," after an argument/],
    ['/a/bogus::x', 3, /no axis "bogus"/],
    ['a b', 2, /unexpected "b"/],
    ["'abc", 0, /not closed/],
    ['a == b', 3, /name|ends|expected/],
    ['', 0, /ends too early/],
    ['json-eval($.a[)', 14, /expected/],
  ];
  test('the problem says where and what', () => {
    for (const [source, offset, text] of problems) {
      const { problem } = compileExpression(source);
      assert.ok(problem, source);
      assert.match(problem.text, text, source);
      assert.equal(problem.offset, offset, source);
    }
  });

  test('no text whatever makes the compiler throw, hang or forget to say where', () => {
    const token = fc.constantFrom(
      ...'/ // . .. @ * [ ] ( ) | , = != < + - $a:b "x" \'y a m:b text() position() div and or :: :'.split(' '),
    );
    const source = fc.oneof(
      fc.string(),
      fc.array(token, { maxLength: 12 }).map((t) => t.join(' ')),
    );
    fc.assert(
      fc.property(source, (text) => {
        const { ok, problem } = compileExpression(text, { namespaces });
        assert.ok((ok === undefined) !== (problem === undefined));
        if (problem) assert.ok(problem.offset >= 0 && problem.offset <= text.length && problem.text !== '');
      }),
      { numRuns: 400 },
    );
  });

  test('nesting and length are limited instead of exhausting the stack', () => {
    assert.match(compileExpression('('.repeat(100_000)).problem!.text, /nested too deeply/);
    assert.match(compileExpression(`1${'+1'.repeat(50_000)}`).problem!.text, /too many operators/);
    assert.match(compileExpression('-'.repeat(100_000)).problem!.text, /nested too deeply/);
  });
});
