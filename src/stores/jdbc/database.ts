import type { JdbcAddress } from './address.ts';

export type SqlValue = string | number | Uint8Array;
export type Row = Readonly<Record<string, unknown>>;

export interface Result {
  readonly rows: readonly Row[];
  /** Rows that a statement other than SELECT changed. */
  readonly changed: number;
}

/**
 * What a power failure may do to a change after it was told done; the end of the process alone does nothing to either:
 * - kept: it stays
 * - maybe undone: it may be undone, with all that came after it. Only a database that lives and dies with this machine
 *   takes it up. A server that crashes alone would bring back what its processor, which lives on, took for gone
 */
export type AfterPowerFailure = 'kept' | 'maybe undone';

export interface Session {
  /** One statement; a ? stands for each value. */
  run(sql: string, values?: readonly SqlValue[]): Promise<Result>;
}

/** One database, reached when it is first asked; every call finds it again. */
export interface Database extends Session {
  readonly kind: JdbcAddress['kind'];
  /** `after`: kept when left out. */
  run(sql: string, values?: readonly SqlValue[], after?: AfterPowerFailure): Promise<Result>;
  /** On one connection, all or nothing. */
  transaction<T>(work: (session: Session) => Promise<T>, after?: AfterPowerFailure): Promise<T>;
  close(): Promise<void>;
}

export interface Login {
  readonly user: string | undefined;
  readonly password: string | undefined;
}

/** Nothing a store asks takes so long; a database that does not answer counts as away. */
export const answerMs = 10_000;
export const connectMs = 5_000;
/** Flows store side by side; a processor takes one after the other. */
export const connections = 4;
