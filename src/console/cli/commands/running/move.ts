import { orderMove, type MoveResult } from '../../../../deploy/orders.ts';
import type { ParsedLine } from '../../options.ts';
import { withArbiter } from './arbiter.ts';
import { formatOf, operands, withDeployment, type CommandPlace, type CommandResult } from './deployment.ts';

/**
 * `gantry move ARTIFACT POD`: has a stateful artifact handed over and waits until the pod has it, or says why not.
 * JSON: `{"artifact","pod","token","tookMs"}`.
 */
export async function runMove(line: ParsedLine, place: CommandPlace = {}): Promise<CommandResult> {
  const { ARTIFACT: artifact, POD: pod } = operands(line, ['ARTIFACT', 'POD'], 'gantry move ARTIFACT POD');
  const shown = ({ token, tookMs }: MoveResult): string =>
    formatOf(line) === 'json'
      ? `${JSON.stringify({ artifact, pod, token, tookMs })}\n`
      : `${artifact} runs on ${pod} (token ${token}, ${tookMs} ms)\n`;
  return (
    (await withArbiter(line, async (arbiter) => shown(await orderMove(arbiter, artifact, pod)))) ??
    withDeployment(line, place, async (client) => shown(await client.move(artifact, pod)))
  );
}
