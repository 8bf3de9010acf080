/** The namespace declarations in scope at a point of a document, innermost last. Few at a time, so a list beats a map. */
export class NamespaceScope {
  readonly #prefixes: string[] = ['xml', ''];
  readonly #uris: string[] = ['http://www.w3.org/XML/1998/namespace', ''];

  /** Where an element's own declarations begin; hand it to `leave` at the element's end. */
  get mark(): number {
    return this.#prefixes.length;
  }

  declare(prefix: string, uri: string): void {
    this.#prefixes.push(prefix);
    this.#uris.push(uri);
  }

  leave(mark: number): void {
    if (this.#prefixes.length > mark) this.#prefixes.length = this.#uris.length = mark;
  }

  lookup(prefix: string): string | undefined {
    const prefixes = this.#prefixes;
    for (let i = prefixes.length - 1; i >= 0; i--) if (prefixes[i] === prefix) return this.#uris[i];
    return undefined;
  }

  /** Whether the element that began at `mark` declares this prefix itself. */
  declaredSince(mark: number, prefix: string): boolean {
    return this.#prefixes.includes(prefix, mark);
  }

  /** A prefix (never the empty one) that stands for this namespace here. */
  prefixFor(uri: string): string | undefined {
    for (let i = this.#prefixes.length - 1; i >= 0; i--) {
      const prefix = this.#prefixes[i]!;
      if (prefix !== '' && this.#uris[i] === uri && this.lookup(prefix) === uri) return prefix;
    }
    return undefined;
  }
}
