import type { DeploymentEvent } from '../../status.ts';
import type { ToParent } from '../protocol.ts';

type MemberMessage = Extract<ToParent, { type: 'member' }>;
type Told = Omit<DeploymentEvent, 'time'>;

/** What a replica says of its membership, as an event for people; undefined for what is told by other events already. */
export function memberEvent({ what, reason, artifact, target }: MemberMessage, pod: string): Told | undefined {
  const about = { reason, ...(artifact !== undefined && { artifact }) };
  switch (what) {
    case 'joined':
      return { type: 'pod-joined', pod, text: `${pod} has joined ${reason}`, ...about };
    case 'rejoined':
      return { type: 'pod-rejoined', pod, text: `${pod} has joined again ${reason}`, ...about };
    case 'suspended':
      return { type: 'pod-suspended', pod, text: `${pod} has stopped its artifacts: ${reason}`, ...about };
    case 'resumed':
      return { type: 'pod-resumed', pod, text: `${pod} may go on: ${reason}`, ...about };
    case 'revoked': {
      const of = target === undefined ? 'a member' : target.slice(0, target.lastIndexOf('.'));
      return { type: 'pod-revoked', pod: of, text: `${pod} ended the lease of ${of}: ${reason}`, ...about };
    }
    case 'declined':
      return { type: 'move-declined', pod, text: `${artifact} stays on ${pod}: ${reason}`, ...about };
    case 'failed':
      return { type: 'artifact-failed', pod, text: `${artifact} failed on ${pod}: ${reason}`, ...about };
    case 'unreachable':
      return { type: 'arbiter-unreachable', pod, text: `${pod} does not reach the arbiter: ${reason}`, ...about };
    case 'reachable':
      return { type: 'arbiter-reachable', pod, text: `${pod} reaches the arbiter: ${reason}`, ...about };
    case 'left':
      return undefined;
  }
}
