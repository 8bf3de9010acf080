import type { MessageProcessorConfig } from '../artifacts/kinds/types.ts';
import type { Clock } from '../clock.ts';
import type { Dispatcher, Library, MessageStore, Singleton } from '../engine/ports.ts';
import type { Position, Problem } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Environment } from '../message/environment.ts';
import { createActivation } from './activation.ts';
import { forwardingProcessor } from './forwarding/processor.ts';
import { Parameters } from './parameters.ts';
import { samplingProcessor } from './sampling/processor.ts';

export interface ProcessorParts {
  readonly stores: ReadonlyMap<string, MessageStore>;
  readonly library: () => Library;
  readonly dispatcher: Dispatcher;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Makes the processor a <messageProcessor> asks for. Names and defaults: MI's, see the vendor's parameter pages. */
export function createProcessor(
  config: MessageProcessorConfig,
  at: Position,
  parts: ProcessorParts,
): { readonly singleton: Singleton | undefined; readonly problems: readonly Problem[] } {
  const parameters = new Parameters(config.parameters, at);
  const { dispatcher, environment, clock, log, library } = parts;
  const store = (): MessageStore | undefined => parts.stores.get(config.messageStore);
  const activation = createActivation(config.name, parameters.boolean('is.active', true), log);
  const intervalMs = parameters.integer('interval', 1_000, 1);
  const common = { name: config.name, intervalMs, store, dispatcher, environment, clock, log, activation };
  const kind = /[^.]*$/.exec(config.className)![0];

  if (kind === 'ScheduledMessageForwardingProcessor' || kind === 'ScheduledMessageForwardingProcessorService') {
    const singleton = forwardingProcessor({
      ...common,
      library,
      rules: {
        maxAttempts: parameters.integer('max.delivery.attempts', 4, -1),
        dropUndeliverable: parameters.boolean('max.delivery.drop', false),
        failStore: parameters.text('message.processor.failMessagesStore'),
        nonRetryStatusCodes: parameters.list('non.retry.status.codes').map(Number),
      },
      throttle: parameters.boolean('throttle', true),
      retryIntervalMs: parameters.integer('client.retry.interval', 1_000, 0),
      targetEndpoint: config.targetEndpoint ?? parameters.text('target.endpoint'),
      replySequence: parameters.text('message.processor.reply.sequence'),
      faultSequence: parameters.text('message.processor.fault.sequence'),
      deactivateSequence: parameters.text('message.processor.deactivate.sequence'),
    });
    return { singleton, problems: parameters.problems };
  }
  if (kind === 'SamplingProcessor') {
    const sequence = parameters.text('sequence');
    if (sequence !== undefined) {
      const singleton = samplingProcessor({
        ...common,
        sequence,
        concurrency: parameters.integer('concurrency', 1, 1),
      });
      return { singleton, problems: parameters.problems };
    }
    const problem: Problem = {
      code: 'MISSING_PARAMETER',
      level: 'error',
      at,
      text: 'A sampling processor needs the parameter "sequence".',
      hint: 'Name the sequence that takes each message.',
    };
    return { singleton: undefined, problems: [...parameters.problems, problem] };
  }
  const problem: Problem = {
    code: 'UNSUPPORTED_PROCESSOR',
    level: 'error',
    at,
    text: `Gantry has no message processor of class ${config.className} in this version.`,
    hint: 'ScheduledMessageForwardingProcessor and SamplingProcessor run.',
  };
  return { singleton: undefined, problems: [...parameters.problems, problem] };
}
