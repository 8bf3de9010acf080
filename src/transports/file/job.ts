import type { Position, Problem } from '../../errors.ts';
import { BadAddress, parseFileAddress, type FileAddress } from './address.ts';
import type { FileOutcome } from './marks.ts';
import type { Choice } from './scan.ts';
import type { FileConfig } from './parameters.ts';

/** What becomes of a file in the end. */
export type AfterFile =
  | { readonly do: 'delete' }
  /** Gets its name back. */
  | { readonly do: 'leave' }
  | { readonly do: 'move'; readonly to: FileAddress };

/** The parameters with their addresses read. */
export interface FileJob {
  readonly config: FileConfig;
  readonly source: FileAddress;
  readonly choice: Choice;
  readonly after: Readonly<Record<FileOutcome, AfterFile>>;
  /** Where a file goes that could be neither deleted nor moved. */
  readonly lastResort: FileAddress | undefined;
  readonly reply: FileAddress | undefined;
}

/** Files looked at in one scan when no parameter says how many. */
const perScan = 20_000;

/** Throws BadAddress; `problemsOf` has looked before. */
export function jobOf(config: FileConfig): FileJob {
  const { perScan: count, largest, maximumAge } = config;
  const optional = (uri: string | undefined): FileAddress | undefined => (uri ? parseFileAddress(uri) : undefined);
  const after = (word: FileConfig['afterProcess'], uri: string | undefined): AfterFile => {
    if (word === 'DELETE') return { do: 'delete' };
    return word === 'MOVE' && uri !== undefined ? { do: 'move', to: parseFileAddress(uri) } : { do: 'leave' };
  };
  return {
    config,
    source: parseFileAddress(config.address),
    choice: {
      pattern: config.pattern,
      sort: config.sort,
      ascending: config.ascending,
      perScan: count ?? Infinity,
      largest: largest < 0 ? Infinity : largest,
      // MI counts ages in seconds.
      minimumAgeMs: config.minimumAge > 0 ? config.minimumAge * 1_000 : -Infinity,
      maximumAgeMs: maximumAge === undefined ? Infinity : maximumAge * 1_000,
    },
    after: {
      process: after(config.afterProcess, config.moveAfterProcess),
      failure: after(config.afterFailure, config.moveAfterFailure),
    },
    lastResort: optional(config.moveAfterFailedMove),
    reply: optional(config.replyAddress),
  };
}

/** All files have to be seen before the first of an order is known. */
export const roomOf = ({ choice }: FileJob): number => (choice.sort === 'NONE' ? perScan : Infinity);

export function problemsOf(config: FileConfig, at: Position): readonly Problem[] {
  const problems: Problem[] = [];
  const addresses: readonly (readonly [name: string, uri: string | undefined])[] = [
    ['FileURI', config.address],
    ['MoveAfterProcess', config.moveAfterProcess],
    ['MoveAfterFailure', config.moveAfterFailure],
    ['MoveAfterFailedMove', config.moveAfterFailedMove],
    ['ReplyFileURI', config.replyAddress],
  ];
  for (const [name, uri] of addresses) {
    const why = uri === undefined ? undefined : whyBad(uri);
    if (why === undefined) continue;
    problems.push({
      code: 'BAD_PARAMETER',
      level: 'error',
      at,
      text: `transport.vfs.${name} is not an address that can be used: ${why}.`,
      hint: 'An @ or : in a user or password is written %40 or %3A.',
    });
  }
  for (const event of ['Process', 'Failure'] as const) {
    if (config[`after${event}`] !== 'MOVE' || config[`moveAfter${event}`] !== undefined) continue;
    problems.push({
      code: 'MISSING_PARAMETER',
      level: 'error',
      at,
      text: `ActionAfter${event} is MOVE, but there is no transport.vfs.MoveAfter${event}.`,
      hint: 'Give the folder that files are moved to.',
    });
  }
  return problems;
}

function whyBad(uri: string): string | undefined {
  try {
    parseFileAddress(uri);
    return undefined;
  } catch (error) {
    if (error instanceof BadAddress) return error.message;
    throw error;
  }
}
