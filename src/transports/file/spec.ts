import { fileURLToPath } from 'node:url';
import type { InboundEndpointConfig } from '../../artifacts/kinds/types.ts';
import type { Position, Problem } from '../../errors.ts';

/**
 * The parameters of `protocol="file"` that concern local files, with MI's names and defaults.
 * Source: wso2-synapse VFSConstants and PollTableEntry; the vendor's page "File inbound endpoint parameters".
 */
export interface FileInboundSpec {
  readonly name: string;
  readonly sequence: string;
  readonly onError: string | undefined;
  /** Milliseconds between two scans. */
  readonly intervalMs: number;
  /** Absolute path of a folder, or of one file. */
  readonly path: string;
  /** Sub-folders too: a FileURI that ends in /*. */
  readonly deep: boolean;
  readonly pattern: RegExp | undefined;
  readonly contentType: string | undefined;
  readonly streaming: boolean;
  readonly sort: 'none' | 'name' | 'size' | 'lastmodifiedtimestamp';
  readonly ascending: boolean;
  /** Files taken at one scan; undefined: all. */
  readonly perScan: number | undefined;
  /** Milliseconds between two files of one scan. */
  readonly betweenMs: number;
  /** Bytes; larger files stay where they are. undefined: any. */
  readonly largest: number | undefined;
  /** Milliseconds since the last change, at least: a file still being written is left alone. */
  readonly minimumAgeMs: number;
  readonly maximumAgeMs: number | undefined;
  readonly afterProcess: AfterFile;
  readonly afterFailure: AfterFile;
}

export type AfterFile =
  | { readonly do: 'delete' }
  | { readonly do: 'leave' }
  | { readonly do: 'move'; readonly to: string; readonly timestamp: string | undefined; readonly create: boolean };

/** Reads the parameters; what cannot be used is reported and undefined is returned when nothing can run. */
export function readFileInbound(
  config: InboundEndpointConfig,
  at: Position,
): { readonly spec: FileInboundSpec | undefined; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const report = (code: string, text: string, hint: string, level: Problem['level'] = 'error'): void =>
    void problems.push({ code, level, at, text, hint });
  const text = (name: string): string | undefined => {
    const value = (config.parameters.get(`transport.vfs.${name}`) ?? config.parameters.get(name))?.trim();
    return value === '' ? undefined : value;
  };
  const number = (name: string, fallback: number): number => {
    const value = text(name);
    if (value === undefined) return fallback;
    if (/^-?\d+$/.test(value)) return Number(value);
    report(
      'BAD_PARAMETER',
      `transport.vfs.${name} takes a whole number, not "${value}".`,
      `${fallback} is used.`,
      'warning',
    );
    return fallback;
  };
  const flag = (name: string): boolean => text(name)?.toLowerCase() === 'true';

  const uri = text('FileURI');
  if (uri === undefined) {
    report(
      'MISSING_PARAMETER',
      'The file inbound endpoint needs transport.vfs.FileURI.',
      'Give the folder to watch, e.g. file:///var/in.',
    );
    return { spec: undefined, problems };
  }
  const place = localPath(uri);
  if (place === undefined) {
    report(
      'NOT_SUPPORTED',
      `"${uri}" is not a local file URI.`,
      'Local files run today; SFTP, FTP and SMB come with the stateful transports.',
    );
    return { spec: undefined, problems };
  }
  const after = (event: 'Process' | 'Failure'): AfterFile => {
    const word = (text(`ActionAfter${event}`) ?? 'DELETE').toUpperCase();
    if (word === 'NONE') return { do: 'leave' };
    if (word !== 'MOVE') return { do: 'delete' };
    const to = text(`MoveAfter${event}`);
    const target = to === undefined ? undefined : localPath(to)?.path;
    if (target === undefined) {
      report(
        'MISSING_PARAMETER',
        `ActionAfter${event} is MOVE, but transport.vfs.MoveAfter${event} names no local folder.`,
        'The file is left where it is.',
      );
      return { do: 'leave' };
    }
    return { do: 'move', to: target, timestamp: text('MoveTimestampFormat'), create: true };
  };
  const pattern = text('FileNamePattern');
  let regex: RegExp | undefined;
  try {
    regex = pattern === undefined ? undefined : new RegExp(`^(?:${pattern})$`);
  } catch (error) {
    report(
      'BAD_REGEX',
      `transport.vfs.FileNamePattern does not compile: ${(error as Error).message}.`,
      'It is a regular expression, not a glob: .*\\.csv',
    );
    return { spec: undefined, problems };
  }
  if (config.sequence === undefined) {
    report(
      'MISSING_ATTRIBUTE',
      'The file inbound endpoint needs the attribute "sequence".',
      'Name the sequence that takes each file.',
    );
    return { spec: undefined, problems };
  }
  const sort = (text('FileSortAttribute') ?? 'none').toLowerCase();
  const perScan = number('FileProcessCount', -1);
  const largest = number('FileSizeLimit', -1);
  const oldest = number('MaximumAge', -1);
  return {
    problems,
    spec: {
      name: config.name,
      sequence: config.sequence,
      onError: config.onError,
      intervalMs: Math.max(Number(config.parameters.get('interval') ?? 1_000) || 1_000, 100),
      path: place.path,
      deep: place.deep,
      pattern: regex,
      contentType: text('ContentType'),
      streaming: flag('Streaming'),
      sort: sort === 'name' || sort === 'size' || sort === 'lastmodifiedtimestamp' ? sort : 'none',
      ascending: text('FileSortAscending')?.toLowerCase() !== 'false',
      perScan: perScan > 0 ? perScan : undefined,
      betweenMs: number('FileProcessInterval', 0),
      largest: largest >= 0 ? largest : undefined,
      // MI counts ages in seconds.
      minimumAgeMs: Math.max(0, number('MinimumAge', 0)) * 1_000,
      maximumAgeMs: oldest >= 0 ? oldest * 1_000 : undefined,
      afterProcess: after('Process'),
      afterFailure: after('Failure'),
    },
  };
}

/** file:///a/b, file:/a/b, /a/b; a trailing /* asks for sub-folders. Undefined for other schemes. */
function localPath(uri: string): { readonly path: string; readonly deep: boolean } | undefined {
  const bare = uri.replace(/^vfs:/, '').replace(/\?.*$/, '');
  const deep = bare.endsWith('/*');
  const trimmed = deep ? bare.slice(0, -2) : bare;
  if (/^file:/i.test(trimmed)) return { path: fileURLToPath(new URL(trimmed)), deep };
  return /^[a-z][a-z0-9+.-]+:/i.test(trimmed) ? undefined : { path: trimmed, deep };
}
