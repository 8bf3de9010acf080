import { didYouMean } from '../syntax.ts';
import type { Cursor } from './cursor.ts';
import type { Expr } from './expression.ts';
import { snakeCase } from './snake-case.ts';
import { FtlDate } from './value.ts';

const special: Readonly<Record<string, Expr['run']>> = {
  now: (run) => new FtlDate(run.message.environment.now(), 'datetime'),
  error: (run) => run.lastTrouble,
  locale: () => 'en_US',
  lang: () => 'en',
  time_zone: () => Intl.DateTimeFormat().resolvedOptions().timeZone,
  output_format: () => 'undefined',
  version: () => '2.3.30',
};

/** .now and the like. */
export function specialVariable(name: string, cursor: Cursor): Expr['run'] {
  const found = special[snakeCase(name)];
  if (found) return found;
  throw cursor.trouble(
    `The special variable .${name} is not known.`,
    didYouMean(name, Object.keys(special)) ??
      `There are ${Object.keys(special)
        .map((one) => `.${one}`)
        .join(', ')}.`,
  );
}
