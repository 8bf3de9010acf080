/** What happens to machines. Each fault lasts until it is disposed of; then the node is Ready again. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { noCluster, type Api } from './api.ts';

const run = promisify(execFile);

export type NodeFault = 'crash' | 'freeze' | 'cut';

const undone: Readonly<Record<NodeFault, string>> = { crash: 'start', freeze: 'thaw', cut: 'join' };

/** A command that takes "crash-node N" and "start-node N", "freeze-node" and "thaw-node", "cut-node" and "join-node". */
export const noNodeFaults: string | false =
  noCluster !== false
    ? noCluster
    : process.env['CLUSTER_COMMAND'] === undefined &&
      'nodes cannot be crashed here: name a command that takes "crash-node N" and the like in CLUSTER_COMMAND';

export async function strike(api: Api, node: string, fault: NodeFault): Promise<AsyncDisposable> {
  const number = /\d+$/.exec(node)![0];
  const command = process.env['CLUSTER_COMMAND']!;
  await run(command, [`${fault}-node`, number]);
  return {
    async [Symbol.asyncDispose]() {
      await run(command, [`${undone[fault]}-node`, number]);
      // It says so itself again, and not only what was known of it before.
      const since = Date.now();
      await api.until(
        `${node} is Ready`,
        () => api.get(`/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${node}`),
        ({ spec }) => Date.parse(spec.renewTime) > since,
      );
      await api.until(`${node} is Ready`, () => api.get(`/api/v1/nodes/${node}`), isReady);
    },
  };
}

function isReady({ status }: { status: { conditions: readonly { type: string; status: string }[] } }): boolean {
  return status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True');
}
