import { formatDate, momentOf, parseDate, type Moment } from '../java/date.ts';
import { FtlDate } from './value.ts';

const usual: Readonly<Record<FtlDate['kind'], string>> = {
  date: 'MMM d, yyyy',
  time: 'h:mm:ss a',
  datetime: 'MMM d, yyyy, h:mm:ss a',
};

/** How ISO 8601 and XML Schema write each kind. */
const iso: Readonly<Record<FtlDate['kind'], string>> = {
  date: 'yyyy-MM-dd',
  time: 'HH:mm:ssXXX',
  datetime: "yyyy-MM-dd'T'HH:mm:ssXXX",
};

/** `pattern`: SimpleDateFormat's, or iso or xs; English, in the process's time zone. Throws RangeError when it is none. */
export function dateText({ ms, kind }: FtlDate, pattern: string | undefined): string {
  const written =
    pattern === undefined || pattern === '' ? usual[kind] : /^(?:iso|xs)\b/.test(pattern) ? iso[kind] : pattern;
  return formatDate(momentOf(ms, true), written);
}

/** Without a pattern, ISO 8601 is read. Throws RangeError when the text is not written so. */
export function dateIn(text: string, kind: FtlDate['kind'], pattern: string | undefined): FtlDate {
  if (pattern !== undefined && !/^(?:iso|xs)\b/.test(pattern))
    return new FtlDate(instant(parseDate(text, pattern)), kind);
  const ms = Date.parse(
    kind === 'time' ? `1970-01-01T${text}` : /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00` : text,
  );
  if (Number.isNaN(ms))
    throw new RangeError(`"${text}" is no ${kind} of ISO 8601; say how it is written: ?${kind}("dd.MM.yyyy")`);
  return new FtlDate(ms, kind);
}

function instant({ parts, offset }: Moment): number {
  const { year, month, day, hour, minute, second, nano } = parts;
  const milliseconds = Math.floor(nano / 1e6);
  return offset === undefined
    ? new Date(year, month - 1, day, hour, minute, second, milliseconds).getTime()
    : Date.UTC(year, month - 1, day, hour, minute - offset, second, milliseconds);
}
