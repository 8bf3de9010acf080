/** Milliseconds on the machine's monotonic clock, which all its processes share: what one stamps another can compare. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
