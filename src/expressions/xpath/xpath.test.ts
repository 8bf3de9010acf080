import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { parseXml } from '../../message/xml/parse.ts';
import { compile } from './fixtures.ts';
import { isNodes, toText } from './value.ts';
import { evaluateOn, selectNodes, textOn } from './xpath.ts';

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

  test('selectNodes gives nodes that can be changed, attributes among them', () => {
    const [attribute] = selectNodes(compile('//@price[. = 12]'), menu);
    assert.equal(attribute?.kind, 'attribute');
    assert.equal(textOn(compile('m:name'), selectNodes(compile('//m:dish[2]'), menu)[0]!), 'Pie');
    assert.throws(() => selectNodes(compile('1 + 1'), menu), { code: 'EXPRESSION_FAILED' });
  });
});
