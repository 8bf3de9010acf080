import type { PeerLink } from '../../src/coordination/index.ts';
import type { World, Process } from './world.ts';

/** What one process writes to another travels as slowly as everything else of it, and is lost where either is cut off. */
export class PeerNetwork {
  readonly #world: World;
  readonly #listeners = new Map<string, Parameters<PeerLink['listen']>[0]>();
  readonly #parted = new Set<string>();

  constructor(world: World) {
    this.#world = world;
  }

  /** These two do not hear each other. */
  part(one: string, other: string): void {
    this.#parted.add([one, other].toSorted().join());
  }

  meet(one: string, other: string): void {
    this.#parted.delete([one, other].toSorted().join());
  }

  link(process: Process): PeerLink {
    type Message = Parameters<PeerLink['send']>[1];
    const travel = (from: string, to: string, message: Message): void => {
      const sender = this.#world.processes.get(from);
      if (!sender || sender.network.cut) return;
      this.#world.clock.after(sender.network.latency(), () => {
        const receiver = this.#world.processes.get(to);
        if (!receiver || receiver.network.cut || this.#parted.has([from, to].toSorted().join())) return;
        receiver.gate.pass(() => this.#listeners.get(to)?.(message, (answer) => travel(to, from, answer)));
      });
    };
    return {
      address: process.pod,
      send: (address, message) => travel(process.pod, address, message),
      listen: (listener) => void this.#listeners.set(process.pod, listener),
      keep: () => {},
      close: () => void this.#listeners.delete(process.pod),
    };
  }
}
