/**
 * Problems are values, faults are thrown, outcomes are returned.
 *
 * A *problem* is for the author of an artifact: collected, never thrown, printed with the source line.
 * A *fault* is for a flow: thrown by a step, caught by the nearest fault sequence.
 * Whatever else is thrown is a *defect* of Gantry: logged whole, the message faults as INTERNAL.
 */

/** A place in one of the user's files. Lines and columns count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export type ProblemLevel = 'error' | 'warning' | 'info';

export interface Problem {
  /** Upper-case words, e.g. UNKNOWN_MEDIATOR. Listed in docs/reference/errors.md. */
  readonly code: string;
  readonly level: ProblemLevel;
  readonly at: Position;
  readonly text: string;
  /** What to do next, as a sentence. */
  readonly hint?: string;
  /** Kind and name of the artifact, when it is known by then: "api Orders". */
  readonly artifact?: string;
}

/** What a caller may do about a fault. */
export type Retry = 'never' | 'again' | { readonly afterMs: number };

export interface FaultOptions {
  readonly at?: Position | undefined;
  readonly detail?: Readonly<Record<string, unknown>> | undefined;
  readonly retry?: Retry | undefined;
  readonly cause?: unknown;
  /** The number a flow finds in ERROR_CODE; by default the catalogue's. */
  readonly number?: number | undefined;
  /** Replaces the catalogue's sentence. */
  readonly text?: string | undefined;
}

export interface FaultEntry {
  /** What ERROR_CODE holds, as Synapse numbers it; 0 when Synapse has no number for it. */
  readonly number: number;
  readonly text: string;
}

/**
 * Every fault that is not one mediator's own. A mediator declares its own beside its code.
 * Numbers: Synapse `SynapseConstants`. The reference page docs/reference/errors.md is generated from this table.
 */
export const faultCatalogue: Readonly<Record<string, FaultEntry>> = {
  INTERNAL: { number: 0, text: 'Something went wrong inside Gantry.' },
  BODY_NOT_READABLE: { number: 0, text: 'The body cannot be read as its content type says.' },
  BODY_TOO_LARGE: { number: 0, text: 'The body is larger than the limit for bodies that a flow looks into.' },
  EXPRESSION_FAILED: { number: 0, text: 'An expression could not be evaluated.' },
  SEQUENCE_NOT_FOUND: { number: 0, text: 'The sequence does not exist.' },
  TEMPLATE_NOT_FOUND: { number: 0, text: 'The template does not exist.' },
  ENDPOINT_NOT_FOUND: { number: 305100, text: 'The endpoint does not exist.' },
  STORE_NOT_FOUND: { number: 0, text: 'The message store does not exist.' },
  STORE_FULL: { number: 0, text: 'The message store holds as many messages as it may.' },
  STORE_REFUSED: { number: 0, text: 'The message store did not take the message.' },
  STORE_UNREADABLE: { number: 0, text: 'The message store has a message that cannot be read.' },
  STORE_UNREACHABLE: { number: 0, text: 'The message store cannot be reached.' },
  RESOURCE_NOT_FOUND: { number: 0, text: 'The registry resource or local entry does not exist.' },
  NOT_SUPPORTED: { number: 0, text: 'This part of the artifact needs something Gantry does not have.' },
  CUSTOM: { number: 500000, text: 'A throwError mediator ended the flow.' },
  RECEIVE_FAILED: { number: 101001, text: 'The connection broke while a message was received.' },
  SEND_FAILED: { number: 101500, text: 'The connection broke while the message was sent.' },
  CONNECTION_FAILED: { number: 101503, text: 'The connection to the endpoint could not be made.' },
  CONNECTION_TIMEOUT: { number: 101504, text: 'The endpoint did not answer in time.' },
  CONNECTION_CLOSED: { number: 101505, text: 'The endpoint closed the connection before it had answered.' },
  PROTOCOL_VIOLATION: { number: 101506, text: 'The endpoint answered with something that is not HTTP.' },
  REQUEST_CANCELLED: { number: 101507, text: 'The request was cancelled.' },
  CONNECT_TIMEOUT: { number: 101508, text: 'The connection to the endpoint was not made in time.' },
  RESPONSE_FAILED: { number: 101510, text: 'The answer of the endpoint could not be processed.' },
  NO_ENDPOINT_READY: { number: 303000, text: 'None of the endpoints of the group is ready.' },
  ENDPOINT_SUSPENDED: { number: 303001, text: 'The endpoint is suspended after failures.' },
  FAILING_OVER: { number: 303100, text: 'The endpoint failed; the next one of the group is tried.' },
  CALLOUT_FAILED: { number: 401000, text: 'The blocking call failed.' },
  TERM_LOST: { number: 0, text: 'This replica no longer holds the artifact.' },
};

/** A failed message: thrown by a step, caught by the nearest fault sequence. */
export class Fault extends Error {
  readonly code: string;
  readonly number: number;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly retry: Retry;
  at: Position | undefined;
  /** Outermost first, e.g. ["api Orders", "POST /", "sequence Validate", "filter"]. Filled while unwinding. */
  readonly trail: string[] = [];

  constructor(code: string, options: FaultOptions = {}) {
    const entry = faultCatalogue[code];
    const text = options.text ?? entry?.text ?? code;
    const detail = options.detail ?? {};
    const shown = Object.entries(detail).map(([key, value]) => `${key}: ${String(value)}`);
    super(shown.length > 0 && options.text === undefined ? `${text} (${shown.join(', ')})` : text, {
      cause: options.cause,
    });
    this.name = 'Fault';
    this.code = code;
    this.number = options.number ?? entry?.number ?? 0;
    this.detail = detail;
    this.retry = options.retry ?? 'never';
    this.at = options.at;
  }

  /** Works across bundles and realms, where instanceof does not. */
  static is(value: unknown): value is Fault {
    return value instanceof Error && value.name === 'Fault' && 'code' in value && 'trail' in value;
  }

  /** The only place where foreign errors, aborts and time-outs become ours. */
  static from(value: unknown, fallback = 'INTERNAL'): Fault {
    if (Fault.is(value)) return value;
    const cause = value instanceof Error ? value : new Error(String(value));
    if (cause.name === 'AbortError') return new Fault('REQUEST_CANCELLED', { cause, retry: 'again' });
    if (cause.name === 'TimeoutError') return new Fault('CONNECTION_TIMEOUT', { cause, retry: 'again' });
    return new Fault(fallback, { cause, text: cause.message || undefined });
  }

  /** One line, code first, as it is logged: CODE text at file:line:column in trail. */
  describe(): string {
    const where = this.at ? ` at ${formatPosition(this.at)}` : '';
    const trail = this.trail.length > 0 ? ` in ${this.trail.join(' › ')}` : '';
    return `${this.code} ${this.message}${where}${trail}`;
  }
}

export function formatPosition(at: Position): string {
  return `${at.file}:${at.line}:${at.column}`;
}
