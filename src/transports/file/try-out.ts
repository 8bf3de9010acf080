/** For tests: a file inbound endpoint as a user writes it, with an intake that the test decides for. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TestContext } from 'node:test';
import { readShape } from '../../artifacts/parameters.ts';
import { systemClock, type Clock, type VirtualClock } from '../../clock.ts';
import type { Taken, TakeOptions } from '../../engine/ports.ts';
import { tryTerm, type TriedTerm } from '../../engine/try-out.ts';
import { silentLogger } from '../../log.ts';
import { emptyEnvironment } from '../../message/environment.ts';
import type { Message } from '../../message/message.ts';
import { consumeFiles } from './inbound.ts';
import { problemsOf } from './job.ts';
import { fileParameters, type FileConfig } from './parameters.ts';

const at = { file: 'inbound.xml', line: 1, column: 1 };

export async function temporaryFolder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'gantry-file-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** What is said about parameters that do not fit. */
export function problems(parameters: Readonly<Record<string, string>>): readonly string[] {
  const read = readShape(fileParameters, new Map(Object.entries(parameters)), { what: 'It', at });
  const found = [...read.problems, ...(read.config ? problemsOf(read.config, at) : [])];
  return found.map(({ code, level, text }) => `${level} ${code} ${text}`);
}

export function configOf(parameters: Readonly<Record<string, string>>): FileConfig {
  const read = readShape(fileParameters, new Map(Object.entries(parameters)), { what: 'It', at });
  if (!read.config) throw new Error(JSON.stringify(read.problems));
  return read.config;
}

/** Of the inbound endpoint that is tried. */
export function termOf(token: number): TriedTerm {
  return tryTerm('inboundEndpoint/Files', token);
}

export interface Trial {
  readonly folder: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly take: (message: Message, options: TakeOptions) => Promise<Taken['outcome']>;
  readonly term?: TriedTerm;
  readonly clock?: Clock;
  readonly shared?: boolean;
}

export interface Running {
  readonly term: TriedTerm;
  /** Resolves when it has ended, after the term was given up. */
  readonly ended: Promise<void>;
  /** Its standing, last word: "running", or why it waits. */
  readonly standing: () => string;
}

export function start({ folder, parameters = {}, take, term = termOf(1), clock, shared = false }: Trial): Running {
  const config = configOf({ 'transport.vfs.FileURI': pathToFileURL(folder).href, interval: '10', ...parameters });
  let standing = '';
  const run = consumeFiles(config, {
    name: 'Files',
    at,
    intake: {
      origin: 'inboundEndpoint Files',
      async take(message, options) {
        return { outcome: await take(message, options) };
      },
    },
    environment: emptyEnvironment,
    clock: clock ?? systemClock,
    log: silentLogger,
    standing: { running: () => (standing = 'running'), waiting: (reason) => (standing = reason) },
    shared,
  });
  return { term, ended: run(term), standing: () => standing };
}

/** Runs until that many files were taken, then hands over, which finishes what is in hand. */
export async function runFor(files: number, trial: Trial): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let taken = 0;
  const running = start({
    ...trial,
    take: async (message, options) => {
      const outcome = await trial.take(message, options);
      if (++taken === files) resolve();
      return outcome;
    },
  });
  await promise;
  running.term.handOver();
  await running.ended;
}

export const names = async (folder: string): Promise<string[]> => (await readdir(folder)).toSorted();

export async function textOf(message: Message): Promise<string> {
  await message.body.load();
  return Buffer.from(message.body.bytes()).toString();
}

/** Tells when a scan has ended: the consumer sleeps until the next one. */
export function scanCounter(clock: VirtualClock): { readonly clock: VirtualClock; next(): Promise<void> } {
  const ended: (() => void)[] = [];
  const asked: Promise<void>[] = [];
  const moment = (n: number): void => {
    while (asked.length <= n) asked.push(new Promise((resolve) => ended.push(resolve)));
  };
  const sleep = clock.sleep.bind(clock);
  let scans = 0;
  let looked = 0;
  clock.sleep = (ms, signal) => {
    moment(scans);
    ended[scans++]!();
    return sleep(ms, signal);
  };
  return {
    clock,
    next() {
      moment(looked);
      return asked[looked++]!;
    },
  };
}
