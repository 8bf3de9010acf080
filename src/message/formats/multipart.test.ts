import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { XmlElement } from '../xml/tree.ts';
import { multipartToXml, xmlToMultipart } from './multipart.ts';

const lines = (...all: string[]): Buffer => Buffer.from(all.join('\r\n'));

test('fields are text, files are base64 with their name and type', () => {
  const body = lines(
    'ignored',
    '--b',
    'Content-Disposition: form-data; name="full name"',
    '',
    'Ann',
    '--b',
    'content-disposition: form-data; name=photo; filename="a \\"b\\".png"',
    'Content-Type: image/png',
    '',
    '\u0001\r\n\u0002',
    '--b--',
    '',
  );
  const [field, file] = multipartToXml(body, 'b').elements();
  assert.deepEqual([field!.local, field!.text], ['full_JsonReader_32_name', 'Ann']);
  assert.deepEqual([file!.attribute('filename'), file!.attribute('content-type')], ['a "b".png', 'image/png']);
  assert.equal(Buffer.from(file!.text, 'base64').toString(), '\u0001\r\n\u0002');
});

test('an empty part is an empty field', () => {
  const body = lines('--b', 'Content-Disposition: form-data; name="a"', '', '', '--b--');
  assert.equal(multipartToXml(body, 'b').child('a')?.text, '');
});

test('a body that is cut off, or without its boundary, is refused', () => {
  const cut = lines('--b', 'Content-Disposition: form-data; name="a"', '', 'x');
  assert.throws(() => multipartToXml(cut, 'b'), /cut off/);
  assert.throws(() => multipartToXml(cut, 'other'), /does not contain its boundary/);
  assert.throws(() => multipartToXml(cut, undefined), /names no boundary/);
});

test('any fields and files come back', () => {
  const part = fc.record({
    name: fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/),
    bytes: fc.uint8Array(),
    file: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
      const root = new XmlElement('mediate');
      for (const { name, bytes, file } of parts) {
        const element = new XmlElement(name);
        element.text = file ? Buffer.from(bytes).toString('base64') : Buffer.from(bytes).toString('hex');
        if (file) element.setAttribute('filename', `${name}.bin`);
        root.append(element);
      }
      const back = multipartToXml(xmlToMultipart(root, 'boundary'), 'boundary');
      const shown = (e: XmlElement): unknown[] => [e.local, e.text, e.attribute('filename')];
      assert.deepEqual(back.elements().map(shown), root.elements().map(shown));
    }),
  );
});

test('a name cannot smuggle a header in', () => {
  const root = new XmlElement('mediate');
  const file = new XmlElement('a');
  file.setAttribute('filename', 'x"\r\nEvil: 1');
  root.append(file);
  assert.doesNotMatch(Buffer.from(xmlToMultipart(root, 'b')).toString(), /^Evil/m);
});
