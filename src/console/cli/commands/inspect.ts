import { insideOf } from '../../../deploy/plan/index.ts';
import { reportLine } from '../../../deploy/kubernetes/operator/index.ts';
import { problemLine } from '../problems.ts';
import { exitCode } from '../usage.ts';
import { parseLine } from '../options.ts';
import { readDeployable } from './deployable.ts';
import { replicaOptions } from './replica-options.ts';

/** What `gantry replica PATH...` does where GANTRY_INSPECT is set: says what is in PATH, and starts nothing. */
export async function runInspect(args: readonly string[]): Promise<number> {
  const { project, problems } = await readDeployable(parseLine(args, replicaOptions));
  const told = problems.map((problem) => ({ level: problem.level, text: problemLine(problem) }));
  console.log(reportLine(insideOf(project), told));
  return exitCode.ok;
}
