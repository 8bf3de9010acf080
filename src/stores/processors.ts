import { readShape } from '../artifacts/parameters.ts';
import type { MessageProcessorConfig } from '../artifacts/kinds/types.ts';
import type { Clock } from '../clock.ts';
import type { Dispatcher, Library, MessageStore, Singleton, Standing, Switch } from '../engine/ports.ts';
import type { Position, Problem } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Environment } from '../message/environment.ts';
import { processorKinds } from './index.ts';
import { knownElsewhere, type PaceConfig, type Processed, type ProcessorKind } from './processor-kind.ts';

export interface ProcessorSources {
  readonly stores: ReadonlyMap<string, MessageStore>;
  readonly library: () => Library;
  readonly dispatcher: Dispatcher;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onProcessed?: ((processor: string, what: Processed) => void) | undefined;
  readonly standings: { of(artifact: string, log: Logger): Standing; forget(artifact: string): void };
  readonly switches: { of(artifact: string, initially: { readonly on: boolean; readonly reason: string }): Switch };
}

/** What a processor's class says it is; packages of older releases differ, the class's own name does not. */
export function processorKindOf(className: string): ProcessorKind | undefined {
  const ownName = (name: string): string => /[^.]*$/.exec(name)![0];
  return (
    processorKinds.find((kind) => kind.classes.includes(className)) ??
    processorKinds.find((kind) => kind.classes.some((each) => ownName(each) === ownName(className)))
  );
}

/** Makes the processor a <messageProcessor> asks for, or says why it cannot run. */
export function createProcessor(
  config: MessageProcessorConfig,
  at: Position,
  sources: ProcessorSources,
): { readonly singleton: Singleton | undefined; readonly problems: readonly Problem[] } {
  const { name, className, messageStore } = config;
  const kind = processorKindOf(className);
  if (!kind) {
    const problem: Problem = {
      code: 'UNSUPPORTED_PROCESSOR',
      level: 'error',
      at,
      text: `Gantry has no message processor of class ${className}.`,
      hint: `These run: ${processorKinds.map((each) => each.classes[0]).join(', ')}.`,
    };
    return { singleton: undefined, problems: [problem] };
  }
  const what = `The message processor ${name} (${kind.name})`;
  const read = readShape(kind.parameters, config.parameters, {
    what,
    at,
    alsoKnown: knownElsewhere,
    check: (read) => kind.check?.(read, at) ?? [],
  });
  const { problems } = read;
  if (!read.config) return { singleton: undefined, problems };
  const key = `messageProcessor/${name}`;
  const { isActive } = read.config as unknown as PaceConfig;
  const { standings, log } = sources;
  const process = kind.process(read.config, {
    name,
    at,
    store: () => sources.stores.get(messageStore),
    storeName: messageStore,
    targetEndpoint: config.targetEndpoint,
    library: sources.library,
    dispatcher: sources.dispatcher,
    environment: sources.environment,
    clock: sources.clock,
    log,
    standing: standings.of(key, log),
    note: (what) => sources.onProcessed?.(name, what),
    switch: sources.switches.of(key, { on: isActive, reason: isActive ? '' : 'is.active is false' }),
  });
  const singleton: Singleton = {
    key,
    run: (term) => process(term).finally(() => standings.forget(key)),
  };
  return { singleton, problems };
}
