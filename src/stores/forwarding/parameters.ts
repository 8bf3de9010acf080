import { param, Wrong, type Parameter } from '../../artifacts/parameters.ts';
import { atIntervals, byCron, type Pace } from '../pace.ts';
import { paceParameters, type PaceConfig, type ProcessorParts } from '../processor-kind.ts';
import type { ForwardingRules } from './decide.ts';
import type { ForwardOptions } from './forward.ts';

/** So many messages may come twice for each kill, where nothing else is said. */
export const usuallyUnremoved = 16;

export interface ForwardingConfig extends PaceConfig {
  readonly retryIntervalMs: number;
  readonly maxAttempts: number;
  readonly drop: boolean;
  readonly throttle: boolean;
  readonly throttleMs: number | undefined;
  readonly mostUnremoved: number;
  readonly faultSequence: string | undefined;
  readonly deactivateSequence: string | undefined;
  readonly circuitFailures: number | undefined;
  readonly circuitWaitMs: number;
  readonly circuitLongestWaitMs: number;
  readonly circuitStatusCodes: readonly number[];
}

/** Codes that HTTP knows, separated by commas; empty when it is not given. */
export function statusCodes(name: string, doc: string, usual: readonly number[] = []): Parameter<readonly number[]> {
  const list = param.list(name, { doc, default: usual.map(String) });
  return {
    ...list,
    type: 'list of status codes',
    default: usual.length === 0 ? undefined : list.default,
    absent: usual,
    parse(text) {
      const codes = text.split(',').flatMap((part) => (part.trim() === '' ? [] : Number(part)));
      const isCode = (code: number): boolean => Number.isInteger(code) && code >= 100 && code <= 599;
      return codes.every(isCode) ? codes : new Wrong('status codes of HTTP, separated by commas, such as 400,404');
    },
  };
}

/** Of processors that bring messages elsewhere, to an endpoint or to another store. */
export const forwardingParameters: { readonly [K in keyof ForwardingConfig]: Parameter<ForwardingConfig[K]> } = {
  ...paceParameters,
  // The second names are those of Apache Synapse.
  retryIntervalMs: param.integer(['client.retry.interval', 'retry.interval'], {
    doc: 'Milliseconds between two attempts for one message.',
    default: 1_000,
    min: 0,
  }),
  maxAttempts: param.integer(['max.delivery.attempts', 'max.deliver.attempts'], {
    doc: 'Attempts before a message counts as undeliverable; -1: for ever.',
    default: 4,
    min: -1,
  }),
  drop: param.boolean(['max.delivery.drop', 'max.deliver.drop'], {
    doc: 'Enabled: an undeliverable message is thrown away and the next one is tried.',
    default: false,
  }),
  throttle: param.boolean('throttle', {
    doc: 'false: no waiting between messages while there are any.',
    default: true,
  }),
  throttleMs: param.integer('throttle.interval', {
    doc: 'With a cronExpression: milliseconds between two messages. Not given: interval, as in MI.',
    min: 0,
  }),
  mostUnremoved: param.integer('gantry.unremoved.limit', {
    doc:
      'With throttle=false and a database: messages delivered before the first of them has left the store; so many may ' +
      'come twice when a replica is killed. 1: each leaves before the next one is sent.',
    default: usuallyUnremoved,
    min: 1,
  }),
  faultSequence: param.text('message.processor.fault.sequence', { doc: 'Sequence for each failed attempt.' }),
  deactivateSequence: param.text('message.processor.deactivate.sequence', {
    doc: 'Sequence to run before the processor deactivates itself; it gets the message.',
  }),
  circuitFailures: param.integer('gantry.circuit.failures', {
    doc:
      'Failures in a row that say the backend is away. The processor then waits and tries again by itself with the ' +
      'message at the head; these failures are no attempts of a message. Not given: they are, as in MI.',
    min: 1,
  }),
  circuitWaitMs: param.integer('gantry.circuit.wait', {
    doc: 'Milliseconds before the backend is tried again; doubled each time.',
    default: 1_000,
    min: 1,
  }),
  circuitLongestWaitMs: param.integer('gantry.circuit.longest.wait', {
    doc: 'Longest milliseconds between two tries.',
    default: 60_000,
    min: 1,
  }),
  circuitStatusCodes: statusCodes(
    'gantry.circuit.status.codes',
    'Status codes that say the backend is away, besides connections that fail or time out.',
    [502, 503, 504],
  ),
};

/** What an endpoint answers means something to those only that send to one. */
type OwnCodes = Partial<Pick<ForwardingRules, 'nonRetryStatusCodes' | 'setAsideStatusCodes' | 'retryStatusCodes'>>;

function rulesOf(
  config: ForwardingConfig,
  { nonRetryStatusCodes = [], setAsideStatusCodes = [], retryStatusCodes = [] }: OwnCodes,
): ForwardingRules {
  const { circuitFailures: failures, circuitStatusCodes, circuitWaitMs: waitMs } = config;
  return {
    maxAttempts: config.maxAttempts,
    dropUndeliverable: config.drop,
    failStore: config.failStore,
    nonRetryStatusCodes,
    setAsideStatusCodes,
    retryStatusCodes,
    circuit:
      failures === undefined
        ? undefined
        : {
            failures,
            waitMs,
            longestWaitMs: config.circuitLongestWaitMs,
            statusCodes: circuitStatusCodes,
          },
  };
}

export function optionsOf(
  config: ForwardingConfig,
  own: Pick<ForwardOptions, 'deliver'> & OwnCodes & { readonly replySequence?: string | undefined },
): ForwardOptions {
  return {
    rules: rulesOf(config, own),
    retryIntervalMs: config.retryIntervalMs,
    // Where it waits between two messages it has the time.
    mostUnremoved: config.throttle ? 1 : config.mostUnremoved,
    sequences: { reply: own.replySequence, fault: config.faultSequence, deactivate: config.deactivateSequence },
    deliver: own.deliver,
  };
}

export function paceOf({ cron, intervalMs, throttle, throttleMs }: ForwardingConfig, { clock }: ProcessorParts): Pace {
  if (cron === undefined) return atIntervals(intervalMs, !throttle, clock);
  return byCron(cron, throttle ? (throttleMs ?? intervalMs) : 0, clock);
}
