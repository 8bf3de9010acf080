/**
 * Holds the import table of the rooms (docs/architecture.md). If it stops you, first ask whether a port is missing.
 */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { test } from 'node:test';

const src: string = resolve(import.meta.dirname, '../src');

/** Rooms a room may import, itself aside. The files directly in src may be imported by everyone. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  message: [],
  expressions: ['message'],
  artifacts: ['expressions', 'message'],
  engine: ['artifacts', 'expressions', 'message'],
  mediators: ['engine', 'artifacts', 'expressions', 'message'],
  transports: ['engine', 'artifacts', 'expressions', 'message'],
  endpoints: ['engine', 'artifacts', 'expressions', 'message'],
  stores: ['engine', 'artifacts', 'expressions', 'message'],
  coordination: [],
  deploy: ['artifacts', 'coordination', 'expressions', 'message'],
  runtime: [
    // Only for what a replica and its supervisor tell each other: deploy/local/protocol.ts.
    'deploy',
    'coordination',
    'mediators',
    'transports',
    'endpoints',
    'stores',
    'engine',
    'artifacts',
    'expressions',
    'message',
  ],
  console: [
    'runtime',
    'deploy',
    'coordination',
    'mediators',
    'endpoints',
    'engine',
    'artifacts',
    'expressions',
    'message',
  ],
};

const sources: readonly string[] = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
);

function importsOf(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)].map((m) =>
    relative(src, resolve(src, dirname(file), m[1]!)),
  );
}

const roomOf = (file: string): string => (file.includes(sep) ? file.slice(0, file.indexOf(sep)) : '');

test('every folder of src is a room of the table', () => {
  const rooms = new Set(sources.map(roomOf).filter((room) => room !== ''));
  assert.deepEqual(
    [...rooms].filter((room) => !(room in allowed)),
    [],
  );
});

for (const room of Object.keys(allowed)) {
  test(`${room} imports only the rooms below it`, () => {
    const trespasses = sources
      .filter((file) => roomOf(file) === room)
      .flatMap((file) =>
        importsOf(file)
          .filter((to) => roomOf(to) !== '' && roomOf(to) !== room && !allowed[room]!.includes(roomOf(to)))
          .map((to) => `${file} imports ${to}`),
      );
    assert.deepEqual(trespasses, []);
  });
}

test('the files directly in src import no room', () => {
  const trespasses = sources
    .filter((file) => roomOf(file) === '')
    .flatMap((file) => importsOf(file).filter((to) => roomOf(to) !== ''));
  assert.deepEqual(trespasses, []);
});

test('no import cycle runs through the sources', () => {
  const state = new Map<string, 'open' | 'done'>();
  const cycles: string[] = [];
  const typeOnly = (file: string): Set<string> => {
    const text = readFileSync(join(src, file), 'utf8');
    return new Set(
      [...text.matchAll(/import\s+type\s[^;]*?from\s+'(\.{1,2}\/[^']+)'/g)].map((m) =>
        relative(src, resolve(src, dirname(file), m[1]!)),
      ),
    );
  };
  const visit = (file: string, path: readonly string[]): void => {
    if (state.get(file) === 'done') return;
    if (state.get(file) === 'open') {
      cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
      return;
    }
    state.set(file, 'open');
    const erased = typeOnly(file);
    for (const to of importsOf(file)) if (!erased.has(to) && sources.includes(to)) visit(to, [...path, file]);
    state.set(file, 'done');
  };
  for (const file of sources) visit(file, []);
  assert.deepEqual(cycles, []);
});
