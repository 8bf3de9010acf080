import { param, type Parameter, type ParameterShape, type ParametersOf } from '../artifacts/parameters.ts';
import type { Clock } from '../clock.ts';
import type { Dispatcher, Library, MessageStore, Singleton, Standing, Switch } from '../engine/ports.ts';
import type { Position, Problem } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Environment } from '../message/environment.ts';

/**
 * What became of a message that a processor took:
 * - processed: its endpoint, sequence or other store has it
 * - set-aside: it is in the store for failed messages
 * - dropped: it failed and is gone
 * - failed: one attempt failed; more may follow
 */
export type Processed = 'processed' | 'set-aside' | 'dropped' | 'failed';

/** What a processor is given to work with. */
export interface ProcessorParts {
  readonly name: string;
  readonly at: Position;
  /** The store it empties; undefined when there is none of that name, or it cannot be had. */
  readonly store: () => MessageStore | undefined;
  readonly storeName: string;
  /** The attribute targetEndpoint. */
  readonly targetEndpoint: string | undefined;
  readonly library: () => Library;
  readonly dispatcher: Dispatcher;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly log: Logger;
  readonly standing: Standing;
  readonly switch: Switch;
  /** Told of each message and each failed attempt. */
  readonly note: (what: Processed) => void;
}

/** A kind of message processor, described once. An artifact names it by its class. */
export interface ProcessorKind<S extends ParameterShape = ParameterShape> {
  /** The folder's name, and the kind's on the reference page. */
  readonly name: string;
  readonly summary: string;
  readonly notes?: string;
  /** Values of the attribute `class`. */
  readonly classes: readonly string[];
  readonly parameters: S;
  check?(config: ParametersOf<S>, at: Position): readonly Problem[];
  /** Works until the term's signal aborts; resolves when what is in hand is finished. */
  process(config: ParametersOf<S>, parts: ProcessorParts): Singleton['run'];
}

/** Keeps the types of parameters and config together. */
export function defineProcessor<const S extends ParameterShape>(kind: ProcessorKind<S>): ProcessorKind<S> {
  return kind;
}

/** What every kind takes: when it works, and what it does about a store that is away. */
export interface PaceConfig {
  readonly intervalMs: number;
  readonly cron: string | undefined;
  readonly storeAttempts: number;
  readonly storeRetryMs: number;
  readonly isActive: boolean;
  readonly failStore: string | undefined;
}

export const paceParameters: { readonly [K in keyof PaceConfig]: Parameter<PaceConfig[K]> } = {
  intervalMs: param.integer('interval', {
    doc: 'Milliseconds between two looks at the store. Below 1000 it is as exact as above.',
    default: 1_000,
    min: 1,
  }),
  cron: param.text('cronExpression', { doc: 'When to look instead, as Quartz writes it.' }),
  storeAttempts: param.integer('max.store.connection.attempts', {
    doc: 'Vain attempts to reach the store after which the processor is deactivated; -1: never.',
    default: -1,
    min: -1,
  }),
  storeRetryMs: param.integer('store.connection.retry.interval', {
    doc: 'Milliseconds between two attempts to reach the store.',
    default: 1_000,
    min: 1,
  }),
  isActive: param.boolean('is.active', {
    doc: 'false: it does nothing until somebody activates it (gantry resume).',
    default: true,
  }),
  failStore: param.text('message.processor.failMessagesStore', {
    doc: 'The store that takes messages that could not be processed; gantry store replay brings them back.',
  }),
};

/** Read elsewhere, or of no use here and no mistake. */
export const knownElsewhere: readonly string[] = [
  'pinnedServers',
  // Jobs of MI's task coordination; one replica holds a processor here, and another one takes over by itself.
  'member.count',
  'axis2.repo',
  'axis2.config',
  'quartz.conf',
];
