/**
 * One line per event, in the pattern WSO2 MI prints or as JSON. Code first, because lines are cut from the right.
 * Source of the pattern: MI's log4j2 console appender, `[%d] %5p {%c{1}} - %m`.
 */
export type LogLevel = 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'FATAL';
export type LogFormat = 'mi' | 'json';

const rank: Readonly<Record<LogLevel, number>> = { TRACE: 0, DEBUG: 1, INFO: 2, WARN: 3, ERROR: 4, FATAL: 5 };

export interface LogOptions {
  readonly level?: LogLevel;
  readonly format?: LogFormat;
  readonly write?: (line: string) => void;
  /** Added to every JSON line, e.g. { pod: 'pod-1' }. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

export interface Logger {
  log(level: LogLevel, text: string, fields?: Readonly<Record<string, unknown>>): void;
  debug(text: string, fields?: Readonly<Record<string, unknown>>): void;
  info(text: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(text: string, fields?: Readonly<Record<string, unknown>>): void;
  error(text: string, fields?: Readonly<Record<string, unknown>>): void;
  /** A logger for one part of the process: the name in braces, e.g. "LogMediator". */
  named(category: string): Logger;
  enabled(level: LogLevel): boolean;
}

export function createLogger(options: LogOptions = {}, category = 'gantry'): Logger {
  const least = rank[options.level ?? 'INFO'];
  const write = options.write ?? ((line: string) => void process.stdout.write(line));
  const log = (level: LogLevel, text: string, fields?: Readonly<Record<string, unknown>>): void => {
    if (rank[level] < least) return;
    if (options.format === 'json') {
      const line = { time: new Date().toISOString(), level, category, ...options.fields, ...fields, message: text };
      write(`${JSON.stringify(line)}\n`);
    } else {
      write(`[${localTime(new Date())}] ${level.padStart(5)} {${category}} - ${text}\n`);
    }
  };
  return {
    log,
    debug: (text, fields) => log('DEBUG', text, fields),
    info: (text, fields) => log('INFO', text, fields),
    warn: (text, fields) => log('WARN', text, fields),
    error: (text, fields) => log('ERROR', text, fields),
    named: (name) => createLogger(options, name),
    enabled: (level) => rank[level] >= least,
  };
}

/** For tests and for parts that have nothing to say. */
export const silentLogger: Logger = createLogger({ write: () => {} });

/** Whoever reads what this process writes may go before it does: the writing fails then (EPIPE), and the work goes on. */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}

function localTime(date: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return `${day} ${time},${String(date.getMilliseconds()).padStart(3, '0')}`;
}
