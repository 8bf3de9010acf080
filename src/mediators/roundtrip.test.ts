/**
 * Files parity/*.xml beside a mediator hold pairs: <case><given>as users write it</given><canonical>as it is written
 * back</canonical></case>. Without <canonical> the given form is the canonical one.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeElement } from '../artifacts/shape/writer.ts';
import { parseXml } from '../message/xml/parse.ts';
import { serializeXml } from '../message/xml/serialize.ts';
import { cloneNode, type XmlElement } from '../message/xml/tree.ts';
import { mediators } from './index.ts';
import { readFlow } from './try-out.ts';

const files = readdirSync(import.meta.dirname, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.name.endsWith('.xml'))
  .map((entry) => join(entry.parentPath, entry.name));

const tried = new Set<string>();

for (const file of files) {
  for (const one of parseXml(readFileSync(file, 'utf8')).elements()) {
    const given = one.child('given')!.elements()[0]!;
    const canonical = one.child('canonical')?.elements()[0] ?? given;
    tried.add(given.local);
    test(`<${given.local}> ${one.attribute('title') ?? ''} comes back canonical`, () => {
      const back = rewritten(given);
      assert.equal(back, normal(canonical));
      assert.equal(rewritten(parseXml(back)), back, 'what is written reads again to the same');
    });
  }
}

test('every mediator has a parity file', () => {
  const simple = new Set(['comment', 'description', 'drop', 'loopback', 'out', 'propertyGroup', 'respond']);
  const missing = mediators.map((m) => m.tag).filter((tag) => !tried.has(tag) && !simple.has(tag));
  assert.deepEqual(missing, []);
});

function rewritten(element: XmlElement): string {
  const { steps, problems } = readFlow(serializeXml(element));
  assert.deepEqual(problems, []);
  const [step] = steps.steps;
  assert.ok(step);
  return serializeXml(writeElement(step.spec, step.config));
}

/** Without the indentation of the file. */
function normal(element: XmlElement): string {
  const copy = cloneNode(element);
  const strip = (e: XmlElement): void => {
    if (e.elements().length > 0) e.children = e.children.filter((c) => c.kind !== 'text' || c.value.trim() !== '');
    e.elements().forEach(strip);
  };
  strip(copy);
  return serializeXml(copy);
}
