/**
 * The end of a terminal, redrawn in place:
 *
 *   ESC [ n A   n lines up      ESC [ J   clears from there to the end
 */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

export class Screen {
  readonly #terminal: Terminal;
  #lines: readonly string[] = [];

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Undefined where nothing can be redrawn. */
  static on(terminal: Terminal): Screen | undefined {
    return terminal.isTTY ? new Screen(terminal) : undefined;
  }

  /** Replaces what was drawn last. */
  draw(lines: readonly string[]): void {
    const width = this.#terminal.columns ?? 80;
    // A line that wraps would be two on the way up, and nobody gets up beyond the first row.
    const shown = lines.slice(0, (this.#terminal.rows ?? lines.length + 1) - 1);
    const cut = shown.map((line) => (line.length < width ? line : `${line.slice(0, width - 2)}…`));
    this.#terminal.write(this.#up() + cut.map((line) => `${line}\n`).join(''));
    this.#lines = cut;
  }

  /** A line that stays, above what is drawn. */
  print(line: string): void {
    this.#terminal.write(`${this.#up()}${line}\n${this.#lines.map((one) => `${one}\n`).join('')}`);
  }

  /** What is drawn stays as it is. */
  end(): void {
    this.#lines = [];
  }

  #up(): string {
    return this.#lines.length === 0 ? '' : `\x1b[${this.#lines.length}A\x1b[J`;
  }
}
