import { artifactKey, isFaulty, type Artifact, type Project } from '../../../artifacts/model.ts';
import type { Plan, PlannedPod } from '../../../deploy/plan/index.ts';
import type { PodPlan, Release, ReleasedArtifact } from '../../../deploy/local/release.ts';
import type { Problem } from '../../../errors.ts';
import { ownerOf } from '../problems.ts';

export interface ReplicaSetting {
  readonly registryDir: string | undefined;
  readonly envFile: string | undefined;
  /** Undefined: requests come by HTTP only. */
  readonly httpsPort: number | undefined;
  readonly logFormat: 'mi' | 'json';
  readonly env: Readonly<Record<string, string>>;
}

/** One version of the artifacts as the supervisor runs it: each replica is this very program. */
export function releaseOf(project: Project, plan: Plan, paths: readonly string[], setting: ReplicaSetting): Release {
  const optional = (name: string, value: string | undefined): string[] => (value === undefined ? [] : [name, value]);
  return {
    version: project.digest,
    holds: Object.fromEntries(plan.pods.map((pod) => [pod.name, holdsOf(pod)])),
    replica: {
      command: process.execPath,
      args: [
        ...process.execArgv,
        // Keeps Node from reading an --env-file of ours as one of its own.
        '--',
        process.argv[1]!,
        'replica',
        ...paths,
        '--host',
        '127.0.0.1',
        '--port',
        '0',
        '--health-port',
        '0',
        '--log-format',
        setting.logFormat,
        ...optional('--registry', setting.registryDir),
        ...optional('--env-file', setting.envFile),
        ...optional('--https-port', setting.httpsPort?.toString()),
      ],
      env: setting.env,
    },
    artifacts: [...planned(project, plan), ...unreadable(project)],
  };
}

function planned(project: Project, plan: Plan): readonly ReleasedArtifact[] {
  return plan.artifacts.map(({ key, kind, name, file, stateful, reason, group }) => {
    const artifact = project.artifacts.find((a) => artifactKey(a) === key && a.file === file);
    return {
      kind,
      name,
      file,
      stateful,
      reason,
      group,
      problems: artifact ? problemsOf(artifact, project) : [],
    };
  });
}

/** Nobody can plan for a file that cannot be read; but it is missed, and health says so. */
function unreadable(project: Project): readonly ReleasedArtifact[] {
  const reason = 'It could not be read.';
  return project.artifacts
    .filter((artifact) => artifact.kind === 'unknown' && isFaulty(artifact))
    .map(({ kind, name, file, problems }) => ({ kind, name, file, stateful: false, reason, group: 'main', problems }));
}

/** Its own problems, and those that were found between artifacts and are about this one. */
function problemsOf(artifact: Artifact, project: Project): readonly Problem[] {
  const between = project.problems.filter((problem) => ownerOf(problem, project) === artifact);
  return [...artifact.problems, ...between];
}

/** Stateful artifacts, and what it may hold lanes of. */
function holdsOf({ mayHold, shares = [] }: PlannedPod): readonly string[] {
  return [...mayHold, ...shares];
}

export function podsOf(plan: Plan): readonly PodPlan[] {
  return plan.pods.map((pod) => ({
    pod: pod.name,
    node: pod.node,
    group: pod.group,
    holds: holdsOf(pod),
    serves: pod.serves,
  }));
}
