import { test } from 'node:test';
import { openKubernetesArbiter } from '../../../src/coordination/arbiters/kubernetes/open.ts';
import { silentLogger } from '../../../src/log.ts';
import { arbiterConformance } from '../../conformance/arbiter.ts';
import { noCluster, openNamespace } from './cluster.ts';

if (noCluster) test('an arbiter on a real API server', { skip: noCluster }, () => {});
else
  arbiterConformance('Kubernetes, a real API server and the Role that is printed', async () => {
    const namespace = await openNamespace(['orders']);
    const env = { KUBECONFIG: namespace.kubeconfig() };
    const context = { deployment: 'orders', log: silentLogger };
    const first = await openKubernetesArbiter('kubernetes', context, env);
    const second = await openKubernetesArbiter('kubernetes', context, env);
    return {
      first,
      second,
      async close() {
        await Promise.all([first.close(), second.close()]);
        await namespace[Symbol.asyncDispose]();
      },
    };
  });
