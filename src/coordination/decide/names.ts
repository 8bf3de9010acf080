/** Boot ids are `<pod>.<random>`. */
export function podOf(boot: string): string {
  const dot = boot.lastIndexOf('.');
  return dot < 0 ? boot : boot.slice(0, dot);
}

/** Order of code units: the same on every machine, whatever its language. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
