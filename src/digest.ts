/**
 * Names content: equal bytes give an equal name, different bytes in practice never the same (128 bits, each byte stirred
 * into all of them). Not for secrets or against forgers. Loading node:crypto for this would cost every replica 10 ms and
 * 6 MiB at its start.
 * @param parts in this order; where one ends and the next begins counts
 * @returns 32 hexadecimal digits
 */
export function digestOf(parts: Iterable<string | Uint8Array>): string {
  const words = new Int32Array([0x3c074a61, 0x4f9939e5, 0x2ab07f19, 0x51cb1d27]);
  for (const part of parts) {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part;
    stir(words, bytes);
    stir(words, Buffer.from(`\0${bytes.length}\0`));
  }
  // Two more rounds, so that the last bytes reach every bit.
  stir(words, new Uint8Array(8));
  return [...words].map((word) => (finish(word) >>> 0).toString(16).padStart(8, '0')).join('');
}

function stir(words: Int32Array, bytes: Uint8Array): void {
  let [a = 0, b = 0, c = 0, d = 0] = words;
  for (const byte of bytes) {
    a = Math.imul(a ^ byte, 0x239b961b) ^ b;
    b = Math.imul(b ^ byte, 0x2ab0e789) ^ (c >>> 11);
    c = Math.imul(c ^ byte, 0x38b34ae5) ^ (d >>> 7);
    d = Math.imul(d ^ byte, 0x21a1e38b) ^ (a >>> 15);
  }
  words.set([a, b, c, d]);
}

/** The last steps of MurmurHash3's 32 bit variant: every bit of the word depends on every other. */
function finish(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
