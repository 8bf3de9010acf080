import type { ParameterShape, ParametersOf } from '../artifacts/parameters.ts';
import type { Clock } from '../clock.ts';
import type { Intake, Standing, Term } from '../engine/ports.ts';
import type { Position, Problem } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Environment } from '../message/environment.ts';

/** What a transport promises of a message that was in hand when something died. */
export type Delivery = 'at most once' | 'at least once' | 'effectively once';

/** What a consumer is given to work with. */
export interface ConsumerParts {
  /** Of the inbound endpoint or proxy. */
  readonly name: string;
  readonly at: Position;
  readonly intake: Intake;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly log: Logger;
  readonly standing: Standing;
  /** Every replica consumes, by lanes or by the protocol's own means; otherwise exactly one does, by a term. */
  readonly shared: boolean;
}

/** One of the parts in which replicas share the work: each is held by one of them, by a term of its own. */
export interface Lane {
  /** From 1. */
  readonly number: number;
  /** How many there are. */
  readonly of: number;
  readonly standing: Standing;
}

/** Consumes until the term's signal aborts: everything, or what comes by that lane. */
export type Consume = (term: Term, lane?: Lane) => Promise<void>;

/**
 * A protocol that messages are taken from by polling or subscribing, described once. An inbound endpoint names it by
 * protocol or class; a proxy by a transport.
 */
export interface ConsumerKind<S extends ParameterShape = ParameterShape> {
  /** The folder's name, and the kind's on the reference page: "kafka". */
  readonly name: string;
  readonly summary: string;
  readonly notes?: string;
  /** Values of the attribute `protocol`. */
  readonly protocols: readonly string[];
  /** Values of the attribute `class`. */
  readonly classes: readonly string[];
  /** Words in a proxy's `transports`. */
  readonly proxyTransports: readonly string[];
  readonly delivery: Delivery;
  /** What that takes, as a sentence: "Committed when the sequence has finished." */
  readonly acknowledged: string;
  /** How replicas share the work when they may: "They are members of one consumer group." Undefined: they cannot. */
  readonly sharing: string | undefined;
  /** How many lanes replicas share it by. Undefined, or left out: each replica consumes under no term, by the protocol's own means. */
  lanes?(config: ParametersOf<S>): number | undefined;
  readonly parameters: S;
  /** The parameters of a proxy as those of an inbound endpoint; the same when left out. */
  fromProxy?(parameters: ReadonlyMap<string, string>): ReadonlyMap<string, string>;
  /** What deployment.toml adds to them: connection factories that they name. */
  fromDeployment?(
    parameters: ReadonlyMap<string, string>,
    deployment: Readonly<Record<string, unknown>>,
  ): ReadonlyMap<string, string>;
  /** What single parameters cannot see. An error keeps it from running. */
  check?(config: ParametersOf<S>, at: Position): readonly Problem[];
  /**
   * Consumes until the term's signal aborts, reconnecting for ever; resolves when what is in hand is finished or put
   * back. Nothing is taken or acknowledged once the term is not valid. Loads its client with the first call.
   */
  consume(config: ParametersOf<S>, parts: ConsumerParts): Consume;
}

/** Keeps the types of parameters and config together. */
export function defineConsumer<const S extends ParameterShape>(kind: ConsumerKind<S>): ConsumerKind<S> {
  return kind;
}
