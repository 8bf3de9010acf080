import { parity, type Case } from './cases.ts';

const order = '{"id":1,"customer":{"tags":["a",{"k":"v"}]},"note":"n"}';
const xml = '<r><a>1</a><b k="v">two</b></r>';

/** source, target, what becomes of the order or the XML. */
const enriched = (name: string, body: string, source: string, target: string, expected: unknown): Case => ({
  name,
  in: `<enrich><source ${source}</source><target ${target}/></enrich><respond/>`,
  body,
  expect: typeof expected === 'string' ? { body: expected } : { json: expected },
});

const xmlCase = (name: string, source: string, target: string, expected: string): Case =>
  enriched(name, xml, source, target, expected);
const jsonCase = (name: string, source: string, target: string, expected: unknown): Case =>
  enriched(name, order, source, target, expected);

const inlineJson = 'type="inline">{"q":5}';
const inlineText = 'type="inline">9';
const tags = 'xpath="json-eval($.customer.tags)"';

parity('enrich', [
  jsonCase('a JSON value becomes an item of a list', 'xpath="json-eval($.note)">', `action="child" ${tags}`, {
    id: 1,
    customer: { tags: ['a', { k: 'v' }, 'n'] },
    note: 'n',
  }),
  jsonCase('an object is merged into an object', inlineJson, 'action="child" xpath="json-eval($.customer)"', {
    id: 1,
    customer: { tags: ['a', { k: 'v' }], q: 5 },
    note: 'n',
  }),
  jsonCase('an object replaces a member', inlineJson, 'xpath="json-eval($.customer)"', {
    id: 1,
    customer: { q: 5 },
    note: 'n',
  }),
  jsonCase(
    'remove takes every path of the source out of the body',
    'xpath="json-eval($.customer,$.note)">',
    'action="remove" type="body"',
    { id: 1 },
  ),
  jsonCase('a key is renamed', 'type="inline">number', 'type="key" xpath="json-eval($.id)"', {
    number: 1,
    customer: { tags: ['a', { k: 'v' }] },
    note: 'n',
  }),
  jsonCase(
    'a source that is not cloned leaves the body',
    'clone="false" xpath="json-eval($.customer)">',
    'type="property" property="c"',
    { id: 1, note: 'n' },
  ),
  {
    name: 'remove takes a path out of a property',
    in:
      '<enrich><source type="body"/><target type="property" property="p"/></enrich>' +
      '<enrich><source xpath="json-eval($.customer)"/><target action="remove" type="property" property="p"/></enrich>' +
      '<enrich><source type="property" property="p"/><target type="body"/></enrich><respond/>',
    body: order,
    expect: { json: { id: 1, note: 'n' } },
  },
  xmlCase(
    'a sibling comes right after',
    'type="inline"><n xmlns=""/>',
    'xpath="//a" action="sibling"',
    '<r><a>1</a><n/><b k="v">two</b></r>',
  ),
  xmlCase(
    'siblings come after in reverse, as Synapse inserts them',
    'xpath="//r/*">',
    'xpath="//b" action="sibling"',
    '<r><a>1</a><b k="v">two</b><b k="v">two</b><a>1</a></r>',
  ),
  xmlCase(
    'a copied child',
    'xpath="//b">',
    'xpath="//a" action="child"',
    '<r><a>1<b k="v">two</b></a><b k="v">two</b></r>',
  ),
  xmlCase(
    'a moved child',
    'clone="false" xpath="//b">',
    'xpath="//a" action="child"',
    '<r><a>1<b k="v">two</b></a></r>',
  ),
  xmlCase('a text at an element replaces its content', inlineText, 'xpath="//a"', '<r><a>9</a><b k="v">two</b></r>'),
  xmlCase('a text at a text node', inlineText, 'xpath="//a/text()"', '<r><a>9</a><b k="v">two</b></r>'),
  xmlCase('a text at an attribute', inlineText, 'xpath="//b/@k"', '<r><a>1</a><b k="9">two</b></r>'),
  xmlCase(
    'remove with a path in the source does not empty an XML body',
    'xpath="//b">',
    'type="body" action="remove"',
    '<r><a>1</a></r>',
  ),
  {
    name: 'an empty body is filled',
    in: '<enrich><source type="inline"><n xmlns="">1</n></source><target type="body"/></enrich><respond/>',
    expect: { body: '<n>1</n>' },
  },
]);
