import type { Moved } from '../../stores/moving.ts';
import type { StoreStatus } from './message-stores.ts';
import type { ReplicaSource } from './replica-door.ts';
import { replicasHere, type StoringReplica } from './replicas-here.ts';
import { StoreError, type WaitingMessage } from './store-actions.ts';

/** A message in the memory of one replica. */
export interface MessageOfReplica extends WaitingMessage {
  readonly replica: string;
}

export interface WhichReplicas {
  /** Of this project; left out: of any. */
  readonly project?: string | undefined;
  /** Of these processes only. */
  readonly pids?: ReadonlySet<number> | undefined;
  /** The replica on this pod only. */
  readonly pod?: string | undefined;
}

/** The stores in the memory of several replicas, each replica's its own. Calls may reject with StoreError. */
export class MemoryStores {
  readonly #replicas: readonly StoringReplica[];

  private constructor(replicas: readonly StoringReplica[]) {
    this.#replicas = replicas;
  }

  /** Of replicas on this machine. */
  static async find({ project, pids, pod }: WhichReplicas): Promise<MemoryStores> {
    const all = (await replicasHere(pids)).filter((one) => project === undefined || one.project === project);
    if (new Set(all.map((one) => one.pod)).size < all.length)
      throw new StoreError('Several deployments run on this machine: choose one with --port.');
    return MemoryStores.of(all, pod);
  }

  /** `only`: what is in the memory of that one. */
  static of(all: readonly StoringReplica[], only?: string): MemoryStores {
    const pods = all.map(({ pod }) => pod);
    if (only !== undefined && !pods.includes(only))
      throw new StoreError(`No replica ${only} has message stores here; there are ${pods.join(', ') || 'none'}.`);
    return new MemoryStores(all.filter(({ pod }) => only === undefined || pod === only));
  }

  has(store: string): boolean {
    return this.#replicas.some(({ stores }) => stores.some(({ name }) => name === store));
  }

  list(): readonly StoreStatus[] {
    return this.#replicas.flatMap(({ pod, stores }) =>
      stores.map(({ name, waiting }) => ({ name, kind: 'memory', replica: pod, waiting })),
    );
  }

  /** The oldest of all replicas. */
  async browse(store: string, limit: number): Promise<readonly MessageOfReplica[]> {
    const found = await this.#each(store, async (replica) =>
      (await replica.browse(store, limit)).map((message) => ({ ...message, replica: replica.pod })),
    );
    return found
      .flat()
      .toSorted((a, b) => a.storedAt - b.storedAt)
      .slice(0, limit);
  }

  async purge(store: string): Promise<number> {
    const purged = await this.#each(store, (replica) => replica.purge(store));
    return purged.reduce((sum, one) => sum + one, 0);
  }

  async move(store: string, to: string, id?: string): Promise<Moved> {
    return together(await this.#each(store, (replica) => replica.move(store, to, id)), id);
  }

  async replay(store: string, to?: string, id?: string): Promise<Moved> {
    return together(await this.#each(store, (replica) => replica.replay(store, to, id)), id);
  }

  async #each<T>(store: string, work: (replica: StoringReplica) => Promise<T>): Promise<readonly T[]> {
    const having = this.#replicas.filter(({ stores }) => stores.some(({ name }) => name === store));
    if (having.length === 0)
      throw new StoreError(this.#replicas.length === 0 ? nobodyHas(store) : this.#unknown(store));
    return Promise.all(having.map(work));
  }

  #unknown(store: string): string {
    const known = [...new Set(this.list().map(({ name }) => name))].join(', ');
    return `There is no message store ${store} in the memory of a replica here; there are ${known}. Others need the PATH of their project.`;
  }
}

/** What the replicas here were made of, where that is one thing. */
export async function sourceHere(pids?: ReadonlySet<number>): Promise<ReplicaSource | undefined> {
  const sources = new Map((await replicasHere(pids)).map(({ source }) => [JSON.stringify(source), source]));
  return sources.size === 1 ? [...sources.values()][0] : undefined;
}

export function nobodyHas(store: string): string {
  return (
    `${store} is in the memory of each replica, and none that has it runs on this machine. ` +
    'In a cluster: gantry store list --namespace NAMESPACE'
  );
}

/** A message that was asked for by its id is in one replica, and not in the others. */
function together(all: readonly Moved[], id: string | undefined): Moved {
  const moved = all.reduce((sum, one) => sum + one.moved, 0);
  const stuck = all.find((one) => one.stuck !== undefined)?.stuck;
  return { moved, stuck: id !== undefined && moved > 0 ? undefined : stuck };
}
