/** One line of a report. */
export interface Row {
  readonly what: string;
  readonly unit: string;
  readonly runs: number;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** What the figure is held to, in words. */
  readonly target?: string;
}

export interface Section {
  readonly name: string;
  readonly rows: readonly Row[];
  /** What was not measured, and why. */
  readonly skipped?: readonly string[];
}

export function summary(values: readonly number[]): Pick<Row, 'runs' | 'median' | 'min' | 'max'> {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const median = Number.isInteger(half) ? (at(half - 1) + at(half)) / 2 : at(Math.floor(half));
  return { runs: sorted.length, median, min: at(0), max: at(sorted.length - 1) };
}

export function formatText(section: Section): string {
  const heads = ['', 'median', 'min', 'max', 'runs', 'target'];
  const cells = section.rows.map((row) => [
    `${row.what} (${row.unit})`,
    ...[row.median, row.min, row.max].map(shown),
    String(row.runs),
    row.target ?? '',
  ]);
  const widths = heads.map((head, column) => Math.max(head.length, ...cells.map((cell) => cell[column]!.length)));
  const lines = [heads, ...cells].map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  '),
  );
  return [section.name, ...lines, ...(section.skipped ?? []).map((reason) => `skipped: ${reason}`), ''].join('\n');
}

function shown(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
