/**
 * States as bytes. A state is a plain object: parts within parts, always with the same keys in the same order, whose
 * leaves are words, booleans, null or numbers from 0 to 191. One leaf is one byte:
 *
 *   0 … 191     the number itself
 *   192 … 255   a word, boolean or null, numbered downwards from 255 as they first appear
 */

export type Leaf = number | string | boolean | null;

const mostNumbers = 192;

type Shape = null | readonly (readonly [key: string, shape: Shape])[];
type Tree = Record<string, unknown>;

export class Packing<S extends object> {
  /** 32-bit words that a state takes. */
  readonly words: number;
  readonly #shape: Shape;
  readonly #isArray = new Map<Shape, boolean>();
  readonly #leaves = new Map<Leaf, number>();
  readonly #byCode: Leaf[] = [];
  #at = 0;

  /** Any state: it shows the shape of all. */
  constructor(example: S) {
    this.#shape = this.#shapeOf(example);
    this.words = Math.ceil(this.#count(this.#shape) / 4);
  }

  write(state: S, bytes: Uint8Array): void {
    this.#at = 0;
    this.#write(state, this.#shape, bytes);
  }

  read(bytes: Uint8Array): S {
    this.#at = 0;
    return this.#read(this.#shape, bytes) as S;
  }

  #write(value: unknown, shape: Shape, bytes: Uint8Array): void {
    if (shape === null) bytes[this.#at++] = typeof value === 'number' ? checked(value) : this.#codeOf(value as Leaf);
    else for (const [key, inner] of shape) this.#write((value as Tree)[key], inner, bytes);
  }

  #read(shape: Shape, bytes: Uint8Array): unknown {
    if (shape === null) {
      const byte = bytes[this.#at++]!;
      return byte < mostNumbers ? byte : this.#byCode[255 - byte];
    }
    const value = (this.#isArray.get(shape) ? [] : {}) as Tree;
    for (const [key, inner] of shape) value[key] = this.#read(inner, bytes);
    return value;
  }

  #codeOf(leaf: Leaf): number {
    const known = this.#leaves.get(leaf);
    if (known !== undefined) return known;
    if (leaf === undefined) throw new TypeError('A state lacks a key that the first one has.');
    const code = 255 - this.#byCode.length;
    if (code < mostNumbers) throw new RangeError('States use more than 64 different words.');
    this.#byCode.push(leaf);
    this.#leaves.set(leaf, code);
    return code;
  }

  #shapeOf(value: unknown): Shape {
    if (typeof value !== 'object' || value === null) return null;
    const shape = Object.entries(value).map(([key, inner]) => [key, this.#shapeOf(inner)] as const);
    this.#isArray.set(shape, Array.isArray(value));
    return shape;
  }

  #count(shape: Shape): number {
    return shape === null ? 1 : shape.reduce((sum, [, inner]) => sum + this.#count(inner), 0);
  }
}

function checked(number: number): number {
  if (!(number >= 0 && number < mostNumbers))
    throw new RangeError(`A state holds ${number}, which is no number of 0 to 191.`);
  return number;
}
