/** Figures as people read them: "p50 23 ms, worst 140 ms, of 30". */
export function spread(milliseconds: readonly number[]): string {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const p50 = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return `p50 ${Math.round(p50)} ms, worst ${Math.round(sorted.at(-1) ?? 0)} ms, of ${sorted.length}`;
}
