import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeMetrics } from './metrics.ts';

test('samples of all replicas stand together under one head, each with its pod', () => {
  const text = (n: number): string =>
    [
      '# HELP api_total Requests.',
      '# TYPE api_total counter',
      `api_total{name="Orders",path="/a b"} ${n}`,
      '# TYPE up gauge',
      `up ${n} 1700000000000`,
      'plain{} 1',
      '# TYPE latency histogram',
      `latency_bucket{le="0.1"} ${n}`,
      `latency_sum ${n}`,
      '',
    ].join('\n');
  const merged = mergeMetrics([
    { pod: 'pod-1', text: text(1) },
    { pod: 'pod-2', text: text(2) },
  ]);
  assert.equal(
    merged,
    [
      '# HELP api_total Requests.',
      '# TYPE api_total counter',
      'api_total{pod="pod-1",name="Orders",path="/a b"} 1',
      'api_total{pod="pod-2",name="Orders",path="/a b"} 2',
      '# TYPE up gauge',
      'up{pod="pod-1"} 1 1700000000000',
      'up{pod="pod-2"} 2 1700000000000',
      'plain{pod="pod-1"} 1',
      'plain{pod="pod-2"} 1',
      '# TYPE latency histogram',
      'latency_bucket{pod="pod-1",le="0.1"} 1',
      'latency_sum{pod="pod-1"} 1',
      'latency_bucket{pod="pod-2",le="0.1"} 2',
      'latency_sum{pod="pod-2"} 2',
      '',
    ].join('\n'),
  );
});

test('a replica that labels its samples with a pod already is taken at its word', () => {
  assert.equal(mergeMetrics([{ pod: 'pod-1', text: 'up{pod="pod-1"} 1\n' }]), 'up{pod="pod-1"} 1\n');
});

test('a replica that does not answer leaves no trace', () => {
  assert.equal(mergeMetrics([{ pod: 'pod-1', text: '' }]), '');
});
