import type { Channel } from '../../../src/coordination/index.ts';
import { Lane, type Gate } from './gate.ts';

/** The arbiter's traffic on a channel through a gate; close() ends it. */
export function gateChannel(channel: Channel, gate: Gate): Channel & { close(): void } {
  const listeners = new Set<(message: unknown) => void>();
  const toReplica = new Lane<unknown>(gate, (message) => channel.send(message));
  const toArbiter = new Lane<unknown>(gate, (message) => {
    for (const listener of listeners) listener(message);
  });
  const stop = channel.onMessage((message) => {
    const { arbiter } = (message ?? {}) as { readonly arbiter?: string };
    // A member asks to be woken once in its life; that this is lost is not what a cut is about.
    const isCall = arbiter === 'call';
    if (arbiter !== undefined && !(isCall && gate.loses('to-arbiter'))) toArbiter.push(message);
  });
  return {
    send(message) {
      if (!gate.loses('to-replica')) toReplica.push(message);
    },
    onMessage(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close() {
      stop();
      toReplica.close();
      toArbiter.close();
    },
  };
}
