import type { Clock } from '../../clock.ts';
import type { StoredRow } from './table.ts';

/** What others did to the table since is not seen for so long. */
const freshMs = 500;
const mostRows = 16;
const mostBytes = 256 * 1024;

/**
 * The oldest rows, read together: a processor that removes one after the other asks the database for many at once. Rows
 * that others remove or put before meanwhile are noticed when one that is gone is removed, and after half a second.
 */
export class ReadAhead {
  readonly #clock: Clock;
  #rows: readonly StoredRow[] = [];
  #readAt = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many to read, so that large ones are not all held in memory: as many as the last one says. */
  limit = 1;

  get head(): StoredRow | undefined {
    return this.#clock.monotonic() - this.#readAt < freshMs ? this.#rows[0] : undefined;
  }

  fill(rows: readonly StoredRow[]): void {
    this.#rows = rows;
    this.#readAt = this.#clock.monotonic();
    const bytes = Math.max(1, ...rows.map(({ message }) => message.body.length));
    this.limit = Math.max(1, Math.min(mostRows, Math.floor(mostBytes / bytes)));
  }

  /** A row was removed, or was no longer there. */
  removed(id: string, wasThere: boolean): void {
    this.#rows = wasThere && this.#rows[0]?.message.id === id ? this.#rows.slice(1) : [];
  }

  forget(): void {
    this.#rows = [];
  }
}
