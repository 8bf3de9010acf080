/** What Synapse does not deploy is refused here too, at the place that is wrong; what it does deploy is not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFlow } from './try-out.ts';

const soap11 = 'xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"';
const soap12 = 'xmlns:s="http://www.w3.org/2003/05/soap-envelope"';
const fault = (attributes: string, code: string): string =>
  `<makefault ${attributes}><code ${code}/><reason value="r"/></makefault>`;

/** Of every error its code, and how the text begins where it points to. */
const refused: readonly (readonly [claim: string, xml: string, errors: readonly string[]])[] = [
  ['a prefix nobody declared', fault('version="soap11"', 'value="t:Server"'), ['UNKNOWN_PREFIX value="t:Server']],
  ['an HTTP header of any name', '<header name="t:token" scope="transport" value="1"/>', []],
  ['an address of the message', '<header name="To" value="http://a"/>', []],
  ['a part of a line without a value', '<log><property name="a"/></log>', ['MISSING_ATTRIBUTE <property']],
  ['a part of a line with an empty value', '<log><property name="a" value=""/></log>', []],
  ['a property without a name', '<property name="" value="1"/>', ['BAD_VALUE name=""']],
  ['a group of no pattern', '<property name="a" value="1" group="1"/>', ['MISSING_ATTRIBUTE group=']],
  [
    'an argument without a value',
    '<payloadFactory media-type="json"><format>{}</format><args><arg/></args></payloadFactory>',
    ['MISSING_ATTRIBUTE <arg/>'],
  ],
  ['XML that is text', '<payloadFactory><format>text</format></payloadFactory>', ['BAD_VALUE <format>']],
  ['an else without a then', '<filter xpath="//a"><else><drop/></else></filter>', ['MISSING_ELEMENT <else>']],
  ['an empty regex', '<filter source="//a" regex=""><drop/></filter>', ['MISSING_ATTRIBUTE <filter']],
  ['a code of SOAP 1.1', fault('version="soap11"', `${soap11} value="s:Client"`), []],
  [
    'a code of SOAP 1.2 in SOAP 1.1',
    fault('version="soap11"', `${soap12} value="s:Sender"`),
    ['BAD_VALUE value="s:Sender'],
  ],
  ['a code without a prefix', fault('version="soap11"', 'value="Server"'), ['BAD_VALUE value="Server']],
  ['a code of one’s own', fault('', `${soap11} value="s:Late"`), ['BAD_VALUE value="s:Late']],
  ['a plain fault without a reason', '<makefault version="pox"><detail>1</detail></makefault>', []],
  [
    'the envelope into the body',
    '<enrich><source type="envelope"/><target type="body"/></enrich>',
    ['BAD_VALUE <target'],
  ],
  ['the body into the body', '<enrich><source type="body"/><target type="body"/></enrich>', ['BAD_VALUE <target']],
  ['the body at a place', '<enrich><source type="body"/><target xpath="//a"/></enrich>', []],
  [
    'a part into the envelope',
    '<enrich><source xpath="//a"/><target type="envelope"/></enrich>',
    ['BAD_VALUE <target'],
  ],
  [
    'the whole JSON by a path',
    '<enrich><source type="property" property="p"/><target xpath="json-eval($)"/></enrich>',
    ['BAD_VALUE <target'],
  ],
  ['neither a key nor a name', '<sequence/>', ['MISSING_ATTRIBUTE <sequence']],
];

const before = '<sequence xmlns="http://ws.apache.org/ns/synapse">'.length;

for (const [claim, xml, errors] of refused) {
  test(`${claim} is ${errors.length > 0 ? 'refused where it stands' : 'taken'}`, () => {
    const found = readFlow(xml).problems.filter((p) => p.level === 'error');
    const pointsTo = (column: number): string => xml.slice(column - 1 - before);
    assert.equal(found.length, errors.length, JSON.stringify(found));
    for (const [i, { code, at, hint }] of found.entries()) {
      const [expected, place = ''] = errors[i]!.split(' ');
      assert.equal(code, expected);
      assert.ok(pointsTo(at.column).startsWith(place), `points to ${pointsTo(at.column)}`);
      assert.ok(hint, 'it says what to do');
    }
  });
}

test('a SOAP header without a namespace, or with an unknown prefix, is warned about; an HTTP header is not', () => {
  const warnings = (attributes: string): string[] =>
    readFlow(`<header value="1" ${attributes}/>`).problems.map((p) => `${p.level} ${p.code}`);
  assert.deepEqual(warnings('name="token"'), ['warning BAD_VALUE']);
  assert.deepEqual(warnings('name="t:token"'), ['warning UNKNOWN_PREFIX']);
  assert.deepEqual(warnings('name="t:token" scope="transport"'), []);
});
