import type { MessageStoreConfig } from '../../artifacts/kinds/types.ts';
import type { Artifact, Project } from '../../artifacts/model.ts';
import { systemClock } from '../../clock.ts';
import type { MessageStore, StoredMessage } from '../../engine/ports.ts';
import { Fault, type Problem } from '../../errors.ts';
import { silentLogger } from '../../log.ts';
import { failureOf, type Failure } from '../../stores/dead-letter.ts';
import { backToTheirStores, into, moveMessages, moveOne, type Moved } from '../../stores/moving.ts';
import { storeKindOf } from '../../stores/stores.ts';
import { createEnvironment } from '../environment.ts';
import { Standings } from '../stateful/standings.ts';
import { createStores } from './stores.ts';

/** A message store of a project, seen from outside of its replicas. */
export interface StoreStatus {
  readonly name: string;
  /** "jdbc", "memory". */
  readonly kind: string;
  /** Messages that wait; null when that cannot be seen. */
  readonly waiting: number | null;
  /** Why not. */
  readonly trouble?: string;
}

/** A message as it waits. */
export interface WaitingMessage {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly storedAt: number;
  readonly contentType: string | null;
  readonly bytes: number;
  readonly body: string;
  /** Why it was set aside, if it was. */
  readonly failure?: Failure;
}

/** Something asked of stores that cannot be done; the text says why and what to do. */
export class StoreError extends Error {
  constructor(text: string) {
    super(text);
    this.name = 'StoreError';
  }
}

/** The stores of a project that are outside of its replicas: databases and brokers. Nothing else of it runs. */
export class MessageStores {
  readonly #project: Project;
  readonly #stores: ReadonlyMap<string, MessageStore>;
  readonly #problems: readonly Problem[];

  constructor(project: Project) {
    const environment = createEnvironment(project, silentLogger);
    const standings = new Standings(() => systemClock.wall());
    const made = createStores(project, { environment, clock: systemClock, log: silentLogger, standings });
    this.#project = project;
    this.#stores = made.stores;
    this.#problems = made.problems;
  }

  async list(): Promise<readonly StoreStatus[]> {
    const all = this.#project.artifacts.filter((a): a is Artifact<MessageStoreConfig> => a.kind === 'messageStore');
    return Promise.all(all.map(async ({ name, config }) => this.#status(name, config)));
  }

  async browse(name: string, limit: number): Promise<readonly WaitingMessage[]> {
    return (await this.#reach(name, (store) => store.browse(limit))).map(shown);
  }

  purge(name: string): Promise<number> {
    return this.#reach(name, (store) => store.purge());
  }

  /** All messages, or one. */
  move(name: string, to: string, id?: string): Promise<Moved> {
    const target = this.#store(to);
    if (to === name) throw new StoreError(`${name} is where they are.`);
    return this.#reach(name, (store) =>
      id === undefined ? moveMessages(store, into(target)) : moveOne(store, id, into(target)),
    );
  }

  /** Back to the stores they failed in; `to` takes those that do not say. */
  replay(name: string, to?: string, id?: string): Promise<Moved> {
    const direct = backToTheirStores(
      (store) => (store === name ? undefined : this.#stores.get(store)),
      to === undefined ? undefined : this.#store(to),
    );
    return this.#reach(name, (store) => (id === undefined ? moveMessages(store, direct) : moveOne(store, id, direct)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled([...this.#stores.values()].map((store) => store.close()));
  }

  async #status(name: string, config: MessageStoreConfig | undefined): Promise<StoreStatus> {
    const kind = (config && storeKindOf(config)?.name) ?? '?';
    try {
      return { name, kind, waiting: await this.#reach(name, (store) => store.count()) };
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      return { name, kind, waiting: null, trouble: error.message };
    }
  }

  #store(name: string): MessageStore {
    const store = this.#stores.get(name);
    if (store?.durability === 'memory')
      throw new StoreError(`${name} is in the memory of each replica: what waits there is seen by nobody else.`);
    if (store) return store;
    const problem = this.#problems.find(({ artifact }) => artifact === `messageStore ${name}`);
    if (problem) throw new StoreError(`${problem.code} ${problem.text} ${problem.hint ?? ''}`.trim());
    const known = [...this.#stores.keys()].join(', ');
    throw new StoreError(`There is no message store ${name}${known === '' ? '' : `; there are ${known}`}.`);
  }

  async #reach<T>(name: string, work: (store: MessageStore) => Promise<T>): Promise<T> {
    try {
      return await work(this.#store(name));
    } catch (error) {
      if (error instanceof StoreError || !Fault.is(error)) throw error;
      throw new StoreError(error.describe());
    }
  }
}

function shown(message: StoredMessage): WaitingMessage {
  const failure = failureOf(message);
  return {
    id: message.id,
    storedAt: message.storedAt,
    contentType: message.contentType ?? null,
    bytes: message.body.length,
    body: Buffer.from(message.body).toString('utf8'),
    ...(failure && { failure }),
  };
}
