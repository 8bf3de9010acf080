/**
 * The figures of the page as one Markdown table. Each section is a process of its own: it prints its rows at its end,
 * and puts them into the file that PAGE_TABLE names, in the place of those it wrote there before.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { lost, type Sent } from '../load.ts';

export const sections = ['single replica', 'multiple replicas', 'isolation', 'coordination'] as const;
export type Section = (typeof sections)[number];

export interface Figure {
  readonly section: Section;
  /** "pod killed, serving again". */
  readonly what: string;
  /** "1.3 s median, 2.1 s worst". */
  readonly measured: string;
  /** How many times it was measured. */
  readonly runs: number;
  /** Load average of the machine when it was: where nodes, load and backend share it, that is part of the figure. */
  readonly load: number;
}

const head = ['| pattern | what | measured | runs | load |', '|---|---|---|---|---|'];

/** The table with these rows of one section; its former rows go, those of others stay. */
export function merged(table: string, section: Section, figures: readonly Figure[]): string {
  const others = table.split('\n').filter((line) => line.startsWith('| ') && !head.includes(line));
  const own = figures.map(
    ({ what, measured, runs, load }) => `| ${section} | ${what} | ${measured} | ${runs} | ${load.toFixed(0)} |`,
  );
  const of = (one: Section): readonly string[] =>
    one === section ? own : others.filter((line) => line.startsWith(`| ${one} | `));
  return `${[...head, ...sections.flatMap(of)].join('\n')}\n`;
}

/** Takes down figures as they are measured. */
export class Figures {
  readonly #section: Section;
  readonly #figures: Figure[] = [];

  constructor(section: Section) {
    this.#section = section;
  }

  note(what: string, measured: string, runs: number): void {
    this.#figures.push({ section: this.#section, what, measured, runs, load: loadavg()[0]! });
  }

  /** Prints what there is, and keeps it in PAGE_TABLE if that names a file. */
  tell(): void {
    const file = process.env['PAGE_TABLE'];
    const before = file !== undefined && existsSync(file) ? readFileSync(file, 'utf8') : '';
    const table = merged(before, this.#section, this.#figures);
    if (file !== undefined) writeFileSync(file, table);
    console.log(table);
  }
}

/** "1.30 s", or "1.30 s median, 1.86 s worst" of several. */
export function spread(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const seconds = (ms: number): string => `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  if (sorted.length === 1) return seconds(sorted[0]!);
  return `${seconds(sorted[Math.floor(sorted.length / 2)]!)} median, ${seconds(sorted.at(-1)!)} worst`;
}

/**
 * What clients lost. A kept connection that the Ingress closes just when a request goes over it is counted apart: not a
 * byte of an answer came, and HTTP lets clients send such a request again.
 */
export function losses(sent: readonly Sent[]): {
  readonly count: number;
  readonly text: string;
  readonly own: readonly Sent[];
} {
  const own = lost(sent).filter(({ closedBetween }) => !closedBetween);
  const closed = lost(sent).length - own.length;
  const text = `${own.length} of ${sent.length.toLocaleString('en')} requests lost`;
  const more = closed === 0 ? '' : `; ${closed} met a kept connection that the Ingress closed`;
  return { count: own.length, own, text: text + more };
}
