import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { Body } from '../../message/body.ts';
import { parseJson, stringifyJson, type JsonValue } from '../../message/json.ts';
import { JsonHolder, Message } from '../../message/message.ts';
import { parseXml } from '../../message/xml/parse.ts';
import { compileExpression } from '../compile.ts';
import type { Expression } from '../expression.ts';
import { addChild, addSibling, deleteAt, renameAt, setAt } from './edit.ts';
import { compileJsonPath } from './jsonpath.ts';
import { missing } from './path.ts';

const garage = parseJson(`{
  "cars": [
    { "make": "Fiat", "doors": 3, "tags": ["small", "red"], "price": 9.50 },
    { "make": "Saab", "doors": 5, "tags": [], "price": 21, "owner": null },
    { "make": "Seat", "doors": 5, "tags": ["red"], "price": 14.2, "owner": { "make": "Maria" } }
  ],
  "limit": 15,
  "odd name": { "a.b": 1 },
  "big": 12345678901234567890,
  "nothing": null
}`);

/** Compact JSON of what is found, or "missing". */
function find(path: string, document: JsonValue = garage): string {
  const found = compileJsonPath(path).read(document);
  return found === missing ? 'missing' : stringifyJson(found);
}

const expected: readonly (readonly [claim: string, rows: readonly (readonly [path: string, result: string])[]])[] = [
  [
    'a definite path gives its value, and missing is not null',
    [
      ['$.cars[1].make', '"Saab"'],
      ["$['cars'][0]['doors']", '3'],
      ['$.cars[-1].make', '"Seat"'],
      ['$.cars[1]make', '"Saab"'],
      ['$.nothing', 'null'],
      ['$.nothing.more', 'missing'],
      ['$.cars[3]', 'missing'],
      ['$.cars.make', 'missing'],
      ['$.limit[0]', 'missing'],
      ['limit', '15'],
      ['$.big', '12345678901234567890'],
      ["$['odd name']['a.b']", '1'],
      ['$.["odd name"]', '{"a.b":1}'],
      ['$.constructor', 'missing'],
      ['$.__proto__', 'missing'],
      ['$.cars.length', 'missing'],
    ],
  ],
  [
    'an indefinite path gives an array, empty when nothing matches',
    [
      ['$.cars[*].make', '["Fiat","Saab","Seat"]'],
      ['$.cars[0,2].make', '["Fiat","Seat"]'],
      ['$.cars[0,7].make', '["Fiat"]'],
      ['$.cars[0:2].make', '["Fiat","Saab"]'],
      ['$.cars[:-1].make', '["Fiat","Saab"]'],
      ['$.cars[-2:].make', '["Saab","Seat"]'],
      ['$.cars[0:3:2].make', '["Fiat","Seat"]'],
      ['$.cars[*].owner.make', '["Maria"]'],
      ["$.cars[*]['make','doors']", '[{"make":"Fiat","doors":3},{"make":"Saab","doors":5},{"make":"Seat","doors":5}]'],
      ["$.cars[0]['make','none']", '{"make":"Fiat"}'],
      ['$.absent[*].make', 'missing'],
      ['$.limit[0:1]', 'missing'],
      ['$.limit[*]', '[]'],
    ],
  ],
  [
    'a deep scan looks at a value first and then inside it',
    [
      ['$..make', '["Fiat","Saab","Seat","Maria"]'],
      ['$..tags[0]', '["small","red"]'],
      ['$.cars[2]..*', '["Seat",5,["red"],14.2,{"make":"Maria"},"red","Maria"]'],
      ['$..absent', '[]'],
      ['$..[?(@.doors == 3)].make', '["Fiat"]'],
    ],
  ],
  [
    'filters compare as Jayway does',
    [
      ['$.cars[?(@.doors == 5)].make', '["Saab","Seat"]'],
      ["$.cars[?(@.make == 'Saab')].price", '[21]'],
      ['$.cars[?(@.price < $.limit)].make', '["Fiat","Seat"]'],
      ['$.cars[?(@.price >= 14.20)].make', '["Saab","Seat"]'],
      ['$.cars[?(@.owner)].make', '["Saab","Seat"]'],
      ['$.cars[?(!@.owner)].make', '["Fiat"]'],
      ['$.cars[?(@.owner == null)].make', '["Saab"]'],
      ['$.cars[?(@.owner.make)].make', '["Seat"]'],
      ['$.cars[?(@.make =~ /s.*/i)].make', '["Saab","Seat"]'],
      ['$.cars[?(@.make =~ /s/i)].make', '[]'],
      ["$.cars[?(@.make in ['Fiat', 'Seat'])].make", '["Fiat","Seat"]'],
      ["$.cars[?(@.make nin ['Fiat', 'Seat'])].make", '["Saab"]'],
      ["$.cars[?(@.tags contains 'red')].make", '["Fiat","Seat"]'],
      ["$.cars[?(@.tags subsetof ['red', 'blue'])].make", '["Saab","Seat"]'],
      ["$.cars[?(@.tags anyof ['small'])].make", '["Fiat"]'],
      ["$.cars[?(@.tags noneof ['small'])].make", '["Saab","Seat"]'],
      ['$.cars[?(@.tags size 2)].make', '["Fiat"]'],
      ['$.cars[?(@.tags empty true)].make', '["Saab"]'],
      ["$.cars[?(@.doors == 5 && @.price < 20 || @.make == 'Fiat')].make", '["Fiat","Seat"]'],
      ["$.cars[?(@.doors == 5 && (@.price < 20 || @.make == 'Fiat'))].make", '["Seat"]'],
      ["$.cars[?(@.doors == '5')].make", '["Saab","Seat"]'],
      ["$.cars[?(@.doors === '5')].make", '[]'],
      ['$.cars[?(@.none < 5)].make', '[]'],
      ['$.cars[?(@.make < 5)].make', '[]'],
      ["$.cars[?(@['make'] != 'Fiat')].make", '["Saab","Seat"]'],
      ['$.cars[*].tags[?(@ == "red")]', '["red","red"]'],
    ],
  ],
  [
    'functions compute doubles over all that was found',
    [
      ['$.cars.length()', '3'],
      ['$.cars.size()', '3'],
      ['$.cars[0].keys()', '["make","doors","tags","price"]'],
      ['$.cars[*].doors.sum()', '13.0'],
      ['$..price.max()', '21.0'],
      ['$..price.min()', '9.5'],
      ['$.cars[*].price.avg()', '14.9'],
      ['$.cars[0,1].doors.stddev()', '1.0'],
      ['$.cars.first().make', '"Fiat"'],
      ['$.cars.last().make', '"Seat"'],
      ['$.cars.index(1).make', '"Saab"'],
      ['$.cars[*].tags.length()', '[2,0,1]'],
      ['$..make.length()', '4'],
      ['$.cars[0].tags.append("new")', '["small","red","new"]'],
      ['$.concat("a", "-", $.cars[0].make)', '"a-Fiat"'],
      ['$.nothing.sum()', 'missing'],
    ],
  ],
];

suite('JSONPath on a document', () => {
  for (const [claim, rows] of expected) {
    test(claim, () => {
      for (const [path, result] of rows) assert.equal(find(path), result, path);
    });
  }

  test('a path knows whether it can find more than one', () => {
    for (const path of ['$', '$.a[1].b', "$['a','b']", '$.a.length()'])
      assert.equal(compileJsonPath(path).definite, true);
    for (const path of ['$..a', '$.a[*]', '$[0:1]', '$.a[?(@.b)]', "$['a','b'].c"]) {
      assert.equal(compileJsonPath(path).definite, false, path);
    }
  });

  test('the path to any value of any document finds that value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const document = parseJson(JSON.stringify(value));
        const walk = (node: JsonValue, path: string): void => {
          assert.equal(find(path, document), stringifyJson(node), path);
          if (Array.isArray(node)) node.forEach((item, i) => walk(item, `${path}[${i}]`));
          else if (typeof node === 'object' && node !== null) {
            for (const [name, item] of Object.entries(node))
              walk(item as JsonValue, `${path}[${JSON.stringify(name)}]`);
          }
        };
        walk(document, '$');
      }),
      { numRuns: 50 },
    );
  });
});

suite('changing JSON at a path', () => {
  const path = compileJsonPath;
  const small = parseJson('{"a":{"b":[1,2,3]},"c":[{"n":1},{"n":2}]}');
  const after = ({ document, changed }: { document: JsonValue; changed: number }): string =>
    `${changed} ${stringifyJson(document)}`;

  test('set replaces every place and adds a member that is not there', () => {
    assert.equal(after(setAt(path('$.a.b'), small, 'x')), '1 {"a":{"b":"x"},"c":[{"n":1},{"n":2}]}');
    assert.equal(after(setAt(path('$.c[*].n'), small, 0)), '2 {"a":{"b":[1,2,3]},"c":[{"n":0},{"n":0}]}');
    assert.equal(after(setAt(path('$.a.new'), small, true)), '1 {"a":{"b":[1,2,3],"new":true},"c":[{"n":1},{"n":2}]}');
    assert.equal(after(setAt(path('$'), small, [])), '1 []');
    assert.equal(after(setAt(path('$.c[9].n'), small, 0)), `0 ${stringifyJson(small)}`);
  });

  test('a child is appended to an array and merged into an object', () => {
    assert.equal(after(addChild(path('$.a.b'), small, 4)), '1 {"a":{"b":[1,2,3,4]},"c":[{"n":1},{"n":2}]}');
    assert.equal(after(addChild(path('$.a'), small, { d: 1 })), '1 {"a":{"b":[1,2,3],"d":1},"c":[{"n":1},{"n":2}]}');
    assert.equal(after(addChild(path('$.a.b[0]'), small, 4)), `0 ${stringifyJson(small)}`);
  });

  test('a sibling comes after an item and beside a member', () => {
    assert.equal(after(addSibling(path('$.a.b[0]'), small, 9)), '1 {"a":{"b":[1,9,2,3]},"c":[{"n":1},{"n":2}]}');
    assert.equal(after(addSibling(path('$.c'), small, { d: 1 })), '1 {"a":{"b":[1,2,3]},"c":[{"n":1},{"n":2}],"d":1}');
  });

  test('delete takes away several items of one array, each the right one', () => {
    assert.equal(after(deleteAt(path('$.a.b[0,2]'), small)), '2 {"a":{"b":[2]},"c":[{"n":1},{"n":2}]}');
    assert.equal(after(deleteAt(path('$.c[?(@.n == 1)]'), small)), '1 {"a":{"b":[1,2,3]},"c":[{"n":2}]}');
    assert.equal(after(deleteAt(path('$..n'), small)), '2 {"a":{"b":[1,2,3]},"c":[{},{}]}');
    assert.equal(after(deleteAt(path('$.none'), small)), `0 ${stringifyJson(small)}`);
  });

  test('a list of paths deletes at each of them', () => {
    assert.equal(after(deleteAt(path('$.c[*].n,$.c[0],$.a.b[0,1]'), small)), '5 {"a":{"b":[3]},"c":[{}]}');
  });

  test('a renamed member keeps its place', () => {
    assert.equal(after(renameAt(path('$.a'), small, 'z')), '1 {"z":{"b":[1,2,3]},"c":[{"n":1},{"n":2}]}');
  });

  test('the document given is not changed', () => {
    const before = stringifyJson(small);
    deleteAt(path('$..n'), small);
    setAt(path('$.a.b[0]'), small, 7);
    assert.equal(stringifyJson(small), before);
  });

  test('a member called __proto__ is only a member', () => {
    const { document } = setAt(path("$['__proto__']"), {}, { polluted: true });
    assert.equal(stringifyJson(document), '{"__proto__":{"polluted":true}}');
    assert.equal(({} as { polluted?: boolean }).polluted, undefined);
  });
});

function compile(source: string): Expression {
  const compiled = compileExpression(source);
  assert.ok(compiled.ok, `${source}: ${compiled.problem?.text}`);
  return compiled.ok;
}

suite('JSONPath on a message', () => {
  const text = '{ "a": "text", "n": 1.10, "o": {"x": [1, 2]}, "nil": null, "yes": true }';
  const message = new Message({ body: Body.bytes(new TextEncoder().encode(text), 'application/json') });

  test('texts have no quotes, objects are compact, missing is empty, null is "null"', () => {
    const shown: [string, string][] = [
      ['json-eval($.a)', 'text'],
      ['json-eval( $.n )', '1.10'],
      ['json-eval($.o)', '{"x":[1,2]}'],
      ['json-eval($.o.x[*])', '[1,2]'],
      ['json-eval($.missing)', ''],
      ['json-eval($.nil)', 'null'],
      ['json-eval(a)', 'text'],
      ['$.a', 'text'],
    ];
    for (const [source, value] of shown) assert.equal(compile(source).text(message), value, source);
  });

  test('the whole body is what came, blank for blank', () => {
    for (const source of ['json-eval($)', 'json-eval($.)', '$']) assert.equal(compile(source).text(message), text);
  });

  test('values keep their type', () => {
    assert.equal(compile('json-eval($.a)').evaluate(message), 'text');
    assert.equal(compile('json-eval($.missing)').evaluate(message), null);
    assert.equal(compile('json-eval($.nil)').evaluate(message), null);
    const object = compile('json-eval($.o)').evaluate(message);
    assert.ok(object instanceof JsonHolder);
    assert.deepEqual(object.json, { x: [1, 2] });
    assert.equal(compile('json-eval($.yes)').test(message), true);
    assert.equal(compile('json-eval($.a)').test(message), false);
  });

  test('parts in braces are filled in from the message', () => {
    message.properties.set('member', 'o');
    message.properties.set('least', 2);
    assert.equal(compile('json-eval($.{$ctx:member}.x)').text(message), '[1,2]');
    assert.equal(compile("json-eval($.o.x[?(@ >= {get-property('least')})])").text(message), '[2]');
    assert.equal(compile('json-eval({$ctx:absent})').text(message), '');
    message.properties.set('broken', '$.[');
    assert.equal(compile('json-eval({$ctx:broken})').text(message), '');
  });

  test('a path may begin in a property instead of the body', () => {
    message.properties.set('found', new JsonHolder([{ k: 1 }, { k: 2 }]));
    message.properties.set('written', '{"k":[3]}');
    assert.equal(compile('json-eval($ctx:found.length())').text(message), '2');
    assert.equal(compile('json-eval($ctx:found[1].k)').text(message), '2');
    assert.equal(compile('json-eval($ctx:written.k[0])').text(message), '3');
    assert.equal(compile('json-eval($ctx:none.k)').text(message), '');
    assert.equal(compile('json-eval($ctx:found[1].k)').needsBody, false);
  });

  test('an XML body is asked as the JSON it stands for, an empty one has nothing', () => {
    const xml = new Message({ body: Body.xml(parseXml('<order><id>5</id></order>')) });
    assert.equal(compile('json-eval($.order.id)').text(xml), '5');
    assert.equal(compile('json-eval($.a)').text(new Message()), '');
  });
});

suite('JSONPath that is none', () => {
  test('the problem says where and what', () => {
    const problems: [string, number, RegExp][] = [
      ['$.a[', 4, /expected an index/],
      ['$.a[b]', 4, /quoted name/],
      ["$['a", 2, /not closed/],
      ['$.a[?(@.b == )]', 13, /expected a value/],
      ['$.a[?(@.b == 1]', 14, /expected "\)"/],
      ['$.a[?(@.b =~ x)]', 13, /regular expression/],
      ['$.a.lenght()', 4, /no function lenght\(\)/],
      ['$.a]', 3, /unexpected/],
      ['json-eval()', 10, /path is missing/],
      ['json-eval($.a', 13, /"\)" at the end/],
    ];
    for (const [source, offset, text] of problems) {
      const { problem } = compileExpression(source);
      assert.ok(problem, source);
      assert.match(`${problem.text} ${problem.hint ?? ''}`, text, source);
      assert.equal(problem.offset, offset, source);
    }
    assert.equal(compileExpression('$.a.lenght()').problem?.hint, 'Did you mean length?');
  });

  test('no text whatever makes the compiler throw anything', () => {
    const token = fc.constantFrom(..."$ @ . .. [ ] ( ) * ? : , 'a' a 1 -1 == =~ /x/ && || ! in length() {".split(' '));
    const path = fc.oneof(
      fc.string(),
      fc.array(token, { maxLength: 12 }).map((t) => t.join('')),
    );
    fc.assert(
      fc.property(path, (text) => {
        const { ok, problem } = compileExpression(`json-eval(${text})`);
        assert.ok((ok === undefined) !== (problem === undefined));
        if (ok) ok.text(new Message({ body: Body.json([{ a: 1 }, [2]]) }));
      }),
      { numRuns: 400 },
    );
  });

  test('nesting is limited instead of exhausting the stack', () => {
    assert.match(compileExpression(`json-eval($${'[?(@'.repeat(50_000)})`).problem!.text, /nested too deeply/);
  });
});
