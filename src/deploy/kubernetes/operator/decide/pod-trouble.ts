import type { KubernetesObject } from '../../cluster/cluster.ts';
import { waitingText, type Waiting } from '../waiting.ts';

interface PodObject extends KubernetesObject {
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
    readonly containerStatuses?: readonly {
      readonly restartCount?: number;
      readonly state?: { readonly waiting?: Waiting };
      readonly lastState?: { readonly terminated?: { readonly reason?: string; readonly exitCode?: number } };
    }[];
  };
}

/** Why a pod does not take requests, as far as Kubernetes says; undefined: it only takes its time. */
export function troubleOf(pod: KubernetesObject): string | undefined {
  const { metadata, status = {} } = pod as PodObject;
  const [container] = status.containerStatuses ?? [];
  const waits = container?.state?.waiting && waitingText(container.state.waiting);
  const ended = container?.lastState?.terminated;
  if (waits !== undefined) {
    const exit = ended?.exitCode === undefined ? '' : `, exit code ${ended.exitCode} (${ended.reason})`;
    return `pod ${metadata.name}: ${waits}${exit}`;
  }
  const unscheduled = status.conditions?.find((one) => one.type === 'PodScheduled' && one.status === 'False');
  return unscheduled && `pod ${metadata.name} has no node: ${unscheduled.message}`;
}
