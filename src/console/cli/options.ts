import { parseArgs, type ParseArgsConfig } from 'node:util';
import { closest } from '../../artifacts/shape/closest.ts';
import { UsageError } from './usage.ts';

export type OptionSpec = Readonly<
  Record<string, { readonly type: 'string' | 'boolean'; readonly multiple?: boolean; readonly short?: string }>
>;

export interface ParsedLine {
  readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
  readonly paths: readonly string[];
}

/** Parses a command's arguments; an unknown option is a UsageError that names the nearest one. */
export function parseLine(args: readonly string[], options: OptionSpec): ParsedLine {
  try {
    const config: ParseArgsConfig = {
      args: [...args],
      options,
      allowPositionals: true,
      strict: true,
    };
    const parsed = parseArgs(config);
    return { values: parsed.values, paths: parsed.positionals };
  } catch (error) {
    const text = (error as Error).message.split('. To specify')[0]!;
    const written = /'--?([\w-]+)/.exec(text)?.[1];
    const near = written === undefined ? undefined : closest(written, Object.keys(options));
    throw new UsageError(text, near === undefined ? 'gantry --help lists the options.' : `Did you mean --${near}?`);
  }
}

/** A whole number within limits, or the default. */
export function integerOption(line: ParsedLine, name: string, fallback: number, min = 0, max = 65_535): number {
  const written = line.values[name];
  if (written === undefined) return fallback;
  const number = Number(written);
  if (!Number.isInteger(number) || number < min || number > max) {
    throw new UsageError(`--${name} takes a whole number from ${min} to ${max}, not "${String(written)}".`);
  }
  return number;
}

export function wordOption<const W extends string>(
  line: ParsedLine,
  name: string,
  words: readonly W[],
  fallback: W,
): W {
  const written = line.values[name];
  if (written === undefined) return fallback;
  const found = words.find((w) => w === written);
  if (found !== undefined) return found;
  throw new UsageError(`--${name} takes one of ${words.join(', ')}, not "${String(written)}".`);
}

export function textOption(line: ParsedLine, name: string): string | undefined {
  const written = line.values[name];
  return typeof written === 'string' ? written : undefined;
}

export function listOption(line: ParsedLine, name: string): readonly string[] {
  const written = line.values[name];
  return Array.isArray(written) ? written.map(String) : typeof written === 'string' ? [written] : [];
}

/** --isolate group=artifact,artifact, any number of times. */
export function isolateOption(line: ParsedLine): Readonly<Record<string, readonly string[]>> {
  const groups: Record<string, string[]> = {};
  for (const text of listOption(line, 'isolate')) {
    const [group, artifacts] = text.split('=', 2);
    if (!group || !artifacts) {
      throw new UsageError(`--isolate takes group=artifact,artifact, not "${text}".`);
    }
    (groups[group] ??= []).push(...artifacts.split(',').filter((a) => a !== ''));
  }
  return groups;
}
