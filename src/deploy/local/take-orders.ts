import type { Clock } from '../../clock.ts';
import type { Arbiter } from '../../coordination/arbiter.ts';
import { orderDrain, orderMove, orderRun, orderSwitch, orderUndrain } from '../orders.ts';
import type { DeploymentOrders } from './deployment.ts';
import { DeploymentError } from './deployment-error.ts';
import type { Events } from './picture/events.ts';
import type { Holders } from './picture/holders.ts';

/** A replica tells of a term as soon as it begins. */
const reportWithinMs = 1_000;

export interface OrderDesk {
  readonly arbiter: Arbiter | undefined;
  readonly holders: Holders;
  readonly events: Events;
  readonly clock: Clock;
  /** The key of the artifact that is meant; throws what is known to be in the way before the arbiter is asked. */
  movable(artifact: string, pod: string): string;
}

/** What people order of this deployment through its arbiter. Who looks at the deployment afterwards sees it done. */
export function takeOrders({
  arbiter,
  holders,
  events,
  clock,
  movable,
}: OrderDesk): Omit<DeploymentOrders, 'runs' | 'roll'> {
  const needArbiter = (): Arbiter => {
    if (arbiter !== undefined) return arbiter;
    throw new DeploymentError('NOT_POSSIBLE', 'Nothing is coordinated in this deployment.');
  };

  /** The arbiter knows first; resolves when the new holders have reported too, or do not within a moment. */
  const shown = async (moved: readonly { readonly artifact: string; readonly to: string }[]): Promise<void> => {
    const seen = Promise.withResolvers<void>();
    const look = (): void => {
      if (moved.every(({ artifact, to }) => holders.of(artifact)?.pod === to)) seen.resolve();
    };
    const unsubscribe = events.subscribe(look);
    const cancel = clock.after(reportWithinMs, seen.resolve);
    look();
    await seen.promise;
    cancel();
    unsubscribe();
  };

  return {
    async move(artifact, pod) {
      const key = movable(artifact, pod);
      const moved = await orderMove(needArbiter(), key, pod);
      await shown([{ artifact: key, to: pod }]);
      return moved;
    },
    async drain(target) {
      const drained = await orderDrain(needArbiter(), target);
      await shown(drained.moved);
      return drained;
    },
    undrain: async (target) => orderUndrain(needArbiter(), target),
    switch: async (artifact, on, reason) => orderSwitch(needArbiter(), artifact, { on, reason }),
    trigger: async (task) => orderRun(needArbiter(), task),
  };
}
