import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metricsLine } from './fixtures/parse.ts';
import { MetricsRegistry } from './registry.ts';
import { createMetrics } from './integration.ts';

test('every line is of the text format, whatever a name holds', () => {
  const registry = new MetricsRegistry();
  registry.counter('a_total', 'back\\slash and\nnew line').with({ name: 'quote " back \\ line\n' }).add(3);
  registry.histogram('b_seconds', 'b', [0.1, 1]).with({ name: 'x' }).observe(0.5);
  registry.gauge('c', 'c', () => [[{}, Infinity]]);
  for (const text of registry.text().trimEnd().split('\n')) assert.match(text, metricsLine);
});

test('histogram buckets are cumulative and end in +Inf', () => {
  const registry = new MetricsRegistry();
  const h = registry.histogram('h', 'h', [1, 2]).with({});
  for (const value of [0.5, 1.5, 9]) h.observe(value);
  const text = registry.text();
  assert.match(text, /h_bucket\{le="1"\} 1\n/);
  assert.match(text, /h_bucket\{le="2"\} 2\n/);
  assert.match(text, /h_bucket\{le="\+Inf"\} 3\n/);
  assert.match(text, /h_sum 11\n/);
});

test("MI's names are kept for APIs and proxies", () => {
  const metrics = createMetrics({
    version: '1',
    startedAt: 0,
    deployed: () => [],
    member: () => undefined,
    standings: () => [],
  });
  metrics.service('api', 'Orders').done(0.02, false);
  metrics.service('proxy', 'Quote').done(0.02, true);
  const text = metrics.registry.text();
  assert.match(text, /wso2_integration_api_request_count_total\{service_name="Orders",service_type="api"\} 1/);
  assert.match(text, /wso2_integration_proxy_request_count_error_total\{service_name="Quote",service_type="proxy"\} 1/);
  assert.match(
    text,
    /wso2_integration_api_latency_seconds_bucket\{service_name="Orders",service_type="api",le="0.025"\} 1/,
  );
});
