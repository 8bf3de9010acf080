import type { MessageStoreConfig } from '../../artifacts/kinds/types.ts';
import type { Artifact, Project } from '../../artifacts/model.ts';
import { systemClock } from '../../clock.ts';
import type { MessageStore } from '../../engine/ports.ts';
import type { Problem } from '../../errors.ts';
import { silentLogger } from '../../log.ts';
import { storeKindOf } from '../../stores/stores.ts';
import { createEnvironment } from '../environment.ts';
import { Standings } from '../stateful/standings.ts';
import { StoreActions, StoreError } from './store-actions.ts';
import { createStores } from './stores.ts';

/** A message store of a project, as it stands. */
export interface StoreStatus {
  readonly name: string;
  /** "jdbc", "memory". */
  readonly kind: string;
  /** In whose memory it is; left out where all replicas share it. */
  readonly replica?: string;
  /** Messages that wait; null when that cannot be seen. */
  readonly waiting: number | null;
  /** Why not. */
  readonly trouble?: string;
}

/** The stores of a project that are outside of its replicas: databases and brokers. Nothing else of it runs. */
export class MessageStores extends StoreActions {
  readonly #project: Project;
  readonly #stores: ReadonlyMap<string, MessageStore>;

  constructor(project: Project) {
    const environment = createEnvironment(project, silentLogger);
    const standings = new Standings(() => systemClock.wall());
    const { stores, problems } = createStores(project, {
      environment,
      clock: systemClock,
      log: silentLogger,
      standings,
    });
    const find = (name: string): MessageStore => outside(name, stores, problems);
    super({ from: find, to: find });
    this.#project = project;
    this.#stores = stores;
  }

  /** Those in memory are left to the replicas. */
  async list(): Promise<readonly StoreStatus[]> {
    const all = this.#project.artifacts.filter((a): a is Artifact<MessageStoreConfig> => a.kind === 'messageStore');
    return Promise.all(all.filter(({ name }) => !this.isInMemory(name)).map(({ name, config }) => this.#status(name, config))); // prettier-ignore
  }

  isInMemory(name: string): boolean {
    return this.#stores.get(name)?.durability === 'memory';
  }

  get inMemory(): readonly string[] {
    return [...this.#stores.keys()].filter((name) => this.isInMemory(name));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled([...this.#stores.values()].map((store) => store.close()));
  }

  async #status(name: string, config: MessageStoreConfig | undefined): Promise<StoreStatus> {
    const kind = (config && storeKindOf(config)?.name) ?? '?';
    try {
      return { name, kind, waiting: await this.count(name) };
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      return { name, kind, waiting: null, trouble: error.message };
    }
  }
}

function outside(name: string, stores: ReadonlyMap<string, MessageStore>, problems: readonly Problem[]): MessageStore {
  const store = stores.get(name);
  if (store?.durability === 'memory')
    throw new StoreError(`${name} is in the memory of each replica, and what waits there is told by replicas only.`);
  if (store) return store;
  const problem = problems.find(({ artifact }) => artifact === `messageStore ${name}`);
  if (problem) throw new StoreError(`${problem.code} ${problem.text} ${problem.hint ?? ''}`.trim());
  const known = [...stores.keys()].join(', ');
  throw new StoreError(`There is no message store ${name}${known === '' ? '' : `; there are ${known}`}.`);
}
