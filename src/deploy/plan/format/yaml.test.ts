import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { writeYaml, type Plain } from './yaml.ts';

test('maps, lists and lists of maps nest as people write them', () => {
  const text = writeYaml({ name: 'harbour', pods: [{ name: 'pod-1', holds: ['a/b'], spare: [] }, { name: 'pod-2' }] });
  assert.equal(
    text,
    [
      'name: harbour',
      'pods:',
      '  - name: pod-1',
      '    holds:',
      '      - a/b',
      '    spare: []',
      '  - name: pod-2',
      '',
    ].join('\n'),
  );
});

test('text that a YAML reader would take for something else is quoted', () => {
  for (const trap of [
    'yes',
    'No',
    'null',
    '~',
    '1.5',
    '0x1f',
    '2026-01-01',
    '- a',
    'a: b',
    'a #b',
    '',
    ' a',
    'a ',
    '[x',
    '*x',
    '!x',
    '5:30',
    '.inf',
    'y',
  ]) {
    assert.equal(writeYaml(trap), `${JSON.stringify(trap)}\n`);
  }
});

test('every value reads back as it was', () => {
  const { value } = fc.letrec<{ value: Plain }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.constantFrom('yes', 'a-b c', 'x: y', '\u2028')),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (Object.is(n, -0) ? 0 : n)),
      fc.boolean(),
      fc.constant(null),
      fc.array<Plain>(tie('value'), { maxLength: 4 }),
      fc.dictionary<Plain>(fc.string(), tie('value'), { maxKeys: 4, noNullPrototype: true }),
    ),
  }));
  fc.assert(
    fc.property(value, (v) => assert.deepEqual(read(writeYaml(v)), v)),
    { numRuns: 300 },
  );
});

/** Reads the part of YAML that the writer uses: block maps and lists, plain and JSON scalars. */
function read(text: string): Plain {
  const rows = text
    .split('\n')
    .slice(0, -1)
    .map((row) => ({ indent: row.length - row.trimStart().length, text: row.trimStart() }));
  let at = 0;
  const block = (indent: number): Plain => {
    if (rows[at]!.text.startsWith('- ')) {
      const list: Plain[] = [];
      while (rows[at]?.indent === indent && rows[at]!.text.startsWith('- ')) {
        // What follows the dash stands two columns further in, as a block of its own.
        rows[at] = { indent: indent + 2, text: rows[at]!.text.slice(2) };
        list.push(block(indent + 2));
      }
      return list;
    }
    const map: Record<string, Plain> = {};
    if (!keyed.test(rows[at]!.text)) return scalar(rows[at++]!.text);
    while (rows[at]?.indent === indent) {
      const [, key, rest] = keyed.exec(rows[at]!.text)!;
      at++;
      const item = rest === '' ? block(indent + 2) : scalar(rest!.trimStart());
      Object.defineProperty(map, scalar(key!) as string, { value: item, enumerable: true, configurable: true });
    }
    return map;
  };
  return block(0);
}

const keyed = /^("(?:[^"\\]|\\.)*"|[A-Za-z][^":]*):(| .*)$/;

function scalar(text: string): Plain {
  return /^[A-Za-z]/.test(text) && !/^(true|false|null)$/.test(text) ? text : (JSON.parse(text) as Plain);
}
