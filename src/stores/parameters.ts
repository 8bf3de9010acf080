import type { Problem, Position } from '../errors.ts';

/** Reads the <parameter> elements of a store or processor, collecting what is wrong with them. */
export class Parameters {
  readonly problems: Problem[] = [];
  readonly #values: ReadonlyMap<string, string>;
  readonly #at: Position;

  constructor(values: ReadonlyMap<string, string>, at: Position) {
    this.#values = values;
    this.#at = at;
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name)?.trim();
    return value === '' ? undefined : value;
  }

  integer(name: string, fallback: number, min = 0): number {
    const value = this.text(name);
    if (value === undefined) return fallback;
    const number = Number(value);
    if (Number.isInteger(number) && number >= min) return number;
    this.#bad(name, value, `a whole number of at least ${min}`, String(fallback));
    return fallback;
  }

  boolean(name: string, fallback: boolean): boolean {
    const value = this.text(name)?.toLowerCase();
    if (value === undefined) return fallback;
    // MI writes "Enabled" and "Disabled" where others write true and false.
    if (value === 'true' || value === 'enabled') return true;
    if (value === 'false' || value === 'disabled') return false;
    this.#bad(name, value, 'true or false', String(fallback));
    return fallback;
  }

  list(name: string): readonly string[] {
    return (this.text(name) ?? '')
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  }

  #bad(name: string, value: string, wanted: string, used: string): void {
    this.problems.push({
      code: 'BAD_PARAMETER',
      level: 'warning',
      at: this.#at,
      text: `The parameter "${name}" takes ${wanted}, not "${value}".`,
      hint: `${used} is used.`,
    });
  }
}
