import type { Project } from '../../../artifacts/model.ts';
import { formatPlan, planDeployment, planFormats, type PlanOptions } from '../../../deploy/plan/index.ts';
import { integerOption, isolateOption, wordOption, type OptionSpec, type ParsedLine } from '../options.ts';
import { exitCode, UsageError } from '../usage.ts';

/** What shapes a deployment; `gantry run` takes these as well. */
export const shapeOptions: OptionSpec = {
  pattern: { type: 'string' },
  replicas: { type: 'string' },
  nodes: { type: 'string' },
  isolate: { type: 'string', multiple: true },
};

/** What replicas and nodes are reckoned from; `gantry manifests` takes these as well. */
export const sizingOptions: OptionSpec = {
  rps: { type: 'string' },
  payload: { type: 'string' },
  'rps-per-replica': { type: 'string' },
  survive: { type: 'string' },
  zones: { type: 'string' },
  'node-cpu': { type: 'string' },
  'node-memory': { type: 'string' },
};

export const planOptions: OptionSpec = {
  ...shapeOptions,
  ...sizingOptions,
  format: { type: 'string' },
};

export const patternWords = ['auto', 'single', 'replicated', 'coordinated', 'isolated'] as const;

/** Reads the options above; those that are not given stay undefined, so that the plan decides. Throws UsageError. */
export function readPlanOptions(line: ParsedLine): PlanOptions {
  const integer = (name: string, min: number): number | undefined =>
    line.values[name] === undefined ? undefined : integerOption(line, name, 0, min, 500);
  return {
    pattern: wordOption(line, 'pattern', patternWords, 'auto'),
    replicas: integer('replicas', 1),
    nodes: integer('nodes', 1),
    isolate: isolateOption(line),
    ...readSizingOptions(line),
  };
}

export function readSizingOptions(line: ParsedLine): PlanOptions {
  const cpus = numberOption(line, 'node-cpu');
  const memory = bytesOption(line, 'node-memory');
  const payload = bytesOption(line, 'payload');
  return {
    rps: numberOption(line, 'rps'),
    payloadKiB: payload === undefined ? undefined : payload / 1024,
    rpsPerReplica: numberOption(line, 'rps-per-replica'),
    survive: surviveOption(line),
    zones: line.values['zones'] === undefined ? undefined : integerOption(line, 'zones', 0, 2, 20),
    nodeCpuMillis: cpus === undefined ? undefined : 1_000 * cpus,
    nodeMemoryMi: memory === undefined ? undefined : memory / 1024 ** 2,
  };
}

/**
 * `gantry plan`: prints the plan, writes nothing, starts nothing.
 * With `now`, milliseconds since this process began, the availability table reckons with what was measured here: a
 * replica is this very program, and it reads the artifacts in the same way.
 * Exit code 0, or 1 when the plan was refused or the project holds nothing that could be read.
 */
export async function runPlan(
  line: ParsedLine,
  loadProject: (paths: readonly string[]) => Promise<Project>,
  now?: () => number,
): Promise<{ exitCode: number; output: string }> {
  if (line.paths.length === 0)
    throw new UsageError('gantry plan takes the PATH of a project.', 'gantry plan examples/orders');
  const format = wordOption(line, 'format', planFormats, 'text');
  const options = readPlanOptions(line);
  const startupMs = now?.();
  const project = await loadProject(line.paths);
  const measured = startupMs === undefined ? undefined : { startupMs, deployMs: now!() - startupMs };
  const decided = planDeployment(project, { ...options, measured });
  const unreadable = project.artifacts.length === 0 && project.problems.some((p) => p.level === 'error');
  const plan = { ...decided, ok: decided.ok && !unreadable, problems: [...project.problems, ...decided.problems] };
  return { exitCode: plan.ok ? exitCode.ok : exitCode.failed, output: formatPlan(plan, format) };
}

function numberOption(line: ParsedLine, name: string): number | undefined {
  const written = line.values[name];
  if (written === undefined) return undefined;
  const number = Number(written);
  if (written !== '' && Number.isFinite(number) && number >= 0) return number;
  throw new UsageError(`--${name} takes a number, not "${String(written)}".`);
}

/** A pod, a node, a zone, or so many nodes. */
function surviveOption(line: ParsedLine): PlanOptions['survive'] {
  const written = line.values['survive'];
  if (written === undefined || written === 'pod' || written === 'node' || written === 'zone') return written;
  if (/^\d{1,2}$/.test(String(written))) return Number(written);
  throw new UsageError(`--survive takes pod, node, zone or a number of nodes, not "${String(written)}".`);
}

const units: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  Ki: 1024,
  M: 1e6,
  Mi: 1024 ** 2,
  G: 1e9,
  Gi: 1024 ** 3,
};

/** As Kubernetes writes quantities: 512, 10k, 4Ki, 16Gi. */
function bytesOption(line: ParsedLine, name: string): number | undefined {
  const written = line.values[name];
  if (written === undefined) return undefined;
  const [, number, unit] = /^(\d+(?:\.\d+)?)([kKMG]?i?)[bB]?$/.exec(String(written)) ?? [];
  const factor = units[unit === 'K' ? 'k' : (unit ?? '-')];
  if (number !== undefined && factor !== undefined) return Number(number) * factor;
  throw new UsageError(`--${name} takes a size such as 10k or 16Gi, not "${String(written)}".`);
}
