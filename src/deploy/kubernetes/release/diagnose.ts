/** Why pods do not come, as far as the cluster tells, and what to do. Pure. */
import type { Deployment } from '../cluster/deployment.ts';
import { isReady, podsOf, restartsOf, type Pod, type View } from './shapes.ts';

/**
 * - IMAGE_NOT_PULLED: the node does not get the image
 * - CRASHES: the container ends again and again
 * - UNSCHEDULABLE: no node has room for the pod, or may take it
 * - QUOTA: the namespace's ResourceQuota is used up
 * - POD_SECURITY: the namespace forbids such pods
 * - NOT_CREATED: pods cannot be made, for another reason
 * - CONTAINER_NOT_MADE: the node cannot make the container, for the lack of a Secret, say
 * - NOT_READY: it runs, and /ready does not say yes
 * - STUCK: there was no progress for as long as the Deployment allows
 */
export type DiagnosisCode =
  | 'IMAGE_NOT_PULLED'
  | 'CRASHES'
  | 'UNSCHEDULABLE'
  | 'QUOTA'
  | 'POD_SECURITY'
  | 'NOT_CREATED'
  | 'CONTAINER_NOT_MADE'
  | 'NOT_READY'
  | 'STUCK';

export interface Diagnosis {
  readonly code: DiagnosisCode;
  /** Of the Deployment. */
  readonly group: string;
  /** One of those it is about. */
  readonly pod: string | undefined;
  readonly text: string;
  readonly hint: string;
  /** Said only when it has lasted for so long: every pod has such moments. */
  readonly saidAfterMs: number;
  /** Lasting for so long it will not heal by itself; undefined: it may, so only the deadline decides. */
  readonly hopelessAfterMs: number | undefined;
}

/** Milliseconds. A pod that starts fails its first probes, and may wait for a node that another pod is leaving. */
const patience: Partial<Record<DiagnosisCode, number>> = { NOT_READY: 10_000, UNSCHEDULABLE: 3_000 };

type Finding = Omit<Diagnosis, 'group' | 'pod'>;

/** One for each Deployment and cause, of the version that is being brought. */
export function diagnose(view: View): readonly Diagnosis[] {
  return view.deployments.flatMap((deployment) => {
    const group = deployment.metadata.name;
    const found = new Map<DiagnosisCode, Diagnosis>();
    for (const finding of ofDeployment(deployment)) found.set(finding.code, { ...finding, group, pod: undefined });
    for (const { pod, isNew } of podsOf(deployment, view)) {
      if (!isNew || isReady(pod) || pod.metadata.deletionTimestamp !== undefined) continue;
      const finding = ofPod(pod, view);
      if (finding && !found.has(finding.code)) found.set(finding.code, { ...finding, group, pod: pod.metadata.name });
    }
    return [...found.values()];
  });
}

function ofDeployment({ status }: Deployment): readonly Finding[] {
  const conditions = status?.conditions ?? [];
  const refused = conditions.find(({ type, status: is }) => type === 'ReplicaFailure' && is === 'True');
  const stuck = conditions.find(({ reason }) => reason === 'ProgressDeadlineExceeded');
  return [
    ...(refused ? [ofRefusal(refused.message ?? refused.reason ?? '')] : []),
    ...(stuck
      ? [
          finding(
            'STUCK',
            `Kubernetes has given the update up: ${stuck.message ?? 'no progress'}`,
            'What else is said of its pods tells why; if nothing is, kubectl describe them.',
            0,
          ),
        ]
      : []),
  ];
}

/** What the API server said when a pod was to be made. */
export function ofRefusal(said: string): Finding {
  if (/exceeded quota/.test(said)) {
    const what = /exceeded quota: ([^,]+), requested: (.*?), used: (.*?), limited: (.*)$/.exec(said);
    const text = what
      ? `The quota ${what[1]} is used up: one more pod asks for ${what[2]}, ${what[3]} are in use, ${what[4]} are allowed.`
      : `A quota is used up: ${said}`;
    const hint =
      'Have the ResourceQuota raised, remove something else, or ask for fewer replicas. An update needs room for one more pod.';
    return finding('QUOTA', text, hint, 15_000);
  }
  if (/violates PodSecurity/.test(said)) {
    const hint = 'Gantry’s own pods pass "restricted": something else in the cluster has changed them.';
    return finding('POD_SECURITY', `The namespace forbids such pods: ${said}`, hint, 5_000);
  }
  return finding(
    'NOT_CREATED',
    `Pods cannot be made: ${said}`,
    'kubectl describe its ReplicaSet has the whole story.',
    30_000,
  );
}

function ofPod(pod: Pod, view: View): Finding | undefined {
  const container = pod.status?.containerStatuses?.[0];
  const waiting = container?.state?.waiting;
  const reason = waiting?.reason ?? '';
  if (['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull'].includes(reason))
    return ofImage(pod, reason, eventOf(pod, view, 'Failed', /pull/i) ?? waiting?.message ?? '');
  if (reason === 'CreateContainerConfigError' || reason === 'CreateContainerError' || reason === 'RunContainerError')
    return finding(
      'CONTAINER_NOT_MADE',
      `The container cannot be made: ${waiting?.message ?? reason}`,
      'Make what is missing; it is tried again by itself.',
      30_000,
    );
  const ended = container?.state?.terminated ?? container?.lastState?.terminated;
  if (ended !== undefined && restartsOf(pod) > 0) return ofCrash(ended.exitCode, ended.reason, restartsOf(pod));
  const unscheduled = pod.status?.conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  if (unscheduled) return ofScheduling(unscheduled.message ?? unscheduled.reason ?? '');
  const unhealthy = eventOf(pod, view, 'Unhealthy', /probe failed/);
  if (unhealthy !== undefined)
    return finding(
      'NOT_READY',
      `It runs and is not ready: ${unhealthy}`,
      'What it says at /ready, or in its log, tells what it waits for.',
      undefined,
    );
  return undefined;
}

function ofImage(pod: Pod, reason: string, said: string): Finding {
  const image = pod.spec.containers[0]?.image ?? 'the image';
  const hint = /not found|manifest unknown|does not exist|ErrImageNeverPull/i.test(said + reason)
    ? 'There is no such image: look at its name and tag, or push it.'
    : /unauthorized|authorization failed|denied|40[13]/i.test(said)
      ? 'The registry does not know who asks: name a Secret with its credentials by --pull-secret.'
      : /no such host|timeout|timed out|refused|unreachable|dial tcp/i.test(said)
        ? 'The nodes do not reach that registry: look at its host, or bring the image to the nodes by --load.'
        : 'kubectl describe the pod has the whole story.';
  return finding(
    'IMAGE_NOT_PULLED',
    `${image} cannot be pulled (${reason}): ${said}`,
    hint,
    reason === 'InvalidImageName' ? 0 : 10_000,
  );
}

function ofCrash(code: number, reason: string | undefined, restarts: number): Finding {
  const times = restarts === 1 ? 'once' : `${restarts} times`;
  if (reason === 'OOMKilled')
    return finding(
      'CRASHES',
      `It was ended for want of memory and started again ${times}.`,
      'Give it more memory, or look in the flow for bodies that are read whole.',
      restarts >= 3 ? 0 : undefined,
    );
  return finding(
    'CRASHES',
    `It ended with exit code ${code} and was started again ${times}.`,
    'Its log tells why.',
    restarts >= 3 ? 0 : undefined,
  );
}

function ofScheduling(said: string): Finding {
  const short = /Insufficient ([\w/-]+(?:\.[\w/-]+)*)/.exec(said)?.[1];
  const hint = short
    ? `No node has enough ${short} left: add a node, remove something, or ask for fewer replicas.`
    : /taint/.test(said)
      ? 'The nodes have taints that its pods do not tolerate.'
      : 'No node may take the pod.';
  return finding('UNSCHEDULABLE', `No node takes the pod: ${said}`, hint, undefined);
}

/** The newest event about the pod with that reason. */
function eventOf(pod: Pod, { events }: View, reason: string, text: RegExp): string | undefined {
  return events.findLast(
    (event) =>
      event.involvedObject.name === pod.metadata.name && event.reason === reason && text.test(event.message ?? ''),
  )?.message;
}

function finding(code: DiagnosisCode, text: string, hint: string, hopelessAfterMs: number | undefined): Finding {
  return { code, text, hint, saidAfterMs: patience[code] ?? 0, hopelessAfterMs };
}
