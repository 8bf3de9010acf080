import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { serializeXml } from '../xml/serialize.ts';
import { formToXml, xmlToForm } from './form.ts';

test('each field is a child of xformValues, in the order sent', () => {
  assert.equal(
    serializeXml(formToXml('b=x+y&a=%C3%BC&a=2&empty=&2nd=1\r\n')),
    '<xformValues><b>x y</b><a>ü</a><a>2</a><empty/><_JsonReader_PD_2nd>1</_JsonReader_PD_2nd></xformValues>',
  );
});

test('a percent sign that encodes nothing stays as it is', () => {
  assert.equal(formToXml('a=100%').child('a')?.text, '100%');
});

test('blanks are sent as %20', () => {
  assert.equal(xmlToForm(formToXml("a=x y&$f='1'")), 'a=x%20y&%24f=%271%27');
});

test('any fields come back', () => {
  const name = fc.stringMatching(/^[\w$][\w .-]{0,10}$/);
  const fields = fc.array(fc.tuple(name, fc.string({ unit: 'grapheme' })), { maxLength: 5 });
  fc.assert(
    fc.property(fields, (pairs) => {
      const sent = pairs.map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
      const back = xmlToForm(formToXml(sent));
      assert.deepEqual([...new URLSearchParams(back)], pairs);
    }),
  );
});
