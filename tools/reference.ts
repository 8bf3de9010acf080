/**
 * Writes docs/reference/{mediators,errors,transports,stores,integration}.md from the code.
 *   node tools/reference.ts          writes them
 *   node tools/reference.ts --check  exits with 1 when they differ from what would be written
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import type { Field, Shape } from '../src/artifacts/shape/spec.ts';
import { integrationPage } from '../src/deploy/kubernetes/index.ts';
import type { Example, Mediator } from '../src/engine/ports.ts';
import { faultCatalogue } from '../src/errors.ts';
import { mediators } from '../src/mediators/index.ts';
import { anchor, generated, table } from './markdown.ts';
import { storesPage, transportsPage } from './reference-parameters.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Paths from the project's root to what the file should hold. */
export async function referencePages(): Promise<ReadonlyMap<string, string>> {
  const pages = new Map([
    ['docs/reference/mediators.md', mediatorsPage(mediators)],
    ['docs/reference/errors.md', errorsPage(mediators, collectProblems(join(root, 'src')))],
    ['docs/reference/transports.md', transportsPage()],
    ['docs/reference/stores.md', storesPage()],
    ['docs/reference/integration.md', `${generated}\n\n${integrationPage()}\n`],
  ]);
  const options = { parser: 'markdown', printWidth: 120, singleQuote: true } as const;
  const formatted = await Promise.all(
    [...pages].map(async ([path, text]) => [path, await format(text, options)] as const),
  );
  return new Map(formatted);
}

// ---------------------------------------------------------------------------- mediators

export function mediatorsPage(all: readonly Mediator[]): string {
  const sorted = all.toSorted((a, b) => a.tag.localeCompare(b.tag, 'en'));
  const list = sorted.map((m) => `- [\`${m.tag}\`](#${anchor(m.tag)}): ${m.summary}`).join('\n');
  const intro =
    'Every mediator Gantry runs, in the syntax of WSO2 Micro Integrator. Any of them may carry a `description`. ' +
    'An *expression* is an XPath 1.0, a JSONPath in `json-eval(...)`, or a `${...}`. The examples are run as tests.';
  return `${generated}\n\n# Mediators\n\n${intro}\n\n${list}\n\n${sorted.map(section).join('\n\n')}\n`;
}

function section(mediator: Mediator): string {
  const parts = [`## ${mediator.tag}`, mediator.summary];
  if (mediator.notes !== undefined) parts.push(mediator.notes);
  parts.push(`Looks into the body: ${bodyUse(mediator)}.`);
  const rows = shapeRows(mediator.shape, '');
  if (rows.length > 0) parts.push(table(['', 'Written as', 'Type', 'Default', 'Meaning'], rows));
  const faults = Object.entries(mediator.faults ?? {});
  if (faults.length > 0)
    parts.push(
      table(
        ['Fault', 'Meaning'],
        faults.map(([code, text]) => [`\`${code}\``, text]),
      ),
    );
  for (const example of mediator.examples) parts.push(exampleText(example));
  return parts.join('\n\n');
}

function bodyUse({ needsBody }: Mediator): string {
  if (needsBody === true) return 'always';
  return needsBody === undefined ? 'only through its expressions' : 'depends on how it is written';
}

function shapeRows(shape: Shape, within: string): string[][] {
  return Object.entries(shape).flatMap(([key, field]) => {
    const name = field.name ?? key;
    const row = [writtenName(name, field, within), place(field), field.type, defaultOf(field), field.doc];
    const path = within === '' ? name : `${within}/${name}`;
    return [row, ...(field.inside ? shapeRows(field.inside, path) : [])];
  });
}

function writtenName(name: string, field: Field<unknown>, within: string): string {
  const shown = field.place === 'content' ? '(content)' : name;
  return within === '' ? `\`${shown}\`` : `\`${within}/${field.place === 'attribute' ? '@' : ''}${shown}\``;
}

function place(field: Field<unknown>): string {
  return field.place === 'child' ? 'child element' : field.place;
}

function defaultOf(field: Field<unknown>): string {
  if (field.required) return '**required**';
  return field.default === undefined ? '' : `\`${JSON.stringify(field.default).slice(1, -1)}\``;
}

function exampleText(example: Example): string {
  const lines = [`**${example.title}**`, '```xml\n' + example.xml + '\n```'];
  if (example.given !== undefined) lines.push(`Given: ${shown(example.given)}`);
  lines.push(`Then: ${shown(example.then)}`);
  return lines.join('\n\n');
}

function shown(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

// ---------------------------------------------------------------------------- errors

/** A problem as the code reports it. */
export interface FoundProblem {
  readonly code: string;
  /** What is said, with … for what differs. */
  readonly text: string;
  readonly file: string;
}

export function errorsPage(all: readonly Mediator[], problems: readonly FoundProblem[]): string {
  const faults = Object.entries(faultCatalogue).map(([code, { number, text }]) => [
    `\`${code}\``,
    number === 0 ? '' : String(number),
    text,
  ]);
  const own = all
    .flatMap((m) =>
      Object.entries(m.faults ?? {}).map(([code, text]) => [
        `\`${code}\``,
        `[\`${m.tag}\`](mediators.md#${anchor(m.tag)})`,
        text,
      ]),
    )
    .toSorted((a, b) => (a[0]! + a[1]!).localeCompare(b[0]! + b[1]!, 'en'));
  const codes = [...new Set(problems.map((p) => p.code))].sort();
  const rows = codes.map((code) => {
    const texts = [...new Set(problems.filter((p) => p.code === code).map((p) => p.text))].filter((t) => t !== '');
    return [`\`${code}\``, texts.slice(0, 4).join(' / ') || 'What exactly is wrong.'];
  });
  return [
    generated,
    '# Errors',
    '## Faults',
    'A fault ends the flow of one message; the nearest fault sequence handles it. It finds the number in `ERROR_CODE` (0 when ' +
      'Synapse has none), the text in `ERROR_MESSAGE`, code, position and trail in `ERROR_DETAIL`. Log lines start with the code.',
    table(['Fault', 'ERROR_CODE', 'Meaning'], faults),
    '### Of single mediators',
    table(['Fault', 'Mediator', 'Meaning'], own),
    '## Problems',
    'A problem is about an artifact, not a message: `gantry check` prints it with file, line and column, and what to do next. ' +
      'An artifact with a problem of level error is not deployed; the others are.',
    table(['Problem', 'Says'], rows),
  ].join('\n\n');
}

/** Reads every call of `problem('CODE', 'text'...)` and every `{ code: 'CODE', level: ... }` in the source. */
export function collectProblems(folder: string): FoundProblem[] {
  const found: FoundProblem[] = [];
  for (const file of sourceFiles(folder)) {
    const source = readFileSync(file, 'utf8');
    const at = relative(root, file).replaceAll('\\', '/');
    for (const call of source.matchAll(/\b(?:problem|report|\w+Problem)\(/g)) {
      const [codes = '', text = ''] = callArguments(source, call.index + call[0].length);
      for (const [, code] of codes.matchAll(/'([A-Z][A-Z0-9_]{3,})'/g))
        found.push({ code: code!, text: sentence(text), file: at });
    }
    for (const literal of source.matchAll(/\bcode: '([A-Z][A-Z0-9_]{3,})',\s*level:/g)) {
      const text =
        /\btext: (`(?:[^`\\]|\\.)*`|'(?:[^'\\]|\\.)*')/.exec(source.slice(literal.index, literal.index + 800))?.[1] ??
        '';
      found.push({ code: literal[1]!, text: sentence(text), file: at });
    }
  }
  return found;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** The first two arguments of a call as they are written. */
function callArguments(source: string, from: number): string[] {
  const out: string[] = [''];
  let depth = 0;
  let quote = '';
  for (let i = from; i < source.length && out.length <= 2; i++) {
    const c = source[i]!;
    if (quote !== '') {
      if (c === '\\') out[out.length - 1] += source[i++]!;
      else if (c === quote) quote = '';
    } else if (c === "'" || c === '"' || c === '`') quote = c;
    else if ('([{'.includes(c)) depth++;
    else if (')]}'.includes(c) && depth-- === 0) break;
    else if (c === ',' && depth === 0) {
      out.push('');
      continue;
    }
    out[out.length - 1] += source[i]!;
  }
  return out.map((argument) => argument.trim());
}

/** A string or template literal as a reader sees it; '' for anything that is computed. */
function sentence(argument: string): string {
  const literal = /^(['"`])([^]*)\1$/.exec(argument.trim());
  if (!literal) return '';
  return literal[2]!
    .replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '…')
    .replace(/\\(['"`$])/g, '$1')
    .replace(/\s+/g, ' ');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const check = process.argv.includes('--check');
  for (const [path, text] of await referencePages()) {
    const file = join(root, path);
    if (!check) {
      mkdirSync(join(file, '..'), { recursive: true });
      writeFileSync(file, text);
    } else if (readFileSync(file, 'utf8') !== text) {
      process.stderr.write(`${path} is out of date: run \`node tools/reference.ts\`.\n`);
      process.exitCode = 1;
    }
  }
}
