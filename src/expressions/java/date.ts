/**
 * Dates by Java's pattern letters, for formatDateTime and SYSTEM_DATE.
 * Source: java.time.format.DateTimeFormatter, java.text.SimpleDateFormat. English names; the process's time zone.
 */
interface DateParts {
  year: number;
  /** 1 to 12. */
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  nano: number;
}

/** What a text or instant knows of itself: a pattern that asks for more is an error. */
export interface Moment {
  readonly parts: DateParts;
  readonly has: 'date' | 'time' | 'both';
  /** Minutes east of UTC; undefined when it has no zone. */
  readonly offset?: number;
}

const months = 'January February March April May June July August September October November December'.split(' ');
const days = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

/** An instant as the process's time zone shows it. */
export function momentOf(epochMs: number, zoned: boolean): Moment {
  const d = new Date(epochMs);
  if (Number.isNaN(d.getTime())) throw new RangeError(`${epochMs} is no point in time`);
  const parts = {
    year: d.getFullYear(),
    month: d.getMonth() + 1,
    day: d.getDate(),
    hour: d.getHours(),
    minute: d.getMinutes(),
    second: d.getSeconds(),
    nano: d.getMilliseconds() * 1_000_000,
  };
  return zoned ? { parts, has: 'both', offset: -d.getTimezoneOffset() } : { parts, has: 'both' };
}

type Piece = { readonly letter: string; readonly count: number } | { readonly text: string };

/** Throws RangeError for a letter Java does not know or an open quote. */
function pieces(pattern: string): Piece[] {
  const found: Piece[] = [];
  for (let i = 0; i < pattern.length;) {
    const c = pattern[i]!;
    if (/[A-Za-z]/.test(c)) {
      let end = i;
      while (pattern[end] === c) end++;
      if (!'GuyYMLdDEecaHkKhmsSAnNVzOXxZQqwW'.includes(c))
        throw new RangeError(`"${c}" is no letter of a date pattern`);
      found.push({ letter: c, count: end - i });
      i = end;
    } else if (c === "'") {
      if (pattern[i + 1] === "'") {
        found.push({ text: "'" });
        i += 2;
        continue;
      }
      let text = '';
      for (i++; ; i++) {
        if (i >= pattern.length) throw new RangeError('a quote in the date pattern is not closed');
        if (pattern[i] !== "'") text += pattern[i];
        else if (pattern[i + 1] === "'") text += pattern[i++];
        else break;
      }
      found.push({ text });
      i++;
    } else {
      // [ and ] only mark optional parts for parsing.
      if (c !== '[' && c !== ']') found.push({ text: c });
      i++;
    }
  }
  return found;
}

/** Throws RangeError when the pattern is none or asks for what the moment does not have. */
export function formatDate(moment: Moment, pattern: string): string {
  let out = '';
  for (const piece of pieces(pattern)) out += 'text' in piece ? piece.text : field(moment, piece.letter, piece.count);
  return out;
}

function field(moment: Moment, letter: string, count: number): string {
  const p = moment.parts;
  const timeLetter = 'aHkKhmsSAnN'.includes(letter);
  const zoneLetter = 'VzOXxZ'.includes(letter);
  if (zoneLetter && moment.offset === undefined) throw new RangeError(`the time has no zone for "${letter}"`);
  if (!zoneLetter && moment.has === (timeLetter ? 'date' : 'time')) {
    throw new RangeError(`"${letter}" asks for a ${timeLetter ? 'time' : 'date'} where there is none`);
  }
  const pad = (n: number, width = count): string => (n < 0 ? '-' : '') + String(Math.abs(n)).padStart(width, '0');
  const named = (name: string): string => (count === 5 ? name.slice(0, 1) : count === 4 ? name : name.slice(0, 3));
  const weekday = new Date(Date.UTC(2000, 0, 1)).getUTCDay() + dayNumber(p);
  const day = ((weekday % 7) + 7) % 7;
  switch (letter) {
    case 'G':
      return count === 4 ? 'Anno Domini' : count === 5 ? 'A' : 'AD';
    case 'u':
    case 'y':
    case 'Y':
      return count === 2 ? pad(p.year % 100) : pad(p.year);
    case 'Q':
    case 'q':
      return pad(Math.ceil(p.month / 3));
    case 'M':
    case 'L':
      return count > 2 ? named(months[p.month - 1]!) : pad(p.month);
    case 'd':
      return pad(p.day);
    case 'D':
      return pad(dayNumber(p) - dayNumber({ ...p, month: 1, day: 1 }) + 1);
    case 'w':
      return pad(Math.ceil((dayNumber(p) - dayNumber({ ...p, month: 1, day: 1 }) + 7 - day) / 7));
    case 'W':
      return pad(Math.ceil((p.day + 6 - day) / 7));
    case 'E':
      return named(days[day]!);
    case 'e':
    case 'c':
      return count > 2 ? named(days[day]!) : pad(day + 1);
    case 'a':
      return p.hour < 12 ? 'AM' : 'PM';
    case 'H':
      return pad(p.hour);
    case 'k':
      return pad(p.hour === 0 ? 24 : p.hour);
    case 'K':
      return pad(p.hour % 12);
    case 'h':
      return pad(p.hour % 12 === 0 ? 12 : p.hour % 12);
    case 'm':
      return pad(p.minute);
    case 's':
      return pad(p.second);
    case 'S':
      return pad(p.nano, 9).slice(0, count).padEnd(count, '0');
    case 'A':
      return pad(((p.hour * 60 + p.minute) * 60 + p.second) * 1000 + Math.floor(p.nano / 1e6));
    case 'n':
      return pad(p.nano);
    case 'N':
      return pad(((p.hour * 60 + p.minute) * 60 + p.second) * 1e9 + p.nano);
    default:
      return zone(moment.offset ?? 0, letter, count);
  }
}

function zone(offset: number, letter: string, count: number): string {
  if (letter === 'z' || letter === 'V') return Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (letter === 'X' && offset === 0) return 'Z';
  const sign = offset < 0 ? '-' : '+';
  const [h, m] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60].map((n) => String(n).padStart(2, '0'));
  if (letter === 'O') return offset === 0 ? 'GMT' : `GMT${sign}${h}:${m}`;
  if (letter !== 'Z' && count === 1) return m === '00' ? `${sign}${h}` : `${sign}${h}${m}`;
  return letter !== 'Z' && count % 2 === 1 ? `${sign}${h}:${m}` : `${sign}${h}${m}`;
}

/** Days since 1 January 2000. */
function dayNumber(p: { readonly year: number; readonly month: number; readonly day: number }): number {
  return Math.round((Date.UTC(p.year, p.month - 1, p.day) - Date.UTC(2000, 0, 1)) / 86_400_000);
}

/** Reads a date, a time or both. Throws RangeError when text and pattern do not go together. */
export function parseDate(text: string, pattern: string): Moment {
  const all = pieces(pattern);
  let source = '^';
  const letters: string[] = [];
  all.forEach((piece, i) => {
    if ('text' in piece) {
      source += piece.text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
      return;
    }
    const next = all[i + 1];
    source += `(${digitsOf(piece.letter, piece.count, next !== undefined && 'letter' in next)})`;
    letters.push(piece.letter);
  });
  const match = new RegExp(`${source}$`).exec(text);
  if (!match) throw new RangeError(`"${text}" is not written as ${pattern}`);
  const parts: DateParts = { year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0, nano: 0 };
  let afternoon: boolean | undefined;
  letters.forEach((letter, i) => {
    const value = match[i + 1]!;
    if (letter === 'a') afternoon = value.toUpperCase() === 'PM';
    else take(parts, letter, value);
  });
  if (afternoon !== undefined) parts.hour = (parts.hour % 12) + (afternoon ? 12 : 0);
  check(parts, text);
  const hasDate = /[uyYMLdD]/.test(letters.join(''));
  const hasTime = /[HkKhmsSAnN]/.test(letters.join(''));
  return { parts, has: hasDate && hasTime ? 'both' : hasDate ? 'date' : 'time' };
}

function digitsOf(letter: string, count: number, adjacent: boolean): string {
  if ('ML'.includes(letter) && count > 2) return months.map((m) => (count === 4 ? m : m.slice(0, 3))).join('|');
  if (letter === 'E') return days.map((d) => (count === 4 ? d : d.slice(0, 3))).join('|');
  if (letter === 'a') return 'AM|PM|am|pm';
  if ('GVzOXxZ'.includes(letter)) return 'Z|[A-Za-z/_]+|(?:GMT)?[+-]\\d\\d(?::?\\d\\d)?';
  if ('uyY'.includes(letter)) return count === 2 || adjacent ? `\\d{${count}}` : `[+-]?\\d{${count},9}`;
  if (letter === 'S' || count > 1 || adjacent) return `\\d{${count}}`;
  return '\\d{1,2}';
}

function take(parts: DateParts, letter: string, value: string): void {
  const n = Number(value);
  if ('uyY'.includes(letter)) parts.year = value.length === 2 ? 2000 + n : n;
  else if ('ML'.includes(letter)) parts.month = Number.isNaN(n) ? monthOf(value) : n;
  else if (letter === 'd') parts.day = n;
  else if ('HkKh'.includes(letter)) parts.hour = letter === 'k' && n === 24 ? 0 : n;
  else if (letter === 'm') parts.minute = n;
  else if (letter === 's') parts.second = n;
  else if (letter === 'S') parts.nano = Number(value.padEnd(9, '0').slice(0, 9));
}

function monthOf(name: string): number {
  return months.findIndex((m) => m.startsWith(name)) + 1;
}

function check(p: DateParts, text: string): void {
  const lastDay = new Date(Date.UTC(p.year, p.month, 0)).getUTCDate();
  // 30 February becomes the last day of the month, 32 is an error: what Java calls SMART.
  const wrong = p.month < 1 || p.month > 12 || p.day < 1 || p.day > 31 || p.hour > 23 || p.minute > 59 || p.second > 59;
  if (wrong) throw new RangeError(`"${text}" is no date or time`);
  p.day = Math.min(p.day, lastDay);
}
