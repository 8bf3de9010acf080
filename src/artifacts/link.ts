import type { Position, Problem, ProblemLevel } from '../errors.ts';
import { visitShape } from './shape/fields.ts';
import type { Artifact, ArtifactKind, RegistryFile } from './model.ts';
import { registryKey } from './registry-key.ts';
import { closest } from './shape/closest.ts';
import type { ReferenceKind, Value, Visitor } from './shape/spec.ts';
import { visitSteps } from './shape/steps.ts';

/** What a reference may name, besides a registry resource or a local entry. */
const TARGETS: Readonly<Record<Exclude<ReferenceKind, 'resource'>, ArtifactKind>> = {
  sequence: 'sequence',
  endpoint: 'endpoint',
  template: 'template',
  store: 'messageStore',
  proxy: 'proxy',
};

/**
 * Reports every fixed name that leads nowhere. Such artifacts still deploy, as in MI: the message that comes by
 * faults. Computed names and names outside a project cannot be judged.
 * @param level error in a project; warning when the files were given one by one and the rest may be elsewhere
 */
export function link(
  artifacts: readonly Artifact[],
  registry: readonly RegistryFile[],
  level: ProblemLevel,
): readonly Problem[] {
  const names = new Map<ArtifactKind, Set<string>>();
  for (const { kind, name } of artifacts) names.set(kind, (names.get(kind) ?? new Set()).add(name));
  const keys = new Set(registry.map((file) => file.key));
  const problems: Problem[] = [];
  for (const artifact of artifacts) {
    visitArtifact(artifact, {
      reference(kind, key, at) {
        if (key.fixed === undefined) return;
        const problem = judge(kind, key.fixed.trim(), names, keys, level);
        if (!problem) return;
        problems.push({ ...problem, at: placed(at, artifact), artifact: `${artifact.kind} ${artifact.name}` });
      },
    });
  }
  return problems;
}

function placed(at: Position, artifact: Artifact): Position {
  return at.line === 0 ? artifact.at : { ...at, file: at.file === '' ? artifact.file : at.file };
}

function judge(
  kind: ReferenceKind,
  key: string,
  names: ReadonlyMap<ArtifactKind, ReadonlySet<string>>,
  registry: ReadonlySet<string>,
  level: ProblemLevel,
): Omit<Problem, 'at'> | undefined {
  // Placeholders, template parameters and expressions are known only where it runs.
  if (key === '' || /[$]|^\{/.test(key) || names.get('localEntry')?.has(key)) return undefined;
  const resource = registryKey(key);
  if (resource !== undefined || kind === 'resource') return judgeResource(key, resource, names, registry);
  const target = TARGETS[kind];
  const known = names.get(target);
  // A file that could not be read has its own problem; what is in it cannot be said to be missing.
  if (names.get('unknown')?.has(key)) return undefined;
  if (known?.has(key) || (kind === 'sequence' && (key === 'main' || key === 'fault'))) return undefined;
  const near = closest(key, [...(known ?? [])]);
  return {
    code: `MISSING_${kind.toUpperCase()}`,
    level,
    text: `There is no ${kind === 'store' ? 'message store' : kind} "${key}".`,
    hint:
      near === undefined ? `Add it, or correct the name; a message that comes here fails.` : `Did you mean "${near}"?`,
  };
}

function judgeResource(
  key: string,
  resource: string | undefined,
  names: ReadonlyMap<ArtifactKind, ReadonlySet<string>>,
  registry: ReadonlySet<string>,
): Omit<Problem, 'at'> | undefined {
  if (resource !== undefined && (registry.has(resource) || isFolder(resource, registry))) return undefined;
  const near = closest(key, resource === undefined ? [...(names.get('localEntry') ?? [])] : [...registry]);
  return {
    code: 'MISSING_RESOURCE',
    level: 'warning',
    text: `There is no registry resource or local entry "${key}".`,
    hint:
      near === undefined ? 'Add it to the project or to the folder given with --registry.' : `Did you mean "${near}"?`,
  };
}

/** A key may name a folder of the registry. */
function isFolder(folder: string, registry: ReadonlySet<string>): boolean {
  for (const key of registry) if (key.startsWith(`${folder}/`)) return true;
  return false;
}

/**
 * Shows a visitor everything an artifact holds: expressions, references, endpoints, and the steps of every branch.
 * The visitor need not go into steps itself.
 */
export function visitArtifact(artifact: Artifact, visitor: Visitor): void {
  const { spec, config } = artifact;
  if (spec === undefined || config === undefined) return;
  const deep: Visitor = {
    ...visitor,
    steps(steps) {
      visitor.steps?.(steps);
      visitSteps(steps, deep);
    },
  };
  if (spec.codec) spec.codec.visit?.(config, deep);
  else visitShape(spec.shape, config, deep);
}

/** The references of an artifact, in the order they are written: for plans and pictures. */
export function referencesOf(artifact: Artifact): readonly { readonly kind: ReferenceKind; readonly key: Value }[] {
  const out: { kind: ReferenceKind; key: Value }[] = [];
  visitArtifact(artifact, { reference: (kind, key) => void out.push({ kind, key }) });
  return out;
}
