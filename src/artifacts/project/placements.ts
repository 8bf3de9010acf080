/**
 * What deployment.toml says about single stateful artifacts.
 *
 *   [[gantry.artifact]]
 *   name   = "task/nightly"         kind/name, or the name alone where only one stateful artifact has it
 *   weight = 3                      counts as three when work is balanced; a number from 1 up
 *   group  = "ledger"               held together with all others of this group
 *   apart  = ["heavy"]              held apart from all others with such a word
 *   runs   = "at-least-once"        tasks: a run is claimed when it is done, not before it begins ("at-most-once")
 *   timezone = "Europe/Zurich"      tasks with a cron expression: an IANA name; the process's own when left out
 *   misfire  = "once"               tasks: runs that nobody could run in time are left out ("skip"), made up for by one,
 *                                   or all run ("each"); cron skips and an interval runs once when nothing is said
 *   jitter   = 30                   tasks: a run begins up to that many seconds late, at random
 */
import type { Position, Problem } from '../../errors.ts';
import { artifactKey, type Artifact } from '../model.ts';
import type { Placement, RunGuarantee } from '../placement.ts';
import { closest } from '../shape/closest.ts';
import { classify, followsItsStore } from '../stateful.ts';

/** One deployment.toml: its text for positions, its values with placeholders filled. */
export interface DeploymentFile {
  readonly file: string;
  readonly text: string;
  readonly values: Readonly<Record<string, unknown>>;
}

export interface Placements {
  /** By artifact key: "task/nightly". */
  readonly placements: ReadonlyMap<string, Placement>;
  readonly problems: readonly Problem[];
}

type Table = Readonly<Record<string, unknown>>;
/** `field`: of the table, undefined for the table itself. */
type Report = (code: string, text: string, hint: string, field: string | undefined) => void;

const taskFields = ['runs', 'timezone', 'misfire', 'jitter'] as const;
const fields: readonly string[] = ['name', 'weight', 'group', 'apart', ...taskFields];
const misfires: readonly unknown[] = ['skip', 'once', 'each'] satisfies Placement['misfire'][];
const guarantees: readonly unknown[] = ['at-most-once', 'at-least-once'] satisfies RunGuarantee[];

export function readPlacements(files: readonly DeploymentFile[], artifacts: readonly Artifact[]): Placements {
  const placements = new Map<string, Placement>();
  const problems: Problem[] = [];
  for (const { file, text, values } of files) {
    const gantry = values['gantry'];
    const written = isTable(gantry) ? gantry['artifact'] : undefined;
    if (written === undefined) continue;
    const place = positionsIn(file, text);
    if (!Array.isArray(written) || !written.every(isTable)) {
      const hint = 'Write [[gantry.artifact]] above each, with two brackets.';
      problems.push(
        tableProblem('BAD_PLACEMENT', 'gantry.artifact is not a list of tables.', hint, place(0, undefined)),
      );
      continue;
    }
    for (const [index, table] of written.entries()) {
      const report: Report = (code, said, hint, field) =>
        problems.push(tableProblem(code, said, hint, place(index, field)));
      const key = artifactNamed(table['name'], artifacts, report);
      const placement = readPlacement(table, report);
      if (key === undefined) continue;
      const ofTasks = key.startsWith('task/') ? undefined : taskFields.find((field) => table[field] !== undefined);
      if (ofTasks !== undefined)
        report('BAD_PLACEMENT', `${key} has no scheduled runs.`, `Only tasks take ${ofTasks} = ....`, ofTasks);
      if (placements.has(key)) report('BAD_PLACEMENT', `${key} is named twice.`, 'Keep one of the tables.', 'name');
      else placements.set(key, placement);
    }
  }
  return { placements, problems };
}

function readPlacement(table: Table, report: Report): Placement {
  for (const field of Object.keys(table)) {
    if (fields.includes(field)) continue;
    const near = closest(field, fields);
    const hint = near === undefined ? `There are ${fields.join(', ')}.` : `Did you mean "${near}"?`;
    report('BAD_PLACEMENT', `"${field}" is nothing one can say of an artifact.`, hint, field);
  }
  const { weight, group, apart, runs } = table;
  const isWeight = typeof weight === 'number' && Number.isFinite(weight) && weight >= 1;
  if (weight !== undefined && !isWeight)
    report('BAD_PLACEMENT', 'weight is not a number from 1 up.', 'An ordinary artifact weighs 1.', 'weight');
  const isGroup = typeof group === 'string' && group !== '';
  if (group !== undefined && !isGroup)
    report('BAD_PLACEMENT', 'group is not a word.', 'Write it in quotes: group = "ledger".', 'group');
  const isApart = Array.isArray(apart) && apart.every((word) => typeof word === 'string' && word !== '');
  if (apart !== undefined && !isApart)
    report('BAD_PLACEMENT', 'apart is not a list of words.', 'Write apart = ["heavy"].', 'apart');
  const isRuns = guarantees.includes(runs);
  if (runs !== undefined && !isRuns)
    report('BAD_PLACEMENT', 'runs is no guarantee there is.', 'Write "at-most-once" or "at-least-once".', 'runs');
  return {
    ...(isWeight && { weight }),
    ...(isGroup && { group }),
    ...(isApart && apart.length > 0 && { apart: apart as string[] }),
    ...(isRuns && { runs: runs as RunGuarantee }),
    ...readSchedule(table, report),
  };
}

function readSchedule(
  { timezone, misfire, jitter }: Table,
  report: Report,
): Pick<Placement, 'timeZone' | 'misfire' | 'jitterMs'> {
  const isZone = typeof timezone === 'string' && isTimeZone(timezone);
  if (timezone !== undefined && !isZone)
    report('BAD_PLACEMENT', 'timezone is no time zone there is.', 'Write "Europe/Zurich", or "UTC".', 'timezone');
  const isMisfire = misfires.includes(misfire);
  if (misfire !== undefined && !isMisfire)
    report('BAD_PLACEMENT', 'misfire is no policy there is.', 'Write "skip", "once" or "each".', 'misfire');
  const isJitter = typeof jitter === 'number' && jitter >= 0;
  if (jitter !== undefined && !isJitter)
    report('BAD_PLACEMENT', 'jitter is not a number of seconds.', 'Write jitter = 30.', 'jitter');
  return {
    ...(isZone && { timeZone: timezone }),
    ...(isMisfire && { misfire: misfire as NonNullable<Placement['misfire']> }),
    ...(isJitter && { jitterMs: jitter * 1_000 }),
  };
}

function isTimeZone(name: string): boolean {
  try {
    Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function artifactNamed(name: unknown, artifacts: readonly Artifact[], report: Report): string | undefined {
  if (typeof name !== 'string' || name === '') {
    report(
      'BAD_PLACEMENT',
      'The table names no artifact.',
      'Write name = "task/...".',
      name === undefined ? undefined : 'name',
    );
    return undefined;
  }
  const known = artifacts.filter(({ kind }) => kind !== 'unknown');
  const found = known.filter((artifact) => artifactKey(artifact) === name || artifact.name === name);
  const shared = found.filter((artifact) => classify(artifact, artifacts).stateful);
  if (shared.length > 1) {
    const keys = shared.map(artifactKey).join(' or ');
    report(
      'AMBIGUOUS_ARTIFACT',
      `"${name}" is the name of ${shared.length} stateful artifacts.`,
      `Write ${keys}.`,
      'name',
    );
  } else if (shared[0]) {
    return artifactKey(shared[0]);
  } else if (found[0]) {
    const why = followsItsStore(found[0], artifacts) ? 'works off a store in its memory' : 'serves it';
    report(
      'PLACED_STATELESS',
      `${artifactKey(found[0])} is held by nobody: every replica ${why}.`,
      'Remove the table.',
      'name',
    );
  } else {
    const near = closest(
      name,
      known.flatMap((artifact) => [artifactKey(artifact), artifact.name]),
    );
    const hint = near === undefined ? 'gantry check --format json lists the artifacts.' : `Did you mean "${near}"?`;
    report('UNKNOWN_ARTIFACT', `This project has no artifact "${name}".`, hint, 'name');
  }
  return undefined;
}

function tableProblem(code: string, text: string, hint: string, at: Position): Problem {
  return { code, level: 'error', at, text, hint };
}

/**
 * Where the nth table, or one of its fields, stands. The TOML reader tells no positions, so the headers are counted;
 * what is written in another form has its position at the first line that speaks of it.
 */
function positionsIn(file: string, text: string): (index: number, field: string | undefined) => Position {
  const lines = text.split(/\r?\n/);
  const isHeader = (line: string): boolean => /^\s*\[\[\s*gantry\s*\.\s*artifact\s*\]\]/.test(line);
  const headers = lines.flatMap((line, number) => (isHeader(line) ? [number] : []));
  return (index, field) => {
    const header = headers[index] ?? lines.findIndex((line) => line.includes('gantry'));
    const at = (line: number): Position => ({ file, line: line + 1, column: lines[line]!.search(/\S/) + 1 });
    if (header < 0) return { file, line: 1, column: 1 };
    if (field === undefined) return at(header);
    for (let line = header + 1; line < lines.length; line++) {
      if (/^\s*\[/.test(lines[line]!)) break;
      if (/^\s*("[^"]*"|[\w-]+)\s*=/.exec(lines[line]!)?.[1]?.replaceAll('"', '') === field) return at(line);
    }
    return at(header);
  };
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
