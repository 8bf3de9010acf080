import {
  foundAssignment,
  MemoryArbiter,
  processChannel,
  revokeNow,
  serveArbiter,
  type ServedArbiter,
} from '../../../src/coordination/index.ts';
import { replicaEnvironment } from '../../../src/deploy/local/protocol.ts';
import { Gates, type Backing } from './backing.ts';
import { gateChannel } from './gated-channel.ts';

const requestMs = 1_000;

/** The arbiter in this process's memory, as `gantry run` keeps it. */
export async function openEmbedded(): Promise<Backing> {
  const arbiter = new MemoryArbiter();
  await foundAssignment(arbiter, Date.now(), AbortSignal.timeout(requestMs));
  const gates = new Gates();
  return {
    name: 'embedded',
    arbiter,
    gates,
    async connect() {
      const gate = gates.open();
      let served: ServedArbiter | undefined;
      let channel: ReturnType<typeof gateChannel> | undefined;
      return {
        gate,
        env: { [replicaEnvironment.arbiter]: 'ipc' },
        attach(child) {
          channel = gateChannel(processChannel(child), gate);
          served = serveArbiter(arbiter, channel);
        },
        ended(seen) {
          served?.close();
          channel?.close();
          gates.close(gate);
          if (seen === undefined) return;
          for (const boot of served?.boots ?? []) void revokeNow(arbiter, boot, seen, AbortSignal.timeout(requestMs));
        },
      };
    },
    async close() {},
  };
}
