import assert from 'node:assert/strict';
import { test } from 'node:test';
import { report } from '../fixtures/facts.ts';
import { readReport, reportLine, type ReportedProblem } from './report.ts';
import { filesDigest, sourceKey } from './source.ts';

test('a report is found among whatever else a process writes', () => {
  const line = reportLine(report.inside, []);
  assert.deepEqual(readReport(['starting', line, 'done']), JSON.parse(JSON.stringify(report)));
  assert.equal(readReport(['starting', 'done']), undefined);
  assert.equal(readReport(['GANTRY_INSIDE {"v":1,']), undefined);
  assert.equal(readReport(['GANTRY_INSIDE {"v":2}']), undefined);
});

test('of many problems the worst come along', () => {
  const many: ReportedProblem[] = Array.from({ length: 30 }, (_, n) => ({ level: 'warning', text: `w${n}` }));
  const { problems } = readReport([reportLine(report.inside, [...many, { level: 'error', text: 'e' }])])!;
  assert.equal(problems.length, 20);
  assert.equal(problems[0]!.text, 'e');
});

test('other files of a ConfigMap are another source; their order is none', () => {
  const map = (data: Record<string, string>, binaryData?: Record<string, string>) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'files' },
    data,
    ...(binaryData && { binaryData }),
  });
  assert.equal(filesDigest(map({ a: '1', b: '2' })), filesDigest(map({ b: '2', a: '1' })));
  assert.notEqual(filesDigest(map({ a: '1' })), filesDigest(map({}, { a: '1' })));
  const key = (data: Record<string, string>): string | undefined =>
    sourceKey({ configMap: { name: 'files' } }, map(data));
  assert.notEqual(key({ a: '1' }), key({ a: '2' }));
  assert.equal(sourceKey({ configMap: { name: 'files' } }, undefined), undefined);
});
