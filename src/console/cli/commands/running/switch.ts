import { orderSwitch, type SwitchResult } from '../../../../deploy/orders.ts';
import { textOption, type OptionSpec, type ParsedLine } from '../../options.ts';
import { arbitratedOptions, withArbiter } from './arbiter.ts';
import { formatOf, operands, withDeployment, type CommandPlace, type CommandResult } from './deployment.ts';

export const pauseOptions: OptionSpec = { ...arbitratedOptions, reason: { type: 'string' } };

/** `gantry pause ARTIFACT`: it does nothing more, on any replica, until it is resumed. JSON: SwitchResult. */
export function runPause(line: ParsedLine, place: CommandPlace = {}): Promise<CommandResult> {
  return turn(line, place, { on: false, reason: textOption(line, 'reason') ?? 'gantry pause' });
}

/** `gantry resume ARTIFACT`: it may work again. JSON: SwitchResult. */
export function runResume(line: ParsedLine, place: CommandPlace = {}): Promise<CommandResult> {
  return turn(line, place, { on: true, reason: '' });
}

async function turn(
  line: ParsedLine,
  place: CommandPlace,
  to: { readonly on: boolean; readonly reason: string },
): Promise<CommandResult> {
  const { ARTIFACT: artifact } = operands(line, ['ARTIFACT'], `gantry ${to.on ? 'resume' : 'pause'} ARTIFACT`);
  const shown = (result: SwitchResult): string =>
    formatOf(line) === 'json' ? `${JSON.stringify(result)}\n` : `${result.artifact} ${said(result)}\n`;
  return (
    (await withArbiter(line, async (arbiter) => shown(await orderSwitch(arbiter, artifact, to)))) ??
    withDeployment(line, place, async (client) => shown(await client.switch(artifact, to.on, to.reason)))
  );
}

function said({ on, changed }: SwitchResult): string {
  if (on) return changed ? 'may work again' : 'was not paused';
  return changed ? 'is paused; gantry resume ends it' : 'was paused already';
}
