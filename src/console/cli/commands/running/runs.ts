import type { TaskRun } from '../../../../deploy/local/picture/task-runs.ts';
import type { ParsedLine } from '../../options.ts';
import { formatOf, withDeployment, type CommandPlace, type CommandResult } from './deployment.ts';
import { UsageError } from '../../usage.ts';
import { table } from '../table.ts';

/** `gantry runs [TASK]`: the last runs of tasks, newest first. JSON: a list of TaskRun. */
export async function runRuns(line: ParsedLine, place: CommandPlace = {}): Promise<CommandResult> {
  if (line.paths.length > 1)
    throw new UsageError(`The command does not take "${line.paths[1]}".`, 'gantry runs [TASK]');
  const [task] = line.paths;
  return withDeployment(line, place, async (client) => {
    const runs = (await client.runs()).filter(
      ({ artifact }) => task === undefined || artifact === task || artifact === `task/${task}`,
    );
    if (formatOf(line) === 'json') return `${JSON.stringify(runs)}\n`;
    if (runs.length === 0) return 'no run has ended on the replicas that live\n';
    return `${table(['TASK', 'DUE', 'LATE', 'TOOK', 'POD', 'TOKEN', 'OUTCOME'], runs.map(row)).join('\n')}\n`;
  });
}

function row({ artifact, dueAt, startedAt, endedAt, pod, token, asked, fault }: TaskRun): string[] {
  return [
    artifact,
    new Date(dueAt).toISOString(),
    `${startedAt - dueAt} ms`,
    `${endedAt - startedAt} ms`,
    pod,
    String(token),
    `${fault ?? 'done'}${asked ? ', asked for' : ''}`,
  ];
}
