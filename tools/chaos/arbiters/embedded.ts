import type { Duplex } from 'node:stream';
import {
  foundAssignment,
  MemoryArbiter,
  processChannel,
  revokeNow,
  serveArbiter,
  type ServedArbiter,
} from '../../../src/coordination/index.ts';
import { lineChannel } from '../../../src/coordination/channel/line-channel.ts';
import { replicaEnvironment } from '../../../src/deploy/local/protocol.ts';
import { Gates, type Backing } from './backing.ts';
import { gateChannel } from './gated-channel.ts';

const requestMs = 1_000;
/** As in the supervisor: the first behind stdin, stdout, stderr and Node's channel. */
const leasePipe = 4;

/** The arbiter in this process's memory, as `gantry run` keeps it. */
export async function openEmbedded(): Promise<Backing> {
  const arbiter = new MemoryArbiter();
  await foundAssignment(arbiter, Date.now(), AbortSignal.timeout(requestMs));
  const gates = new Gates();
  return {
    arbiter,
    gates,
    async connect() {
      const gate = gates.open();
      let channels: readonly ReturnType<typeof gateChannel>[] = [];
      let served: readonly ServedArbiter[] = [];
      return {
        gate,
        pipes: 1,
        env: { [replicaEnvironment.arbiter]: 'ipc', [replicaEnvironment.leasePipe]: String(leasePipe) },
        attach(child) {
          const ways = [processChannel(child), lineChannel(child.stdio[leasePipe] as Duplex)];
          channels = ways.map((channel) => gateChannel(channel, gate));
          served = channels.map((channel) => serveArbiter(arbiter, channel));
        },
        ended(seen) {
          for (const open of [...served, ...channels]) open.close();
          gates.close(gate);
          if (seen === undefined) return;
          for (const boot of served.flatMap(({ boots }) => [...boots]))
            void revokeNow(arbiter, boot, seen, AbortSignal.timeout(requestMs));
        },
      };
    },
    async close() {},
  };
}
