/**
 * When an endpoint may be sent to. Facts in, a new state and its reason out; the clock is an argument.
 *
 *             timeout-class error, retries left                 retries used up
 *   active ------------------------------------> timeout ----------------------------+
 *     |  ^                                          |  ready again after retryDelay   |
 *     |  |   an answer, whatever its status         |                                 v
 *     |  +------------------------------------------+------------------------ suspended
 *     +--------------------- suspend-class error --------------------------->   ready again after
 *                                                                               initial x factor^n, at most maximum
 *   off: by hand only, and left by hand only.
 *
 * Once its time has come a timeout or suspended endpoint takes messages again; the first answer makes it active, the
 * next failure suspends it for longer. Source: Synapse EndpointContext, EndpointDefinition.
 */
import type { EndpointState } from '../engine/ports.ts';

export interface SuspensionRules {
  /** markForSuspension errorCodes; empty: connection timed out (101504) or closed (101505). */
  readonly timeoutCodes: readonly number[];
  readonly retriesBeforeSuspension: number;
  /** Milliseconds. */
  readonly retryDelayMs: number;
  /** suspendOnFailure errorCodes; empty: every error. */
  readonly suspendCodes: readonly number[];
  /** Milliseconds; negative: 30 seconds. */
  readonly initialMs: number;
  readonly factor: number;
  /** Milliseconds. */
  readonly maximumMs: number;
}

export const defaultRules: SuspensionRules = {
  timeoutCodes: [],
  retriesBeforeSuspension: 0,
  retryDelayMs: 0,
  suspendCodes: [],
  initialMs: -1,
  factor: 1,
  maximumMs: Number.MAX_SAFE_INTEGER,
};

/** What is known of one endpoint. Times are readings of a monotonic clock, in milliseconds. */
export interface Health {
  readonly state: EndpointState;
  /** Undefined until the first timeout-class error since it was active. */
  readonly retriesLeft: number | undefined;
  /** How long it was suspended last; undefined when it was not since it was active. */
  readonly lastMs: number | undefined;
  readonly readyAt: number;
}

export const healthy: Health = { state: 'active', retriesLeft: undefined, lastMs: undefined, readyAt: 0 };
export const switchedOff: Health = { ...healthy, state: 'off' };

export interface Decision {
  readonly health: Health;
  /** For the log; undefined when nothing changed. */
  readonly reason: string | undefined;
}

const DEFAULT_SUSPENSION_MS = 30_000;

export function isReady(health: Health, now: number): boolean {
  if (health.state === 'active') return true;
  return health.state !== 'off' && health.readyAt <= now;
}

/** An answer came, whatever its status. */
export function afterAnswer(health: Health): Decision {
  if (health.state === 'active' && health.retriesLeft === undefined) return { health, reason: undefined };
  if (health.state === 'off') return { health, reason: undefined };
  return { health: healthy, reason: health.state === 'active' ? undefined : 'it answered: active again' };
}

/** A failure with that ERROR_CODE. */
export function afterFailure(health: Health, code: number, rules: SuspensionRules, now: number): Decision {
  if (health.state === 'off') return { health, reason: undefined };
  if (isTimeoutClass(code, rules)) return afterTimeout(health, code, rules, now);
  const suspends = rules.suspendCodes.length === 0 || rules.suspendCodes.includes(code);
  return suspends ? suspend(health, `error ${code}`, rules, now) : { health, reason: undefined };
}

function isTimeoutClass(code: number, { timeoutCodes }: SuspensionRules): boolean {
  return timeoutCodes.length === 0 ? code === 101504 || code === 101505 : timeoutCodes.includes(code);
}

function afterTimeout(health: Health, code: number, rules: SuspensionRules, now: number): Decision {
  const retries = health.retriesLeft ?? rules.retriesBeforeSuspension;
  if (retries <= 0) return suspend(health, `error ${code} and no retry left`, rules, now);
  const retriesLeft = retries - 1;
  return {
    health: { ...health, state: 'timeout', retriesLeft, readyAt: now + rules.retryDelayMs },
    reason: `error ${code}: tried again after ${rules.retryDelayMs} ms, ${retriesLeft} retries left`,
  };
}

function suspend(health: Health, why: string, rules: SuspensionRules, now: number): Decision {
  const ms = suspensionMs(health.lastMs, rules);
  return {
    health: { ...health, state: 'suspended', lastMs: ms, readyAt: now + ms },
    reason: `${why}: suspended for ${ms} ms`,
  };
}

/** First the initial duration, then each time the last one by the factor, never beyond the maximum. */
export function suspensionMs(lastMs: number | undefined, rules: SuspensionRules): number {
  const again = lastMs !== undefined && lastMs > 0;
  const next = again ? Math.trunc(lastMs * rules.factor) : rules.initialMs;
  if (next > rules.maximumMs) return rules.maximumMs;
  return next < 0 ? DEFAULT_SUSPENSION_MS : next;
}
