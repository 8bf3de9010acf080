import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { systemClock } from '../../../clock.ts';
import { Rotation } from './rotation.ts';
import { Upstream, type Passenger } from './upstream.ts';

function rotationOf(count: number): { rotation: Rotation; upstreams: readonly Upstream[] } {
  const rotation = new Rotation();
  const upstreams = Array.from(
    { length: count },
    (_, i) => new Upstream(`pod-${i}`, 'http://127.0.0.1:9', true, systemClock),
  );
  for (const upstream of upstreams) rotation.add(upstream);
  return { rotation, upstreams };
}

test('replicas that finish everything at once get equal shares', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 60 }), (count, requests) => {
      const { rotation, upstreams } = rotationOf(count);
      for (let i = 0; i < requests; i++) {
        const passenger: Passenger = { leave: () => false };
        const upstream = rotation.pick();
        upstream?.board(passenger, 0);
        upstream?.alight(passenger);
      }
      const taken = upstreams.map((upstream) => upstream.taken);
      assert.ok(Math.max(...taken) - Math.min(...taken) <= 1, String(taken));
    }),
    { numRuns: 40 },
  );
});

test('whatever is in flight, the next request goes to a ready replica with the least of it', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({ load: fc.integer({ min: 0, max: 4 }), state: fc.constantFrom('ready', 'quiet', 'draining') }),
        {
          minLength: 1,
          maxLength: 6,
        },
      ),
      (replicas) => {
        const { rotation, upstreams } = rotationOf(replicas.length);
        replicas.forEach(({ load, state }, i) => {
          const upstream = upstreams[i] as Upstream;
          upstream.state = state as Upstream['state'];
          for (let n = 0; n < load; n++) upstream.board({ leave: () => false }, 0);
        });
        const ready = replicas.filter((one) => one.state === 'ready');
        const picked = rotation.pick();
        assert.equal(picked?.inFlight.size, ready.length === 0 ? undefined : Math.min(...ready.map((one) => one.load)));
        assert.ok(picked === undefined || picked.state === 'ready');
      },
    ),
    { numRuns: 60 },
  );
});

test('a replica that only holds artifacts gets no request', () => {
  const rotation = new Rotation();
  rotation.add(new Upstream('pod-2', 'http://127.0.0.1:9', false, systemClock));
  assert.equal(rotation.pick(), undefined);
  assert.equal(rotation.ready, 0);
});
