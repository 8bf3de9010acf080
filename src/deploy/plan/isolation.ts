/** Which stateful artifact runs in which group, and what is wrong with the groups that were asked for. */
import { closest } from '../../artifacts/shape/closest.ts';
import type { Problem } from '../../errors.ts';
import type { Pattern } from '../status.ts';
import { unitsOf } from './deal.ts';
import type { InsideArtifact } from './inside.ts';
import { error } from './problems.ts';
import { count, within, type Situation } from './situation.ts';

export interface Group {
  readonly name: string;
  /** Keys of its stateful artifacts. */
  readonly artifacts: readonly string[];
}

export interface Groups {
  readonly groups: readonly Group[];
  readonly problems: readonly Problem[];
}

/** Becomes part of a Deployment's name. Source: RFC 1123 label, kept short for the suffixes Kubernetes adds. */
const label = /^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/;

/** The groups of a pattern; unnamed, `isolated` gives one to each stateful artifact or set that is held together. */
export function formGroups(situation: Situation, pattern: Pattern): Groups {
  if (pattern !== 'isolated') return { groups: [], problems: [] };
  if (Object.keys(situation.options.isolate ?? {}).length === 0) {
    return { groups: groupEach(situation.stateful), problems: [] };
  }
  return readGroups(situation);
}

function groupEach(stateful: readonly InsideArtifact[]): Group[] {
  const taken = new Set(['main']);
  return unitsOf(stateful).map((unit) => {
    const [first] = unit;
    const base = toLabel(first!.placement.group ?? first!.name);
    let name = base;
    for (let n = 2; taken.has(name); n++) name = `${base}-${n}`;
    taken.add(name);
    return { name, artifacts: unit.map(({ key }) => key) };
  });
}

function toLabel(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 36)
    .replace(/^-+|-+$/g, '');
  return words === '' ? 'artifact' : words;
}

function readGroups(situation: Situation): Groups {
  const problems: Problem[] = [];
  const groups: Group[] = [];
  const groupOf = new Map<string, string>();
  for (const [name, request] of Object.entries(situation.options.isolate ?? {})) {
    const { artifacts: written, replicas = 1 } = isList(request) ? { artifacts: request } : request;
    if (name === 'main') {
      problems.push(error('GROUP_NAME', '--isolate', 'The group name main stands for POD 1.', 'Choose another name.'));
    } else if (!label.test(name)) {
      problems.push(
        error(
          'GROUP_NAME',
          '--isolate',
          `"${name}" cannot name a group: it becomes part of a pod's name.`,
          `Lower-case letters, digits and dashes, at most 40: ${toLabel(name)}.`,
        ),
      );
    }
    if (replicas > 1) {
      problems.push(
        error(
          'ISOLATED_TWICE',
          '--isolate',
          `Group ${name} is asked to run in ${replicas} replicas; an isolated pod runs once.`,
          'Leave the group out: --pattern coordinated runs it in several replicas, one at a time.',
        ),
      );
    }
    if (written.length === 0) {
      problems.push(
        error('GROUP_EMPTY', '--isolate', `Group ${name} names no artifact.`, 'Write group=artifact,artifact.'),
      );
    }
    const keys: string[] = [];
    for (const word of written) {
      const found = findArtifact(situation, word, name);
      if ('problem' in found) {
        problems.push(found.problem);
        continue;
      }
      const before = groupOf.get(found.key);
      if (before !== undefined && before !== name) {
        problems.push(
          error(
            'IN_TWO_GROUPS',
            '--isolate',
            `${found.key} is in the groups ${before} and ${name}: it would run twice.`,
            'Keep it in one of them.',
          ),
        );
      } else if (before === undefined) {
        groupOf.set(found.key, name);
        keys.push(found.key);
      }
    }
    groups.push({ name, artifacts: keys });
  }
  return { groups, problems };
}

function findArtifact(situation: Situation, word: string, group: string): { key: string } | { problem: Problem } {
  const named = (list: readonly InsideArtifact[]): InsideArtifact[] =>
    list.filter((a) => a.key === word || a.name === word);
  const stateful = named(situation.stateful);
  if (stateful.length > 1) {
    const keys = stateful.map((a) => a.key).join(' or ');
    return {
      problem: error(
        'AMBIGUOUS_ARTIFACT',
        '--isolate',
        `"${word}" in group ${group} is the name of ${count(stateful.length, 'stateful artifact')}.`,
        `Write ${keys}.`,
      ),
    };
  }
  if (stateful[0]) return { key: stateful[0].key };
  const stateless = named(situation.stateless)[0];
  if (stateless) {
    return {
      problem: error(
        'ISOLATED_STATELESS',
        stateless.at,
        `${stateless.key} is stateless (${within(stateless.reason)}) and is served by every replica of POD 1.`,
        `Take it out of group ${group}.`,
        stateless.key,
      ),
    };
  }
  const faulty = named(situation.faulty)[0];
  if (faulty) {
    return {
      problem: error(
        'ISOLATED_FAULTY',
        faulty.at,
        `${faulty.key} has errors and cannot be deployed, so group ${group} cannot run it.`,
        'gantry check says what is wrong with it.',
        faulty.key,
      ),
    };
  }
  const known = situation.stateful.flatMap((a) => [a.name, a.key]);
  const near = closest(word, known);
  const hint =
    near !== undefined
      ? `Did you mean ${near}?`
      : known.length > 0
        ? `Stateful artifacts here: ${situation.stateful.map((a) => a.name).join(', ')}.`
        : 'This project has no stateful artifact to isolate.';
  return {
    problem: error(
      'UNKNOWN_ARTIFACT',
      '--isolate',
      `Group ${group} names "${word}", which this project does not have.`,
      hint,
    ),
  };
}

function isList(request: unknown): request is readonly string[] {
  return Array.isArray(request);
}
