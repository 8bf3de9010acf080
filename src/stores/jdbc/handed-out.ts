import type { StoredRow } from './table.ts';

/**
 * Rows of the messages that were handed out, so that just these are removed: a message that was stored twice lies in the
 * table twice, under one id.
 */
export class HandedOut {
  /** Highest place so far. */
  #last: number;
  /** By place, rising. */
  readonly #rows = new Map<number, { readonly id: string; isTaken: boolean }>();

  constructor(rows: readonly StoredRow[]) {
    this.#last = 0;
    this.add(rows);
  }

  get last(): number {
    return this.#last;
  }

  add(rows: readonly StoredRow[]): void {
    for (const { place, message } of rows) this.#rows.set(place, { id: message.id, isTaken: false });
    this.#last = rows.at(-1)?.place ?? this.#last;
  }

  /** The oldest row of each id that nobody has taken, and ids without any. */
  take(ids: readonly string[]): { readonly places: readonly number[]; readonly unknown: readonly string[] } {
    const places: number[] = [];
    const unknown: string[] = [];
    for (const id of ids) {
      const found = this.#rows.entries().find(([, row]) => row.id === id && !row.isTaken);
      if (!found) {
        unknown.push(id);
        continue;
      }
      found[1].isTaken = true;
      places.push(found[0]);
    }
    return { places, unknown };
  }

  /** They are out of the table. */
  forget(places: readonly number[]): void {
    for (const place of places) this.#rows.delete(place);
  }

  /** They could not be removed. */
  giveBack(places: readonly number[]): void {
    for (const place of places) {
      const row = this.#rows.get(place);
      if (row) row.isTaken = false;
    }
  }
}
