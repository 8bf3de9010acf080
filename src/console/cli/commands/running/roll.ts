import { resolve } from 'node:path';
import type { DeploymentClient } from '../../../../deploy/local/control/client.ts';
import type { RollResult } from '../../../../deploy/local/deployment.ts';
import type { ParsedLine } from '../../options.ts';
import { formatOf, withDeployment, type CommandPlace, type CommandResult } from './deployment.ts';

/**
 * `gantry roll [PATH...]`: a rolling update, to the artifacts at PATH if it is given. Shows each step as it happens.
 * JSON: `{"from","to","pods","tookMs"}` when it is over. Exit code 1 and ROLL_FAILED when the old replicas run on.
 */
export function runRoll(line: ParsedLine, place: CommandPlace = {}): Promise<CommandResult> {
  // The supervisor may have been started in another folder.
  const paths = line.paths.length === 0 ? undefined : line.paths.map((path) => resolve(path));
  return withDeployment(line, place, async (client) => {
    if (formatOf(line) === 'json') return `${JSON.stringify(await client.roll(paths))}\n`;
    const lines: string[] = [];
    const show = place.progress ?? ((text: string) => void lines.push(text));
    await rollAndShow(client, paths, show);
    return lines.map((text) => `${text}\n`).join('');
  });
}

async function rollAndShow(
  client: DeploymentClient,
  paths: readonly string[] | undefined,
  show: (line: string) => void,
): Promise<RollResult> {
  const events = await client.events();
  const showing = (async () => {
    for await (const { type, text } of events) {
      show(text);
      if (type === 'roll-finished' || type === 'roll-failed') return;
    }
  })();
  try {
    const result = await client.roll(paths);
    await showing;
    return result;
  } finally {
    events.close();
  }
}
