import type { JdbcAddress } from './address.ts';

export type SqlValue = string | number | Uint8Array;
export type Row = Readonly<Record<string, unknown>>;

export interface Result {
  readonly rows: readonly Row[];
  /** Rows that a statement other than SELECT changed. */
  readonly changed: number;
}

export interface Session {
  /** One statement; a ? stands for each value. */
  run(sql: string, values?: readonly SqlValue[]): Promise<Result>;
}

/** One database, reached when it is first asked; every call finds it again. */
export interface Database extends Session {
  readonly kind: JdbcAddress['kind'];
  /** On one connection, all or nothing. */
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>;
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
