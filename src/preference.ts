/**
 * Rendezvous hashing: of all that could do something, the one that likes it most does. The answer is the same everywhere,
 * for ever, and when one comes or goes, only what it does changes hands. FNV-1a, then the last step of MurmurHash3,
 * without which names that differ in their last letters stay neighbours. 32 bits, unsigned.
 */
export function preference(thing: string, candidate: string): number {
  let hash = 0x811c9dc5;
  const text = `${thing} ${candidate}`;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
