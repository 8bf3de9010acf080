/** Boot ids are `<pod>.<random>`. */
export function podOf(boot: string): string {
  const dot = boot.lastIndexOf('.');
  return dot < 0 ? boot : boot.slice(0, dot);
}

/** Order of code units: the same on every machine, whatever its language. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** How much a pod likes an artifact: the same everywhere, for ever. FNV-1a with murmur3's finish, 32 bits. */
export function preference(artifact: string, pod: string): number {
  let hash = 0x811c9dc5;
  const text = `${artifact} ${pod}`;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
