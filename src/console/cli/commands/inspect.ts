import { insideOf } from '../../../deploy/plan/index.ts';
import { reportLine } from '../../../deploy/kubernetes/operator/index.ts';
import { problemLine } from '../problems.ts';
import { exitCode } from '../usage.ts';
import { parseLine, type OptionSpec } from '../options.ts';
import { readDeployable } from './deployable.ts';

/** Those of `gantry replica`, whose line it is. */
const options: OptionSpec = {
  port: { type: 'string' },
  'health-port': { type: 'string' },
  host: { type: 'string' },
  registry: { type: 'string' },
  'env-file': { type: 'string' },
  'log-format': { type: 'string' },
  'log-level': { type: 'string' },
};

/** What `gantry replica PATH...` does where GANTRY_INSPECT is set: says what is in PATH, and starts nothing. */
export async function runInspect(args: readonly string[]): Promise<number> {
  const { project, problems } = await readDeployable(parseLine(args, options));
  const told = problems.map((problem) => ({ level: problem.level, text: problemLine(problem) }));
  console.log(reportLine(insideOf(project), told));
  return exitCode.ok;
}
