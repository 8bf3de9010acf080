import type { Clock } from '../../../clock.ts';
import type { RollResult } from '../deployment.ts';
import { DeploymentError } from '../deployment-error.ts';
import type { Events } from '../picture/events.ts';
import type { Pod } from './pod.ts';
import type { Release } from '../release.ts';

export interface Roll {
  readonly pods: readonly Pod[];
  readonly from: Release;
  readonly to: Release;
  readonly drainMs: number;
  readonly events: Events;
  readonly clock: Clock;
}

/**
 * A rolling update, one pod after the other, each with one process more for a moment: the successor starts on the
 * same node, proves itself, takes traffic; then the predecessor gets nothing new, finishes, hands over and ends.
 * When one fails to start, it and all later ones stay as they are, and those done already go back: a deployment that
 * serves two versions for ever is what nobody asked for.
 */
export async function rollPods(roll: Roll): Promise<RollResult> {
  const { pods, from, to, drainMs, events, clock } = roll;
  const began = clock.monotonic();
  const change = from.version === to.version ? `${short(to)} (the same artifacts)` : `${short(from)} to ${short(to)}`;
  events.tell({ type: 'roll-started', text: `rolling update of ${pods.length} pods, ${change}` });
  const done: Pod[] = [];
  for (const pod of pods) {
    try {
      await pod.roll(to, drainMs);
      done.push(pod);
    } catch (error) {
      const reason = (error as Error).message;
      events.tell({
        type: 'roll-failed',
        pod: pod.plan.pod,
        text: `rolling update failed, ${short(from)} runs on: ${reason}`,
      });
      await goBack(done, roll);
      throw new DeploymentError('ROLL_FAILED', reason);
    }
  }
  const tookMs = Math.round(clock.monotonic() - began);
  events.tell({ type: 'roll-finished', text: `rolling update finished in ${tookMs} ms: ${short(to)}`, tookMs });
  return { from: from.version, to: to.version, pods: pods.map((pod) => pod.plan.pod), tookMs };
}

async function goBack(done: readonly Pod[], { from, drainMs, events }: Roll): Promise<void> {
  for (const pod of done) {
    try {
      await pod.roll(from, drainMs);
    } catch (error) {
      const text = `${pod.plan.pod} could not go back to ${short(from)}: ${(error as Error).message}`;
      events.tell({ type: 'warning', pod: pod.plan.pod, text });
    }
  }
}

function short(release: Release): string {
  return release.version.slice(0, 8);
}
