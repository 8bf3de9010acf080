/** The replicas of a run: real processes of the product, each in a slot that is filled again when it is empty. */
import { setTimeout as sleep } from 'node:timers/promises';
import { replicaEnvironment } from '../../src/deploy/local/protocol.ts';
import type { Backing } from './arbiters/backing.ts';
import type { History } from './history.ts';
import { ChaosReplica } from './replica.ts';
import { resourceVariable } from './project.ts';

export interface FleetOptions {
  /** gantry.cjs. */
  readonly product: string;
  readonly project: string;
  /** For logs and the files that replicas read. */
  readonly folder: string;
  readonly slots: number;
  readonly backing: Backing;
  readonly history: History;
  /** Where the process of that id sends its effects. */
  readonly resource: (process: string) => string;
}

export class Fleet {
  readonly #options: FleetOptions;
  readonly #slots: (ChaosReplica | undefined)[];
  readonly #all = new Set<ChaosReplica>();
  readonly #restarts = new Set<NodeJS.Timeout>();
  #started = 0;
  #closing = false;

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#slots = Array.from({ length: options.slots }, () => undefined);
  }

  /** Every process that is alive, those that come or go in a roll too. */
  get alive(): readonly ChaosReplica[] {
    return [...this.#all];
  }

  get slots(): number {
    return this.#slots.length;
  }

  /** Who fills that slot; undefined while it is empty. */
  at(slot: number): ChaosReplica | undefined {
    return this.#slots[slot];
  }

  async start(): Promise<void> {
    await Promise.all(this.#slots.map((_, slot) => this.fill(slot).then((replica) => replica.ready)));
  }

  /** Resolves when every slot is filled by a replica that takes part. */
  async full(): Promise<void> {
    while (!this.#slots.every((replica) => replica?.takesPart)) await sleep(50);
  }

  /** Starts a replica in that slot; `pod` goes on with a pod whose process has ended. */
  async fill(slot: number, pod?: string): Promise<ChaosReplica> {
    const replica = await this.prepare(slot, pod);
    this.#slots[slot] = replica;
    return replica;
  }

  /** Starts one that is to fill the slot later. */
  async prepare(slot: number, pod: string = `pod-${slot + 1}-${this.#started + 1}`): Promise<ChaosReplica> {
    const { backing, resource, history, product, project, folder, slots } = this.#options;
    const id = `${pod}#${++this.#started}`;
    const connection = await backing.connect(pod);
    const replica = new ChaosReplica({
      id,
      pod,
      slot,
      product,
      project,
      folder,
      connection,
      history,
      env: {
        ...connection.env,
        [replicaEnvironment.pod]: pod,
        [replicaEnvironment.node]: `node-${slot + 1}`,
        [replicaEnvironment.members]: String(slots),
        [resourceVariable]: resource(id),
      },
    });
    this.#all.add(replica);
    void this.#outlive(replica, slot);
    return replica;
  }

  /** The successor takes the slot. */
  put(slot: number, replica: ChaosReplica): void {
    this.#slots[slot] = replica;
  }

  async close(): Promise<void> {
    this.#closing = true;
    for (const timer of this.#restarts) clearTimeout(timer);
    await Promise.all(this.alive.map((replica) => replica.stop()));
  }

  /** Ends everything at once. */
  kill(): void {
    this.#closing = true;
    for (const replica of this.alive) replica.kill('unseen');
  }

  async #outlive(replica: ChaosReplica, slot: number): Promise<void> {
    await replica.ended;
    this.#all.delete(replica);
    if (this.#slots[slot] !== replica) return;
    this.#slots[slot] = undefined;
    // The same pod goes on after a crash; after it was told to stop it is another one.
    this.#fillLater(slot, replica.downMs ?? 0, replica.asked === 'stop' ? undefined : replica.pod);
  }

  #fillLater(slot: number, afterMs: number, pod: string | undefined): void {
    if (this.#closing) return;
    const timer = setTimeout(() => {
      this.#restarts.delete(timer);
      void this.fill(slot, pod);
    }, afterMs);
    this.#restarts.add(timer);
  }
}
