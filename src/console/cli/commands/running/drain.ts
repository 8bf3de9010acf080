import { orderDrain, orderUndrain, type DrainResult, type UndrainResult } from '../../../../deploy/orders.ts';
import type { ParsedLine } from '../../options.ts';
import { withArbiter } from './arbiter.ts';
import { formatOf, operands, withDeployment, type CommandPlace, type CommandResult } from './deployment.ts';
import { table } from '../table.ts';

/** `gantry drain POD|NODE`: takes its stateful work away and gives it none, and says what went where. JSON: DrainResult. */
export async function runDrain(line: ParsedLine, place: CommandPlace = {}): Promise<CommandResult> {
  const target = operands(line, ['POD|NODE'], 'gantry drain POD|NODE')['POD|NODE'];
  const shown = (result: DrainResult): string =>
    formatOf(line) === 'json' ? `${JSON.stringify(result)}\n` : drainText(target, result);
  return (
    (await withArbiter(line, async (arbiter) => shown(await orderDrain(arbiter, target)))) ??
    withDeployment(line, place, async (client) => shown(await client.drain(target)))
  );
}

/** `gantry undrain POD|NODE`: it may take work again. JSON: UndrainResult. */
export async function runUndrain(line: ParsedLine, place: CommandPlace = {}): Promise<CommandResult> {
  const target = operands(line, ['POD|NODE'], 'gantry undrain POD|NODE')['POD|NODE'];
  const shown = (result: UndrainResult): string => {
    if (formatOf(line) === 'json') return `${JSON.stringify(result)}\n`;
    return result.was ? `${target} may take work again\n` : `${target} was not drained\n`;
  };
  return (
    (await withArbiter(line, async (arbiter) => shown(await orderUndrain(arbiter, target)))) ??
    withDeployment(line, place, async (client) => shown(await client.undrain(target)))
  );
}

function drainText(target: string, { moved, kept, tookMs }: DrainResult): string {
  const count = moved.length === 1 ? '1 artifact' : `${moved.length} artifacts`;
  const lines = [`${target} is drained: ${count} moved in ${tookMs} ms; gantry undrain ${target} ends it`];
  if (moved.length > 0)
    lines.push(
      ...table(
        ['ARTIFACT', 'FROM', 'TO'],
        moved.map(({ artifact, from, to }) => [artifact, from, to]),
      ),
    );
  lines.push(...kept.map(({ artifact, pod, reason }) => `${artifact} stays on ${pod}: ${reason}`));
  return `${lines.join('\n')}\n`;
}
