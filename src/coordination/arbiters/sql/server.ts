/** The one table; README.md tells its columns. */
export const table = 'gantry_coordination';

/** Of its columns only those that were asked for. */
export interface Row {
  readonly key: string;
  readonly version: string;
  readonly value: string;
}

export interface Answer {
  readonly rows: readonly Row[];
  /** Rows written, or found. */
  readonly count: number;
}

/** One connection, ready for statements. Not asked a second thing before it has answered the first. */
export interface Session {
  ask(statement: string, values: readonly string[]): Promise<Answer>;
  /** Whether it still stands, as far as is known here. */
  readonly alive: boolean;
  /** Ends it at once; what it was asked rejects. */
  destroy(): void;
  /** Ends it as the server likes it, in a moment. */
  end(): Promise<void>;
}

/** Each is one statement that stands for itself: nothing is ever locked between two of them. */
export interface Statements {
  readonly create: string;
  /** deployment, known version -> key, version, value; the value is empty where that version is known. */
  readonly snapshot: string;
  /** deployment, key -> version, value */
  readonly read: string;
  /** deployment, key, version, value; fails or writes no row when the key is there. */
  readonly insert: string;
  /** deployment, key, expected version, new version, new value; the same in both, but `updateAndTell` wakes watchers. */
  readonly update: string;
  readonly updateAndTell: string;
  /** deployment, key, version */
  readonly remove: string;
}

/** What a failed statement means here. */
export type Failure =
  /** it did not run, because the table is missing */
  | 'no-table'
  /** it did not run, because somebody has inserted that key or made that table */
  | 'exists'
  /** somebody else was first, which the server says by an error at stricter isolation levels */
  | 'lost-race'
  | 'other';

/** One kind of database. */
export interface Server {
  /** Without the password. */
  readonly shown: string;
  readonly statements: Statements;
  /** Rejects when the signal aborts; nothing of the attempt is left then. */
  connect(signal: AbortSignal): Promise<Session>;
  failureOf(error: unknown): Failure;
  /** An error that says which server, what happened and what to do. */
  explain(error: unknown): Error;
  /** Calls back when there may be news in a deployment; the returned function ends it. */
  watch(deployment: string, wake: () => void): () => void;
}
