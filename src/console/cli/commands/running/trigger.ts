import { orderRun, type RunResult } from '../../../../deploy/orders.ts';
import type { ParsedLine } from '../../options.ts';
import { withArbiter } from './arbiter.ts';
import { formatOf, operands, withDeployment, type CommandPlace, type CommandResult } from './deployment.ts';

/** `gantry trigger TASK`: one run now, out of turn, where the task is held. JSON: RunResult. */
export async function runTrigger(line: ParsedLine, place: CommandPlace = {}): Promise<CommandResult> {
  const { TASK: task } = operands(line, ['TASK'], 'gantry trigger TASK');
  const shown = (result: RunResult): string =>
    formatOf(line) === 'json'
      ? `${JSON.stringify(result)}\n`
      : `${result.artifact} runs on ${result.pod} (taken after ${result.tookMs} ms)\n`;
  return (
    (await withArbiter(line, async (arbiter) => shown(await orderRun(arbiter, task)))) ??
    withDeployment(line, place, async (client) => shown(await client.trigger(task)))
  );
}
