import type { ParameterShape, ParametersOf } from '../artifacts/parameters.ts';
import type { Clock } from '../clock.ts';
import type { BrokerQueues } from '../engine/broker-queue.ts';
import type { MessageStore, Standing } from '../engine/ports.ts';
import type { Position, Problem } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Environment } from '../message/environment.ts';

/** What a store is given to work with. */
export interface StoreParts {
  readonly name: string;
  readonly at: Position;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly log: Logger;
  /** For a store that keeps a connection of its own; that a call fails is told by the fault. */
  readonly standing: Standing;
  /** A database that deployment.toml names. */
  readonly dataSource: (name: string) => DataSource | undefined;
  /** Queues of message brokers. */
  readonly queues: BrokerQueues;
}

/** Source: [[datasource]] of MI's deployment.toml. */
export interface DataSource {
  readonly url: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

/** A kind of message store, described once. An artifact names it by its class. */
export interface StoreKind<S extends ParameterShape = ParameterShape> {
  /** The folder's name, and the kind's on the reference page: "jdbc". */
  readonly name: string;
  readonly summary: string;
  readonly notes?: string;
  /** Values of the attribute `class`. */
  readonly classes: readonly string[];
  readonly durability: MessageStore['durability'];
  readonly parameters: S;
  /** What single parameters cannot see. An error keeps it from being opened. */
  check?(config: ParametersOf<S>, parts: Pick<StoreParts, 'name' | 'at' | 'dataSource' | 'queues'>): readonly Problem[];
  /** Reaches nothing yet: connects with the first call, and again whenever that is needed. */
  open(config: ParametersOf<S>, parts: StoreParts): MessageStore;
}

/** Keeps the types of parameters and config together. */
export function defineStore<const S extends ParameterShape>(kind: StoreKind<S>): StoreKind<S> {
  return kind;
}
