import { DeploymentError } from '../../../deploy/local/deployment-error.ts';
import type { ParsedLine } from '../options.ts';
import { formatOf, operands, withDeployment, type CommandPlace, type CommandResult } from './deployment.ts';

/** How long the command waits for the new holder to report. */
const waitMs = 10_000;

/**
 * `gantry move ARTIFACT POD`: asks the holder to hand a stateful artifact over and waits until the pod has it.
 * JSON: `{"artifact","pod","tookMs"}`.
 */
export function runMove(line: ParsedLine, place: CommandPlace = {}): Promise<CommandResult> {
  const { ARTIFACT: artifact, POD: pod } = operands(line, ['ARTIFACT', 'POD'], 'gantry move ARTIFACT POD');
  return withDeployment(line, place, async (client) => {
    const began = performance.now();
    await client.move(artifact, pod);
    for (;;) {
      const status = await client.status();
      const held = status.artifacts.find((one) => one.name === artifact || `${one.kind}/${one.name}` === artifact);
      const tookMs = Math.round(performance.now() - began);
      if (held?.holder === pod) {
        if (formatOf(line) === 'json') return `${JSON.stringify({ artifact, pod, tookMs })}\n`;
        return `${artifact} runs on ${pod} (token ${held.token ?? '?'}, ${tookMs} ms)\n`;
      }
      if (tookMs > waitMs) {
        const holder = held?.holder ?? 'nobody';
        throw new DeploymentError(
          'NOT_POSSIBLE',
          `${artifact} was asked to move to ${pod}; after ${waitMs / 1000} s it is held by ${holder}.`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });
}
