/**
 * Transport headers: names compare without case and keep the case they came with; a name may occur many times.
 * Source: RFC 9110 section 5.
 */
export class Headers {
  readonly #fields = new Map<string, { name: string; values: string[] }>();

  static from(source: Iterable<readonly [string, string]> | Readonly<Record<string, string>>): Headers {
    const headers = new Headers();
    const pairs = Symbol.iterator in source ? (source as Iterable<[string, string]>) : Object.entries(source);
    for (const [name, value] of pairs) headers.append(name, value);
    return headers;
  }

  /** Node's rawHeaders: name, value, name, value, ... */
  static fromRaw(raw: readonly string[]): Headers {
    const headers = new Headers();
    for (let i = 0; i + 1 < raw.length; i += 2) headers.append(raw[i]!, raw[i + 1]!);
    return headers;
  }

  /** The first value. */
  get(name: string): string | undefined {
    return this.#fields.get(name.toLowerCase())?.values[0];
  }

  all(name: string): readonly string[] {
    return this.#fields.get(name.toLowerCase())?.values ?? [];
  }

  has(name: string): boolean {
    return this.#fields.has(name.toLowerCase());
  }

  set(name: string, value: string): void {
    this.#fields.set(name.toLowerCase(), { name, values: [value] });
  }

  append(name: string, value: string): void {
    const field = this.#fields.get(name.toLowerCase());
    if (field) field.values.push(value);
    else this.#fields.set(name.toLowerCase(), { name, values: [value] });
  }

  delete(name: string): boolean {
    return this.#fields.delete(name.toLowerCase());
  }

  clear(): void {
    this.#fields.clear();
  }

  get size(): number {
    return this.#fields.size;
  }

  copy(): Headers {
    const headers = new Headers();
    for (const [key, field] of this.#fields) headers.#fields.set(key, { name: field.name, values: [...field.values] });
    return headers;
  }

  *[Symbol.iterator](): IterableIterator<[name: string, value: string]> {
    for (const { name, values } of this.#fields.values()) for (const value of values) yield [name, value];
  }
}
