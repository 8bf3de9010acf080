import { systemClock } from '../../../clock.ts';
import type { ArbiterContext, EventSink } from '../../open-arbiter.ts';
import type { Access } from './access.ts';
import { KubernetesArbiter } from './arbiter.ts';
import { ApiClient } from './client.ts';
import { KubernetesEvents } from './events.ts';
import { inClusterAccess, type Environment } from './in-cluster.ts';
import { kubeconfigAccess } from './kubeconfig.ts';
import { defaultMirrorTimes } from './mirror.ts';
import { SilentPods } from './silent-pods.ts';

/** `address`: kubernetes, or kubernetes:NAMESPACE. */
export async function openKubernetesArbiter(
  address: string,
  context: ArbiterContext,
  env: Environment = process.env,
): Promise<KubernetesArbiter> {
  checkName(context.deployment);
  return kubernetesArbiter(await accessOf(address, env), context);
}

/** As whoever that is, in the namespace of that access. */
export function kubernetesArbiter(access: Access, context: ArbiterContext): KubernetesArbiter {
  const { deployment, log, patienceMs = defaultMirrorTimes.probeMs } = context;
  const client = new ApiClient(access, systemClock);
  const times = { ...defaultMirrorTimes, probeMs: patienceMs };
  return new KubernetesArbiter({ client, deployment, clock: systemClock, log, times });
}

function checkName(deployment: string): void {
  // It becomes a label's value and a part of names.
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(deployment))
    throw new Error(
      `"${deployment}" cannot name a deployment on Kubernetes: use at most 63 of a-z, 0-9 and -, with - only inside`,
    );
}

/** Where what happens to members is told to the cluster, and has its effect there; with connections of its own. */
export async function openKubernetesEvents(
  address: string,
  { deployment, pod, log }: ArbiterContext,
  env: Environment = process.env,
): Promise<EventSink> {
  const access = await accessOf(address, env);
  const shared = { clock: systemClock, log };
  const told = new KubernetesEvents({ ...shared, client: new ApiClient(access, systemClock), deployment, pod });
  const silent = new SilentPods({ ...shared, client: new ApiClient(access, systemClock) });
  return {
    take(event) {
      told.take(event);
      // Elsewhere than in pods nobody's name is that of a pod.
      if (pod !== undefined) silent.take(event);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([told[Symbol.asyncDispose](), silent[Symbol.asyncDispose]()]);
    },
  };
}

/** Who this process is to the API server, and in which namespace: a pod's service account, elsewhere kubectl's user. */
export async function accessOf(address: string, env: Environment): Promise<Access> {
  const access = inClusterAccess(env) ?? (await kubeconfigAccess(env));
  const namespace = address.split(':')[1];
  return namespace ? { ...access, namespace } : access;
}
