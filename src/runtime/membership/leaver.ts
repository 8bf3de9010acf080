import type { HttpListener } from '../../transports/http/listener.ts';
import type { OwnWork } from '../stateful/own-work.ts';
import type { Doors } from '../traffic/doors.ts';
import type { Joined } from './joining.ts';
import type { Leaver } from './leaving.ts';

interface Closing {
  close(): Promise<void>;
}

/** What a replica is made of, in the order in which it goes. */
export interface ReplicaParts {
  /** Undefined when there is nothing to coordinate. */
  readonly joined: Joined | undefined;
  /** What replicas share by a protocol's own means: the others have it at once. */
  readonly sharing: OwnWork;
  readonly listener: HttpListener;
  readonly doors: Doors;
  /** What is bound to this replica's memory: the last request may still feed it. */
  readonly bound: OwnWork;
  readonly storeDoor: Closing;
  readonly connections: readonly Closing[];
  /** Tells to the last how it stands. */
  readonly health: Closing;
}

export function leaverOf(parts: ReplicaParts, deadlineMs: number): Leaver {
  const { joined, sharing, listener, doors, bound, storeDoor, connections, health } = parts;
  return {
    async handOver(limitMs) {
      await Promise.all([joined?.leave(limitMs), sharing.stop(limitMs)]);
    },
    requests: {
      count: () => listener.stats.requests + doors.count,
      sayGoodbye() {
        listener.sayGoodbye();
        doors.sayGoodbye();
      },
      async close(limitMs) {
        await Promise.all([listener.close(limitMs), doors.close(limitMs)]);
      },
    },
    async end() {
      await bound.stop(deadlineMs);
      await storeDoor.close();
      await Promise.allSettled(connections.map((one) => one.close()));
      await health.close();
    },
  };
}
