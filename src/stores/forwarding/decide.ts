/**
 * What a forwarding processor does after each attempt. Pure: facts in, decision and reason out.
 * Source: Synapse ForwardingService, as MI 4.4-4.7 configures it. The circuit is ours.
 */
export interface ForwardingRules {
  /** Attempts before a message counts as undeliverable; 0 and less: for ever. */
  readonly maxAttempts: number;
  /** max.delivery.drop: an undeliverable message is thrown away and the next one is tried. */
  readonly dropUndeliverable: boolean;
  /** Where undeliverable messages go instead. */
  readonly failStore: string | undefined;
  /** Status codes that count as final: the message is done although the endpoint refused it. */
  readonly nonRetryStatusCodes: readonly number[];
  /** Status codes with which a message is set aside at the first attempt, where there is a store for it. */
  readonly setAsideStatusCodes: readonly number[];
  /** retry.http.status.codes of Apache Synapse: the only ones that are failures; empty: 400 and above are. */
  readonly retryStatusCodes: readonly number[];
  /** Undefined: every failure is an attempt, whatever it says. */
  readonly circuit: CircuitRules | undefined;
}

/** A backend that is away is no message's fault: the processor waits for it, and no message is given up meanwhile. */
export interface CircuitRules {
  /** Failures in a row, of whichever messages, that say the backend is away. */
  readonly failures: number;
  /** Status codes that say so; a connection that cannot be made, breaks or times out says so too. */
  readonly statusCodes: readonly number[];
  readonly waitMs: number;
  readonly longestWaitMs: number;
}

export type Result =
  | { readonly type: 'answered'; readonly status: number | undefined; readonly fault: boolean }
  | { readonly type: 'failed'; readonly code: string; readonly text: string };

export interface Attempt {
  readonly result: Result;
  /** Attempts made with this message so far, this one included; not those while the backend was away. */
  readonly attempts: number;
  /** Failures in a row that said the backend is away, this one included. */
  readonly away: number;
}

export type AfterAttempt =
  /** Remove it from the store; the reply sequence gets the answer. */
  | { readonly do: 'done'; readonly why: string }
  /** Keep it and try again after the retry interval. */
  | { readonly do: 'retry'; readonly why: string }
  /** Keep it, wait longer each time, and try the backend with it again. */
  | { readonly do: 'wait'; readonly why: string; readonly waitMs: number }
  /** Remove it without delivery. */
  | { readonly do: 'drop'; readonly why: string }
  /** Move it to the store for failed messages. */
  | { readonly do: 'set-aside'; readonly store: string; readonly why: string }
  /** Keep it and stop the processor until someone activates it. */
  | { readonly do: 'deactivate'; readonly why: string };

/** Of a failed call, what says that nobody is there to answer. */
const awayCodes: readonly string[] = [
  'CONNECTION_FAILED',
  'CONNECTION_TIMEOUT',
  'CONNECTION_CLOSED',
  'CONNECT_TIMEOUT',
  'RECEIVE_FAILED',
  'SEND_FAILED',
  'NO_ENDPOINT_READY',
  'ENDPOINT_SUSPENDED',
  'STORE_UNREACHABLE',
];

/** Whether the backend is away, as far as this result says. Only a circuit asks. */
export function saysAway(circuit: CircuitRules | undefined, result: Result): boolean {
  if (!circuit) return false;
  if (result.type === 'failed') return awayCodes.includes(result.code);
  return result.status !== undefined && circuit.statusCodes.includes(result.status);
}

function isFailure({ retryStatusCodes }: ForwardingRules, status: number | undefined): boolean {
  if (status === undefined) return false;
  return retryStatusCodes.length === 0 ? status >= 400 : retryStatusCodes.includes(status);
}

export function afterAttempt(rules: ForwardingRules, { result, attempts, away }: Attempt): AfterAttempt {
  if (result.type === 'answered') {
    if (result.status !== undefined && rules.nonRetryStatusCodes.includes(result.status)) {
      return { do: 'done', why: `status ${result.status} is in non.retry.status.codes` };
    }
    if (rules.failStore !== undefined && rules.setAsideStatusCodes.includes(result.status ?? 0)) {
      const why = `status ${result.status} is in non.retry.store.status.codes`;
      return { do: 'set-aside', store: rules.failStore, why };
    }
    if (!result.fault && !isFailure(rules, result.status)) return { do: 'done', why: 'delivered' };
  }
  const why =
    result.type === 'failed' ? result.text : result.fault ? 'the answer is a fault' : `status ${result.status}`;
  const { circuit } = rules;
  if (circuit && saysAway(circuit, result)) {
    if (away < circuit.failures) return { do: 'retry', why: `the backend does not answer: ${why}` };
    const waitMs = Math.min(circuit.longestWaitMs, circuit.waitMs * 2 ** Math.min(30, away - circuit.failures));
    return { do: 'wait', waitMs, why: `the backend is away (${away} failures in a row, the last one: ${why})` };
  }
  if (rules.maxAttempts <= 0 || attempts < rules.maxAttempts) {
    return { do: 'retry', why: `attempt ${attempts} failed: ${why}` };
  }
  const gaveUp = `${attempts} attempts failed, the last one: ${why}`;
  if (rules.dropUndeliverable) return { do: 'drop', why: gaveUp };
  if (rules.failStore !== undefined) return { do: 'set-aside', store: rules.failStore, why: gaveUp };
  return { do: 'deactivate', why: gaveUp };
}
