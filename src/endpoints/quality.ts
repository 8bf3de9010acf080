/** What every endpoint that sends for itself may carry: time-out, suspension, retries, addressing. */
import { attr, child } from '../artifacts/shape/fields.ts';
import type { ElementReader } from '../artifacts/shape/reader.ts';
import type { Field } from '../artifacts/shape/spec.ts';
import type { Message } from '../message/message.ts';
import type { AddressingVersion } from '../message/soap.ts';
import { amount, codesOf, errorCodes, numberOf, textOf, word, type Amount } from './amount.ts';
import { defaultRules, type SuspensionRules } from './suspension.ts';

/** WS-Security and WS-ReliableMessaging are read, kept and reported: messages go out without them. */
function unsupported(attributes: readonly string[], what: string): Field<Readonly<Record<string, string>> | undefined> {
  return {
    place: 'child',
    type: 'element',
    doc: `${what}. Gantry does not have it: the message goes out without.`,
    required: false,
    read(from, name) {
      const found = from.child(name);
      if (!found) return undefined;
      from.problem('NOT_SUPPORTED', `<${name}> is not supported: messages go out without ${what}.`, {
        on: found,
        level: 'warning',
        hint: 'Remove it, or use TLS.',
      });
      const said = attributes.map((a) => [a, found.attribute(a)] as const);
      return Object.fromEntries(said.filter((pair): pair is [string, string] => pair[1] !== undefined));
    },
    write(said, to, name) {
      if (said) to.child(name, (w) => Object.entries(said).forEach(([a, value]) => w.attribute(a, value)));
    },
  };
}

export interface Quality {
  readonly enableSec: Readonly<Record<string, string>> | undefined;
  readonly enableRM: Readonly<Record<string, string>> | undefined;
  readonly enableAddressing:
    { readonly version: AddressingVersion | undefined; readonly separateListener: boolean } | undefined;
  readonly timeout: { readonly duration: Amount | undefined; readonly responseAction: Amount | undefined } | undefined;
  readonly markForSuspension:
    | {
        readonly errorCodes: Amount | undefined;
        readonly retriesBeforeSuspension: Amount | undefined;
        readonly retryDelay: Amount | undefined;
      }
    | undefined;
  readonly suspendOnFailure:
    | {
        readonly errorCodes: Amount | undefined;
        readonly initialDuration: Amount | undefined;
        readonly progressionFactor: Amount | undefined;
        readonly maximumDuration: Amount | undefined;
      }
    | undefined;
  readonly suspendDurationOnFailure: Amount | undefined;
  readonly retryConfig:
    { readonly disabledErrorCodes: Amount | undefined; readonly enabledErrorCodes: Amount | undefined } | undefined;
}

export const quality: { readonly [K in keyof Quality]: Field<Quality[K]> } = {
  enableSec: unsupported(['policy', 'inboundPolicy', 'outboundPolicy'], 'WS-Security'),
  enableRM: unsupported(['policy'], 'WS-ReliableMessaging'),
  enableAddressing: child.element(
    {
      version: attr.oneOf(['final', 'submission'], { doc: 'Which WS-Addressing: 2005 (final) or 2004 (submission).' }),
      separateListener: attr.boolean({
        doc: 'Answers come over a connection of their own. Accepted; answers always come back over the same one.',
        default: false,
      }),
    },
    { doc: 'Writes WS-Addressing headers.' },
  ),
  timeout: child.element(
    {
      duration: amount({ doc: 'Milliseconds until the answer must begin.' }),
      responseAction: word(['fault', 'discard', 'never', 'none'], {
        doc: 'What becomes of the message then: fault, or discard.',
        default: 'fault',
      }),
    },
    { doc: 'How long to wait for an answer. Without it the global time-out of 120 seconds applies.' },
  ),
  markForSuspension: child.element(
    {
      errorCodes: errorCodes({
        doc: 'Errors after which it is tried again before it is suspended. Default 101504, 101505.',
      }),
      retriesBeforeSuspension: amount({ doc: 'How often.', default: '0' }),
      retryDelay: amount({ doc: 'Milliseconds between tries.', default: '0' }),
    },
    { doc: 'Errors that do not suspend at once.' },
  ),
  suspendOnFailure: child.element(
    {
      errorCodes: errorCodes({ doc: 'Errors that suspend; all when not given.' }),
      initialDuration: amount({ doc: 'Milliseconds of the first suspension.', default: '30000' }),
      progressionFactor: amount({ doc: 'Each further suspension is this many times the one before.', default: '1' }),
      maximumDuration: amount({ doc: 'Milliseconds no suspension is longer than.' }),
    },
    { doc: 'How long it is left alone after a failure.' },
  ),
  suspendDurationOnFailure: amount({
    doc: 'Seconds it is left alone after a failure: the old way of writing suspendOnFailure, which wins where both say something.',
  }),
  retryConfig: child.element(
    {
      disabledErrorCodes: errorCodes({ doc: 'Errors after which a group does not try another endpoint.' }),
      enabledErrorCodes: errorCodes({ doc: 'The only errors after which a group tries another endpoint.' }),
    },
    { doc: 'In a failover or loadbalance group: after which errors another endpoint is tried.' },
  ),
};

/** Of endpoints nobody wrote as elements: hosts of a group, computed recipients. */
export const noQuality: Quality = {
  enableSec: undefined,
  enableRM: undefined,
  enableAddressing: undefined,
  timeout: undefined,
  markForSuspension: undefined,
  suspendOnFailure: undefined,
  suspendDurationOnFailure: undefined,
  retryConfig: undefined,
};

export function checkQuality(config: Quality, from: ElementReader): void {
  const { retryConfig } = config;
  if (retryConfig?.disabledErrorCodes && retryConfig.enabledErrorCodes) {
    from.problem('BAD_VALUE', '<retryConfig> takes either disabledErrorCodes or enabledErrorCodes.', {
      level: 'warning',
      hint: 'An error must be enabled and not disabled for another endpoint to be tried.',
    });
  }
}

/** The rules for this message: every figure may be an expression. */
export function rulesOf(
  { markForSuspension: mark, suspendOnFailure: fail, suspendDurationOnFailure: seconds }: Quality,
  message: Message,
): SuspensionRules {
  if (!mark && !fail && !seconds) return defaultRules;
  const d = seconds ? { ...defaultRules, initialMs: 1000 * numberOf(seconds, message, 30) } : defaultRules;
  return {
    timeoutCodes: codesOf(mark?.errorCodes, message),
    retriesBeforeSuspension: numberOf(mark?.retriesBeforeSuspension, message, d.retriesBeforeSuspension),
    retryDelayMs: numberOf(mark?.retryDelay, message, d.retryDelayMs),
    suspendCodes: codesOf(fail?.errorCodes, message),
    initialMs: numberOf(fail?.initialDuration, message, d.initialMs),
    factor: numberOf(fail?.progressionFactor, message, d.factor),
    maximumMs: numberOf(fail?.maximumDuration, message, d.maximumMs),
  };
}

/** Milliseconds until the answer must begin; undefined for the global time-out. */
export function timeoutOf({ timeout }: Quality, message: Message): number | undefined {
  const ms = numberOf(timeout?.duration, message, 0);
  return ms > 0 ? ms : undefined;
}

export function discardsOnTimeout({ timeout }: Quality, message: Message): boolean {
  return textOf(timeout?.responseAction, message)?.trim().toLowerCase() === 'discard';
}

/** Whether a group may try another endpoint after that error. */
export function allowsRetry({ retryConfig }: Quality, code: number, message: Message): boolean {
  if (!retryConfig) return true;
  if (codesOf(retryConfig.disabledErrorCodes, message).includes(code)) return false;
  const enabled = codesOf(retryConfig.enabledErrorCodes, message);
  return enabled.length === 0 || enabled.includes(code);
}
