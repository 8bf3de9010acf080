import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { parseXml, parseXmlDocument, XmlSyntaxError, type ParseOptions } from './parse.ts';
import { serializeXml } from './serialize.ts';
import type { XmlElement } from './tree.ts';

const refusal = (source: string | Uint8Array, options: ParseOptions = {}): XmlSyntaxError => {
  try {
    parseXml(source, options);
  } catch (error) {
    assert.ok(error instanceof XmlSyntaxError);
    return error;
  }
  throw new assert.AssertionError({ message: `accepted: ${String(source)}` });
};

describe('positions', () => {
  test('an element stands where its "<" is, an attribute where its name is', () => {
    const root = parseXml('<?xml version="1.0"?>\n<!-- c -->\n<a>\n  <b\n    x="1"   y="2"/><c z="3"/>\n</a>');
    const [b, c] = root.elements();
    assert.deepEqual([root.line, root.column], [3, 1]);
    assert.deepEqual([b!.line, b!.column], [4, 3]);
    assert.deepEqual([b!.attributes[0]!.line, b!.attributes[0]!.column], [5, 5]);
    assert.deepEqual([b!.attributes[1]!.line, b!.attributes[1]!.column], [5, 13]);
    assert.deepEqual([c!.line, c!.column], [5, 20]);
    assert.deepEqual([c!.attributes[0]!.line, c!.attributes[0]!.column], [5, 23]);
  });

  test('Windows line ends count once and a byte order mark takes no column', () => {
    const root = parseXml('\ufeff<a>\r\n\r\n <b/>\r</a>');
    assert.deepEqual([root.column, root.elements()[0]!.line, root.elements()[0]!.column], [1, 3, 2]);
    assert.equal(root.text, '\n\n \n');
  });

  test('bodies are read without positions', () => {
    const root = parseXml('<a>\n<b x="1"/></a>', { positions: false });
    const b = root.elements()[0]!;
    assert.deepEqual([b.line, b.column, b.attributes[0]!.line], [0, 0, 0]);
  });

  test('every element and attribute of any document is found at its position', () => {
    fc.assert(
      fc.property(documents, (source) => {
        const lines = source.split('\n');
        const walk = (element: XmlElement): void => {
          assert.ok(lines[element.line - 1]!.startsWith(`<${element.name}`, element.column - 1));
          for (const a of element.attributes) assert.ok(lines[a.line - 1]!.startsWith(a.name, a.column - 1));
          element.elements().forEach(walk);
        };
        walk(parseXml(source));
      }),
    );
  });
});

describe('what is read', () => {
  test('CDATA and references become text, in one node', () => {
    const root = parseXml('<a>1 &lt; <![CDATA[<&]]> &#65;&#x42;&amp;</a>');
    assert.equal(root.children.length, 1);
    assert.equal(root.text, '1 < <& AB&');
  });

  test('attribute values have their line breaks made blanks, but not the ones written as references', () => {
    assert.equal(parseXml('<a x="1\n2\t3&#10;4&quot;"/>').attribute('x'), '1 2 3\n4"');
  });

  test('prefixes mean what the nearest declaration says, also when it stands behind the attribute', () => {
    const root = parseXml(
      '<p:a p:x="1" xmlns:p="urn:1"><p:b xmlns:p="urn:2"/><p:c xmlns="urn:3"><d y="2"/></p:c></p:a>',
    );
    assert.equal(root.attribute('x', 'urn:1'), '1');
    assert.deepEqual(
      root.elements().map((e) => e.uri),
      ['urn:2', 'urn:1'],
    );
    const d = root.elements()[1]!.elements()[0]!;
    assert.deepEqual([d.uri, d.attributes[0]!.uri], ['urn:3', '']);
  });

  test('comments and instructions are kept, inside and around the root', () => {
    const { root, before, after } = parseXmlDocument('<!--1--><?p  q r?><a><!--2--><?s?></a><!--3-->');
    assert.deepEqual(
      before.map((n) => n.kind),
      ['comment', 'instruction'],
    );
    assert.deepEqual(
      root.children.map((n) => n.kind),
      ['comment', 'instruction'],
    );
    assert.equal(after.length, 1);
    assert.equal(before[1]!.kind === 'instruction' && before[1]!.value, 'q r');
  });

  for (const [name, bytes] of [
    ['UTF-8', Buffer.from('<a>Grüße</a>')],
    ['UTF-8 with a mark', Buffer.from('\ufeff<a>Grüße</a>')],
    ['ISO-8859-1', Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a>Grüße</a>', 'latin1')],
    ['UTF-16, little end first', Buffer.from('\ufeff<?xml version="1.0" encoding="UTF-16"?><a>Grüße</a>', 'utf16le')],
    ['UTF-16, big end first', Buffer.from('\ufeff<a>Grüße</a>', 'utf16le').swap16()],
  ] as const) {
    test(`bytes in ${name} are recognised`, () => assert.equal(parseXml(bytes).text, 'Grüße'));
  }

  test('the charset of the Content-Type weighs more than the declaration', () => {
    const bytes = Buffer.from('<?xml version="1.0" encoding="UTF-8"?><a>ü</a>', 'latin1');
    assert.equal(parseXml(bytes, { charset: 'iso-8859-1' }).text, 'ü');
  });
});

describe('what is refused', () => {
  const cases: readonly (readonly [source: string, text: RegExp, line: number, column: number])[] = [
    ['<a>\n  <b>\n</a>', /<b> is not closed: found <\/a>/, 3, 1],
    ['<a>\n <b>', /<b> is not closed/, 2, 2],
    ['<!DOCTYPE a [<!ENTITY x "y">]><a/>', /DOCTYPE is not allowed/, 1, 1],
    ['', /there is no element/, 1, 1],
    ['{"a":1}', /text is not allowed before/, 1, 1],
    ['<a/>\n<b/>', /a second element is not allowed after <\/a>/, 2, 1],
    ['<a>&nbsp;</a>', /&nbsp; is not a character reference/, 1, 4],
    ['<a>fish & chips</a>', /"&" is not a character reference/, 1, 9],
    ['<a>&constructor;</a>', /&constructor; is not/, 1, 4],
    ['<a>&#0;</a>', /is not a character reference/, 1, 4],
    ['<a x=1/>', /value of the attribute x is not in quotes/, 1, 6],
    ['<a x/>', /attribute x has no value/, 1, 4],
    ['<a x="1" x="2"/>', /attribute x stands twice/, 1, 10],
    ['<a xmlns:p="u" xmlns:q="u" p:x="1" q:x="2"/>', /attribute q:x stands twice/, 1, 36],
    ['<a x="1"y="2"/>', /a blank is missing/, 1, 9],
    ['<a p:x="1"/>', /prefix "p" is not declared/, 1, 4],
    ['<p:a/>', /prefix "p" is not declared/, 1, 2],
    ['<a><b', /the tag <b> is not finished/, 1, 4],
    ['<a b="<"/>', /"<" is not allowed in the value/, 1, 7],
    ['<a>]]></a>', /"\]\]>" is not allowed/, 1, 4],
    ['<a><!-- x -- y --></a>', /"--" is not allowed inside a comment/, 1, 11],
    ['<a><!-- x', /comment is not closed/, 1, 4],
    ['<a>\u0001</a>', /U\+0001 is not allowed/, 1, 4],
    ['\n<?xml version="1.0"?><a/>', /only allowed at the very start/, 2, 1],
    ['<?xml version="2.0"?><a/>', /XML declaration is not right/, 1, 1],
    ['<a xmlns:p=""/>', /xmlns:p needs a namespace/, 1, 4],
    ['<a:b:c xmlns:a="u"/>', /not a name with a prefix/, 1, 2],
    ['<1/>', /must be followed by a name/, 1, 1],
    ['</a>', /end tag without a start tag/, 1, 1],
  ];
  for (const [source, text, line, column] of cases) {
    test(`${JSON.stringify(source)} is refused where it is wrong`, () => {
      const error = refusal(source, { file: 'x.xml' });
      assert.match(error.text, text);
      assert.deepEqual([error.line, error.column, error.file], [line, column, 'x.xml']);
    });
  }

  test('an error says what to do next', () => {
    assert.equal(refusal('<a>\n <b></a>').hint, 'Write </b> first (opened on line 2).');
  });

  test('an attribute that stands twice is found among many', () => {
    const many = Array.from({ length: 20 }, (_, i) => `a${i}="1"`).join(' ');
    assert.equal(parseXml(`<e ${many}/>`).attributes.length, 20);
    assert.match(refusal(`<e ${many} a7="2"/>`).text, /attribute a7 stands twice/);
  });

  test('depth and size are limited', () => {
    const deep = `${'<a>'.repeat(501)}${'</a>'.repeat(501)}`;
    assert.match(refusal(deep).text, /nested more than 500 deep/);
    assert.equal(parseXml(deep, { maxDepth: 501 }).local, 'a');
    assert.match(refusal('<aaaaaaaa/>', { maxBytes: 10 }).text, /larger than 10 bytes/);
  });

  test('bytes that are not the encoding they claim are refused', () => {
    assert.match(refusal(Buffer.from('<a>ü</a>', 'latin1')).text, /not valid UTF-8/);
    assert.match(refusal(Buffer.from('<?xml version="1.0" encoding="EBCDIC-9"?><a/>')).text, /"EBCDIC-9" is not known/);
  });
});

describe('against saxes', () => {
  test('every generated document is read as saxes reads it', () => {
    fc.assert(fc.property(documents, (source) => assert.deepEqual(events(source), saxesEvents(source))));
  });

  test('a document with one character changed is read as saxes reads it, or refused', () => {
    const change = fc.tuple(
      documents,
      fc.nat(),
      fc.constantFrom('<', '>', '&', '"', "'", '/', '=', ' ', ':', '-', ']', 'a', ';', '!', '?', '\n', ''),
    );
    fc.assert(
      fc.property(change, ([source, where, character]) => {
        const at = where % source.length;
        const changed = source.slice(0, at) + character + source.slice(at + 1);
        // saxes lets more through: DOCTYPE, halves of a surrogate pair, <p:-x/>, <?p? ?>.
        const read = events(changed);
        if (read[0] !== 'refused') assert.deepEqual(read, saxesEvents(changed), changed);
      }),
      { numRuns: 2000 },
    );
  });
});

/** What a document says, one line per thing; 'refused' when it is none. */
function events(source: string): string[] {
  const out: string[] = [];
  const walk = (element: XmlElement): void => {
    // saxes takes blanks around a namespace away; XML does not.
    out.push(`<{${element.uri.trim()}}${element.local}`);
    for (const a of element.attributes) out.push(`@{${a.uri.trim()}}${a.local}=${a.value}`);
    for (const child of element.children) {
      if (child.kind === 'element') walk(child);
      else if (child.kind === 'text') out.push(child.value);
      else if (child.kind === 'comment') out.push(`!${child.value}`);
      else out.push(`?${child.target} ${child.value}`);
    }
    out.push('>');
  };
  try {
    walk(parseXml(source));
  } catch (error) {
    assert.ok(error instanceof XmlSyntaxError);
    return ['refused'];
  }
  return out;
}

function saxesEvents(source: string): string[] {
  const out: string[] = [];
  let text = '';
  let depth = 0;
  const flush = (): void => {
    if (text !== '' && depth > 0) out.push(text);
    text = '';
  };
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('text', (value) => void (text += value));
  parser.on('cdata', (value) => void (text += value));
  parser.on('comment', (value) => {
    flush();
    if (depth > 0) out.push(`!${value}`);
  });
  parser.on('processinginstruction', ({ target, body }) => {
    flush();
    if (depth > 0) out.push(`?${target} ${body}`);
  });
  parser.on('opentag', (tag) => {
    flush();
    depth++;
    out.push(`<{${tag.uri}}${tag.local}`);
    for (const a of Object.values(tag.attributes)) {
      if (a.prefix !== 'xmlns' && a.name !== 'xmlns') out.push(`@{${a.uri}}${a.local}=${a.value}`);
    }
  });
  parser.on('closetag', () => {
    flush();
    depth--;
    out.push('>');
  });
  try {
    parser.write(source).close();
  } catch {
    return ['refused'];
  }
  return out;
}

test('what is written is read as the same document', () => {
  fc.assert(
    fc.property(documents, (source) => assert.deepEqual(events(serializeXml(parseXml(source))), events(source))),
  );
});

/** Documents with prefixes, attributes, text, references, CDATA, comments and instructions, over several lines. */
const documents: fc.Arbitrary<string> = fc
  .letrec<{ node: string; element: string }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(
        'text',
        ' ',
        '\n',
        '&lt;&#x41;',
        '<![CDATA[ <x> ]]>',
        '<!-- c -->',
        '<?pi some data?>',
        'é€😀',
        ']]',
      ),
      tie('element'),
    ),
    element: fc
      .tuple(
        fc.constantFrom('a', 'b-c', 'p:d', 'é', '_x.1'),
        fc.uniqueArray(
          fc.tuple(fc.constantFrom('x', 'y', 'p:x', 'q:z'), fc.constantFrom('', '1', 'a b', '&amp;"', "it's")),
          { selector: ([name]) => name, maxLength: 3 },
        ),
        fc.constantFrom('', ' xmlns="urn:d"', ' xmlns:p="urn:inner"', ' xmlns=""'),
        fc.constantFrom(' ', '\n  '),
        fc.array(tie('node'), { maxLength: 4 }),
        fc.boolean(),
      )
      .map(([name, attributes, declared, blank, children, short]) => {
        const written = attributes.map(([n, v]) => (v.includes('"') ? `${blank}${n}='${v}'` : `${blank}${n} = "${v}"`));
        const tag = `${name}${written.join('')}${declared}`;
        return children.length === 0 && short ? `<${tag}/>` : `<${tag}>${children.join('')}</${name} >`;
      }),
  }))
  .element.map((element) => `<root xmlns:p="urn:p" xmlns:q="urn:q">\n${element}</root>`);
