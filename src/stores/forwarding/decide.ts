/**
 * What a forwarding processor does after each attempt. Pure: facts in, decision and reason out.
 * Source: Synapse ForwardingService, as MI 4.4-4.7 configures it (parameters in facts of the vendor's reference).
 */
export interface ForwardingRules {
  /** Attempts before a message counts as undeliverable; negative: for ever. */
  readonly maxAttempts: number;
  /** max.delivery.drop: an undeliverable message is thrown away and the next one is tried. */
  readonly dropUndeliverable: boolean;
  /** Where undeliverable messages go instead. */
  readonly failStore: string | undefined;
  /** Status codes that count as final: the message is done although the endpoint refused it. */
  readonly nonRetryStatusCodes: readonly number[];
}

export interface Attempt {
  /** Attempts made so far, this one included. */
  readonly attempts: number;
  readonly result:
    | { readonly type: 'answered'; readonly status: number | undefined; readonly fault: boolean }
    | { readonly type: 'failed'; readonly code: string };
}

export type AfterAttempt =
  /** Remove it from the store; the reply sequence gets the answer. */
  | { readonly do: 'done'; readonly why: string }
  /** Keep it and try again after the retry interval. */
  | { readonly do: 'retry'; readonly why: string }
  /** Remove it without delivery. */
  | { readonly do: 'drop'; readonly why: string }
  /** Move it to the store for failed messages. */
  | { readonly do: 'set-aside'; readonly store: string; readonly why: string }
  /** Keep it and stop the processor until someone activates it. */
  | { readonly do: 'deactivate'; readonly why: string };

export function afterAttempt(rules: ForwardingRules, attempt: Attempt): AfterAttempt {
  const { result, attempts } = attempt;
  if (result.type === 'answered') {
    if (result.status !== undefined && rules.nonRetryStatusCodes.includes(result.status)) {
      return { do: 'done', why: `status ${result.status} is in non.retry.status.codes` };
    }
    const ok = !result.fault && (result.status === undefined || result.status < 400);
    if (ok) return { do: 'done', why: 'delivered' };
  }
  const why =
    result.type === 'failed' ? result.code : result.fault ? 'the answer is a fault' : `status ${result.status}`;
  if (rules.maxAttempts < 0 || attempts < rules.maxAttempts) {
    return { do: 'retry', why: `attempt ${attempts} failed: ${why}` };
  }
  const gaveUp = `${attempts} attempts failed, the last one: ${why}`;
  if (rules.dropUndeliverable) return { do: 'drop', why: gaveUp };
  if (rules.failStore !== undefined) return { do: 'set-aside', store: rules.failStore, why: gaveUp };
  return { do: 'deactivate', why: gaveUp };
}
