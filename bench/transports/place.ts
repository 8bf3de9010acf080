/** A place on a server that messages are put into and consumed from, for one round. */
export interface Place {
  /** Attributes of the inbound endpoint: protocol="kafka". */
  readonly attributes: string;
  /** Its parameters. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Puts messages there, numbered from `from`; resolves when the server has them all. */
  fill(from: number, count: number, bytes: number): Promise<void>;
  /**
   * Resolves when the server would keep what it has confirmed by now though it were killed. Left out by servers that
   * write before they confirm.
   */
  written?(): Promise<void>;
  close(): Promise<void>;
}

/** A protocol whose inbound endpoint is measured. */
export interface BenchedTransport {
  readonly name: string;
  /** Messages a second of 1 KiB, by one replica. */
  readonly target: number;
  /** Why it cannot be measured here; undefined when it can. */
  readonly missing: string | undefined;
  /** What SERVICES_COMMAND calls its server; undefined when it has none. */
  readonly service: string | undefined;
  /** The server keeps messages only for a consumer that was there before. */
  readonly consumerFirst: boolean;
  open(): Promise<Place>;
}

/** A message of that size that says its number. */
export function bodyOf(n: number, bytes: number): string {
  const head = `{"n":${n},"x":"`;
  return `${head}${'x'.repeat(Math.max(0, bytes - head.length - 2))}"}`;
}

export function numberIn(body: string): number {
  return Number(/^\{"n":(\d+)/.exec(body)?.[1] ?? Number.NaN);
}
