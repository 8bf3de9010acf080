import type { MessageStoreConfig } from '../../artifacts/kinds/types.ts';
import { isFaulty, type Artifact, type Project } from '../../artifacts/model.ts';
import type { Clock } from '../../clock.ts';
import type { MessageStore } from '../../engine/ports.ts';
import type { Problem } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { Environment } from '../../message/environment.ts';
import type { DataSource } from '../../stores/index.ts';
import { brokerQueues } from '../../transports/index.ts';
import { createStore } from '../../stores/stores.ts';
import type { Standings } from '../stateful/standings.ts';

export interface StoreSources {
  readonly environment: Environment;
  readonly clock: Clock;
  readonly log: Logger;
  readonly standings: Standings;
}

export interface Stores {
  readonly stores: ReadonlyMap<string, MessageStore>;
  readonly problems: readonly Problem[];
}

/** The message stores of a project, by name; none has reached anything yet. */
export function createStores(project: Project, sources: StoreSources): Stores {
  const stores = new Map<string, MessageStore>();
  const problems: Problem[] = [];
  const { environment, clock, log, standings } = sources;
  const dataSources = dataSourcesOf(project);
  for (const artifact of project.artifacts) {
    if (artifact.kind !== 'messageStore' || isFaulty(artifact)) continue;
    const { at, name } = artifact;
    const made = createStore((artifact as Artifact<MessageStoreConfig>).config!, {
      name,
      at,
      environment,
      clock,
      log,
      standing: standings.of(`messageStore/${name}`, log),
      store: (other) => stores.get(other),
      dataSource: (id) => dataSources.get(id),
      queues: brokerQueues,
    });
    problems.push(...made.problems.map((problem) => ({ ...problem, artifact: `messageStore ${name}` })));
    if (made.store) stores.set(name, made.store);
  }
  return { stores, problems };
}

/** MI binds a [[datasource]] to its id; artifacts also write it as a JNDI name. */
function dataSourcesOf(project: Project): ReadonlyMap<string, DataSource> {
  const found = new Map<string, DataSource>();
  const written = project.deployment['datasource'];
  for (const one of Array.isArray(written) ? (written as Readonly<Record<string, unknown>>[]) : []) {
    const { id, url, username, password } = one;
    if (typeof id !== 'string' || typeof url !== 'string') continue;
    const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
    const source = { url, username: text(username), password: text(password) };
    for (const name of [id, `jdbc/${id}`, `java:comp/env/jdbc/${id}`]) found.set(name, source);
  }
  return found;
}
