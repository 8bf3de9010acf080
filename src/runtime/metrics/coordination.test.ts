import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MemberStatus } from '../../coordination/events.ts';
import { coordinationMetrics } from './coordination.ts';
import { parseMetrics } from './fixtures/parse.ts';
import { MetricsRegistry } from './registry.ts';

const member: MemberStatus = {
  pod: 'pod-1',
  node: 'node-1',
  boot: 'pod-1.a',
  state: 'acting',
  validForMs: 843,
  holding: [{ artifact: 'task/"odd"', token: 1_795_257_054_534, runs: 3 }],
  members: [1, 2, 3].map((n) => ({ pod: `pod-${n}`, node: 'n', boot: `pod-${n}.a`, state: 'active' })),
  counts: {
    renewals: 2,
    failedRenewals: 1,
    renewLatencyMs: 4,
    worstRenewLatencyMs: 200,
    acquired: 1,
    released: 0,
    lost: 0,
    rejoins: 0,
    revoked: 0,
    claimsGranted: 7,
    claimsRefused: 2,
  },
};

test('what a replica holds, its lease, its claims and what happened to it can be read', () => {
  const registry = new MetricsRegistry();
  const metrics = coordinationMetrics(registry, () => member);
  metrics.event('acquired');
  metrics.event('acquired');
  metrics.event('left');
  metrics.renewal(true, 4);
  metrics.renewal(true, 200);
  metrics.renewal(false, 350);
  const { value, types } = parseMetrics(registry.text());
  assert.equal(value('gantry_artifact_held', { artifact: 'task/"odd"' }), 1);
  assert.equal(value('gantry_artifact_token', { artifact: 'task/"odd"' }), 1_795_257_054_534);
  assert.equal(value('gantry_coordination_lease_valid_seconds'), 0.843);
  assert.equal(value('gantry_coordination_members'), 3);
  assert.equal(value('gantry_coordination_transitions_total', { type: 'acquired' }), 2);
  assert.equal(value('gantry_coordination_transitions_total', { type: 'revoked' }), 0);
  assert.equal(value('gantry_coordination_transitions_total', { type: 'left' }), undefined);
  assert.equal(value('gantry_coordination_renewals_total', { outcome: 'accepted' }), 2);
  assert.equal(value('gantry_coordination_renewals_total', { outcome: 'failed' }), 1);
  assert.equal(value('gantry_coordination_renew_latency_seconds_bucket', { le: '0.005' }), 1);
  assert.equal(value('gantry_coordination_renew_latency_seconds_bucket', { le: '0.25' }), 2);
  assert.equal(value('gantry_coordination_renew_latency_seconds_count'), 2);
  assert.equal(value('gantry_coordination_claims_total', { outcome: 'granted' }), 7);
  assert.equal(value('gantry_coordination_claims_total', { outcome: 'refused' }), 2);
  assert.equal(types.get('gantry_coordination_claims_total'), 'counter');
  assert.equal(types.get('gantry_coordination_lease_valid_seconds'), 'gauge');
});

test('a replica that is no member says nothing of a lease, and nothing holds', () => {
  const registry = new MetricsRegistry();
  coordinationMetrics(registry, () => undefined);
  const { value } = parseMetrics(registry.text());
  assert.equal(value('gantry_coordination_lease_valid_seconds'), undefined);
  assert.equal(value('gantry_coordination_claims_total', { outcome: 'granted' }), undefined);
  assert.equal(value('gantry_coordination_renewals_total', { outcome: 'accepted' }), 0);
});
