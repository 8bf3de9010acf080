/** docs/reference/metrics.md must name every metric of a replica, with its type, and no other. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { parseMetrics } from '../src/runtime/metrics/fixtures/parse.ts';
import { createMetrics } from '../src/runtime/metrics/integration.ts';

const page: string = readFileSync(resolve(import.meta.dirname, '../docs/reference/metrics.md'), 'utf8');

const byName = (pairs: Iterable<readonly [string, string]>): [string, string][] =>
  [...pairs].map(([name, type]): [string, string] => [name, type]).sort(([a], [b]) => (a < b ? -1 : 1));

test('the page has the metrics of a replica, each with its type', () => {
  const [ofReplicas] = page.split('## Of `gantry run` itself');
  const documented = [...ofReplicas!.matchAll(/^\| (`.*?`) \| (\w+) \|/gm)].flatMap(([, names, type]) =>
    names!.split(', ').map((name) => [name.replaceAll('`', ''), type!] as const),
  );
  const metrics = createMetrics({
    version: '1',
    startedAt: 0,
    deployed: () => [],
    member: () => undefined,
    standings: () => [],
  });
  const { types } = parseMetrics(metrics.registry.text());
  assert.deepEqual(byName(documented), byName(types));
});
