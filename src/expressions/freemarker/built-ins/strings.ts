/** Source: FreeMarker manual, "Built-ins for strings". */
import { javaRegex } from '../../java/regex.ts';
import { stringifyJson, parseJson } from '../../../message/json.ts';
import { markup } from '../markup.ts';
import { TemplateTrouble } from '../trouble.ts';
import { FtlMatch, fromJson, numberIn, whole, type Value } from '../value.ts';
import type { BuiltIn, BuiltIns, Use } from './call.ts';

const change = (work: (text: string) => string): BuiltIn => ({ takes: [0, 0], run: (use) => work(use.text()) });

/** With one text in the parentheses. */
const withText = (work: (text: string, given: string) => Value): BuiltIn => ({
  takes: [1, 1],
  run: (use) => work(use.text(), use.givenText(0)),
});

/** Texts that flags r (regular expression) and i (ignore case) may say how to find. */
const withPattern = (work: (text: string, pattern: RegExp, use: Use) => Value, least = 1): BuiltIn => ({
  takes: [least, least + 1],
  run: (use) => work(use.text(), patternOf(use.givenText(0), use.givenTextOr(least, '')), use),
});

export const stringBuiltIns: BuiltIns = {
  lower_case: change((text) => text.toLowerCase()),
  upper_case: change((text) => text.toUpperCase()),
  cap_first: change((text) => text.replace(/\S/, (c) => c.toUpperCase())),
  uncap_first: change((text) => text.replace(/\S/, (c) => c.toLowerCase())),
  capitalize: change((text) => text.replace(/\S+/g, (word) => word[0]!.toUpperCase() + word.slice(1).toLowerCase())),
  trim: change((text) => text.trim()),
  chop_linebreak: change((text) => text.replace(/\r?\n$|\r$/, '')),
  html: change((text) => markup(text, '&#39;')),
  xhtml: change((text) => markup(text, '&#39;')),
  xml: change((text) => markup(text)),
  json_string: change((text) => scriptString(text, '\\u003C', '\\u003E')),
  js_string: change((text) => scriptString(text, '\\x3C', '\\>').replaceAll("'", "\\'")),
  j_string: change((text) => stringifyJson(text).slice(1, -1)),
  esc: change((text) => text),
  no_esc: change((text) => text),
  url: { takes: [0, 1], run: (use) => urlEscaped(use.text(), '') },
  url_path: { takes: [0, 1], run: (use) => urlEscaped(use.text(), '/') },
  length: { takes: [0, 0], run: (use) => whole(use.text().length) },
  number: { takes: [0, 0], run: numberFrom },
  boolean: { takes: [0, 0], run: booleanFrom },
  eval_json: { takes: [0, 0], run: jsonFrom },
  word_list: {
    takes: [0, 0],
    run: (use) =>
      use
        .text()
        .split(/\s+/)
        .filter((word) => word !== ''),
  },
  contains: withText((text, part) => text.includes(part)),
  starts_with: withText((text, part) => text.startsWith(part)),
  ends_with: withText((text, part) => text.endsWith(part)),
  index_of: { takes: [1, 2], run: (use) => whole(use.text().indexOf(use.givenText(0), start(use))) },
  last_index_of: {
    takes: [1, 2],
    run: (use) => whole(use.text().lastIndexOf(use.givenText(0), use.values[1] ? start(use) : Infinity)),
  },
  remove_beginning: withText((text, part) => (text.startsWith(part) ? text.slice(part.length) : text)),
  remove_ending: withText((text, part) => (part !== '' && text.endsWith(part) ? text.slice(0, -part.length) : text)),
  ensure_ends_with: withText((text, part) => (text.endsWith(part) ? text : text + part)),
  ensure_starts_with: {
    takes: [1, 3],
    run(use) {
      const [text, part] = [use.text(), use.givenText(0)];
      if (!use.values[1]) return text.startsWith(part) ? text : part + text;
      const begins = new RegExp(`^(?:${javaRegex(part).source})`, javaRegex(part).flags).test(text);
      return begins ? text : use.givenText(1) + text;
    },
  },
  keep_before: withPattern((text, pattern) => {
    const found = pattern.exec(text);
    return found ? text.slice(0, found.index) : text;
  }),
  keep_after: withPattern((text, pattern) => {
    const found = pattern.exec(text);
    return found ? text.slice(found.index + found[0].length) : '';
  }),
  keep_before_last: withPattern((text, pattern) => {
    const found = [...text.matchAll(pattern)].at(-1);
    return found ? text.slice(0, found.index) : text;
  }),
  keep_after_last: withPattern((text, pattern) => {
    const found = [...text.matchAll(pattern)].at(-1);
    return found ? text.slice(found.index + found[0].length) : '';
  }),
  split: withPattern((text, pattern) => text.split(pattern)),
  replace: {
    takes: [2, 3],
    run(use) {
      const flags = use.givenTextOr(2, '');
      const pattern = patternOf(use.givenText(0), flags);
      const by = use.givenText(1);
      const once = flags.includes('f') ? new RegExp(pattern.source, pattern.flags.replace('g', '')) : pattern;
      // $1 means a group in a regular expression only.
      return flags.includes('r') ? use.text().replace(once, groups(by)) : use.text().replace(once, () => by);
    },
  },
  matches: {
    takes: [1, 2],
    run(use) {
      const text = use.text();
      const pattern = patternOf(use.givenText(0), `r${use.givenTextOr(1, '')}`);
      const found = [...text.matchAll(pattern)].map((match) => new FtlMatch(true, groupsIn(match), []));
      const entire = new RegExp(`^(?:${pattern.source})$`, pattern.flags.replace('g', '')).exec(text);
      return new FtlMatch(entire !== null, entire ? groupsIn(entire) : [text], found);
    },
  },
  groups: {
    takes: [0, 0],
    run(use) {
      const value = use.value();
      if (!(value instanceof FtlMatch)) throw use.wrong('the result of ?matches', value);
      return value.groups;
    },
  },
  substring: {
    takes: [1, 2],
    run: (use) => use.text().slice(use.givenCount(0), use.values[1] ? use.givenCount(1) : undefined),
  },
  left_pad: { takes: [1, 2], run: (use) => use.text().padStart(use.givenCount(0), use.givenTextOr(1, ' ')) },
  // The filler is laid out from the start of the text, of which it continues what the text leaves.
  right_pad: {
    takes: [1, 2],
    run: (use) => use.text() + ''.padEnd(use.givenCount(0), use.givenTextOr(1, ' ')).slice(use.text().length),
  },
  truncate: {
    takes: [1, 2],
    run(use) {
      const [text, most, end] = [use.text(), use.givenCount(0), use.givenTextOr(1, '[...]')];
      return text.length <= most ? text : text.slice(0, Math.max(0, most - end.length)).trimEnd() + end;
    },
  },
};

function groupsIn(match: RegExpExecArray): string[] {
  return Array.from(match, (group: string | undefined) => group ?? '');
}

function start(use: Use): number {
  return use.values[1] ? use.givenCount(1) : 0;
}

/** Throws SyntaxError for a regular expression that is none. */
function patternOf(written: string, flags: string): RegExp {
  const javaFlags = Array.from(flags)
    .filter((flag) => 'ims'.includes(flag))
    .join('');
  const pattern = flags.includes('r')
    ? javaRegex(written, javaFlags)
    : new RegExp(written.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'), flags.includes('i') ? 'i' : '');
  return new RegExp(pattern.source, `${pattern.flags.replace('g', '')}g`);
}

/** Java's $1 and \$ as JavaScript's. */
function groups(by: string): string {
  return by.replace(/\\(.)|\$\$/g, (whole, c: string | undefined) => (c === undefined ? whole : c === '$' ? '$$' : c));
}

/** What may stand between the quotes of a string, with `less` and `greater` for < and >, also inside a <script> or CDATA. */
function scriptString(text: string, less: string, greater: string): string {
  return stringifyJson(text)
    .slice(1, -1)
    .replaceAll('</', '<\\/')
    .replaceAll('<!', `${less}!`)
    .replace(/(]]|--)>/g, (_, before: string) => before + greater);
}

/** As bytes of UTF-8; letters, digits and -_.!~ stay. */
function urlEscaped(text: string, kept: string): string {
  const escaped = encodeURIComponent(text.toWellFormed()).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return kept === '' ? escaped : escaped.replaceAll('%2F', kept);
}

function numberFrom(use: Use): Value {
  const value = use.value();
  if (typeof value === 'object' && 'decimal' in value) return value;
  const text = use.asText(value);
  const found = numberIn(text);
  if (!found) throw new TemplateTrouble(`"${text}" is no number`, use.left.at);
  return found;
}

function booleanFrom(use: Use): Value {
  const value = use.value();
  if (typeof value === 'boolean') return value;
  const text = use.asText(value);
  if (text !== 'true' && text !== 'false')
    throw new TemplateTrouble(`"${text}" is neither true nor false`, use.left.at);
  return text === 'true';
}

function jsonFrom(use: Use): Value | undefined {
  try {
    return fromJson(parseJson(use.text()));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new TemplateTrouble(`${use.left.written} is no JSON: ${error.message}`, use.left.at);
  }
}
