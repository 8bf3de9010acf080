import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseXml } from './parse.ts';
import { serializeXml } from './serialize.ts';
import { cloneNode, XmlElement, XmlText } from './tree.ts';

const element = (local: string, uri = '', prefix = ''): XmlElement => new XmlElement(local, uri, prefix);

test('a document comes back as it was written', () => {
  const source = '<a xmlns:p="urn:p" x="1"><p:b>t &amp; &lt;</p:b><!--c--><?i j?><c/></a>';
  assert.equal(serializeXml(parseXml(source)), source);
});

test('a prefix that is used but not declared is declared where it is used', () => {
  const root = element('a').append(element('b', 'urn:p', 'p').append(element('c', 'urn:p', 'p')));
  assert.equal(serializeXml(root), '<a><p:b xmlns:p="urn:p"><p:c/></p:b></a>');
});

test('a subtree takes the declarations it needs along', () => {
  const root = parseXml('<s:e xmlns:s="urn:s" xmlns="urn:d"><s:b><c s:x="1"/></s:b></s:e>');
  const c = root.elements()[0]!.elements()[0]!;
  assert.equal(serializeXml(c), '<c xmlns="urn:d" xmlns:s="urn:s" s:x="1"/>');
  assert.equal(serializeXml(cloneNode(c)), serializeXml(c));
});

test('a default namespace ends where an element has none', () => {
  const root = element('a', 'urn:d').append(element('b').append(element('c')));
  assert.equal(serializeXml(root), '<a xmlns="urn:d"><b xmlns=""><c/></b></a>');
});

test('a declaration that says what already holds is left out', () => {
  const inner = element('b', 'urn:p', 'p');
  inner.declare('p', 'urn:p');
  const root = element('a', 'urn:p', 'p').append(inner);
  assert.equal(serializeXml(root), '<p:a xmlns:p="urn:p"><p:b/></p:a>');
});

test('the name of an element wins over a declaration that contradicts it', () => {
  const renamed = element('a', 'urn:new', 'p');
  renamed.declare('p', 'urn:old');
  assert.equal(serializeXml(renamed), '<p:a xmlns:p="urn:new"/>');
});

test('an attribute whose prefix is taken gets another', () => {
  const root = element('a', 'urn:1', 'p');
  root.setAttribute('p:x', '1', 'urn:2');
  assert.equal(serializeXml(root), '<p:a xmlns:p="urn:1" xmlns:ns1="urn:2" ns1:x="1"/>');
  assert.equal(parseXml(serializeXml(root)).attribute('x', 'urn:2'), '1');
});

test('an attribute in a namespace never relies on the default namespace', () => {
  const root = element('a', 'urn:1');
  root.setAttribute('x', '1', 'urn:1');
  assert.equal(parseXml(serializeXml(root)).attribute('x', 'urn:1'), '1');
});

test('what would be markup is escaped, and what a parser would change comes back', () => {
  const root = element('a').append(new XmlText('> a ]]> b\r\n<&"'));
  root.setAttribute('x', '<&"\'>\n\t\r');
  const text = serializeXml(root);
  assert.equal(text, `<a x="&lt;&amp;&quot;'>&#xa;&#x9;&#xd;">&gt; a ]]&gt; b&#xd;\n&lt;&amp;"</a>`);
  const back = parseXml(text);
  assert.deepEqual([back.text, back.attribute('x')], [root.text, root.attribute('x')]);
});

test('xml:lang needs no declaration', () => {
  const source = '<a xml:lang="en"/>';
  assert.equal(serializeXml(parseXml(source)), source);
});

test('indenting breaks lines between elements only', () => {
  const root = parseXml('<a> <b>text <i>mixed</i></b>\n<c><d/></c></a>');
  const text = serializeXml(root, { indent: 2, declaration: true });
  assert.equal(
    text,
    '<?xml version="1.0" encoding="UTF-8"?>\n<a>\n  <b>text <i>mixed</i></b>\n  <c>\n    <d/>\n  </c>\n</a>',
  );
});
