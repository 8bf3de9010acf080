export interface Waiting {
  readonly reason?: string;
  readonly message?: string;
}

/** Passing states that mean nothing. */
const usual = new Set(['ContainerCreating', 'PodInitializing']);

/**
 * Why a container does not start, in words that stay the same while it is tried again and again; undefined: it only takes
 * its time. The kubelet tells the same failure in turns as ErrImagePull and ImagePullBackOff, and counts its pauses.
 */
export function waitingText({ reason, message = '' }: Waiting): string | undefined {
  if (reason === undefined || usual.has(reason)) return undefined;
  if (reason === 'ErrImagePull' || reason === 'ImagePullBackOff')
    return `the image cannot be pulled: ${message.replace(/^Back-off pulling image ".*?"(: ErrImagePull: )?/, '')}`;
  if (reason === 'CrashLoopBackOff') return reason;
  return [reason, message].filter(Boolean).join(': ');
}
