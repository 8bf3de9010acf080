import { KubernetesArbiter } from '../../src/coordination/arbiters/kubernetes/arbiter.ts';
import { ApiClient } from '../../src/coordination/arbiters/kubernetes/client.ts';
import { FakeApi } from '../../src/coordination/arbiters/kubernetes/fixtures/fake-api.ts';
import { defaultMirrorTimes } from '../../src/coordination/arbiters/kubernetes/mirror.ts';
import { systemClock } from '../../src/clock.ts';
import { silentLogger } from '../../src/log.ts';
import { arbiterConformance } from './arbiter.ts';

arbiterConformance('Kubernetes, a fake API server', async () => {
  const api = await FakeApi.start();
  const open = (): KubernetesArbiter =>
    new KubernetesArbiter({
      client: new ApiClient(api.access(), systemClock),
      deployment: 'orders',
      clock: systemClock,
      log: silentLogger,
      // A busy machine may answer late; what a late answer means has tests of its own.
      times: { ...defaultMirrorTimes, probeMs: 5_000 },
    });
  const first = open();
  const second = open();
  return {
    first,
    second,
    async close() {
      await Promise.all([first.close(), second.close()]);
      await api[Symbol.asyncDispose]();
    },
  };
});
