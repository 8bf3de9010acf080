import type { ParsedLine } from '../../options.ts';
import { formatOf, operands, withDeployment, type CommandPlace, type CommandResult } from './deployment.ts';

/** `gantry freeze POD|NODE`: SIGSTOP. JSON: `{"pods": [...]}`. */
export function runFreeze(line: ParsedLine, place: CommandPlace = {}): Promise<CommandResult> {
  return signal(line, place, 'freeze', 'frozen');
}

/** `gantry thaw POD|NODE`: SIGCONT. JSON: `{"pods": [...]}`. */
export function runThaw(line: ParsedLine, place: CommandPlace = {}): Promise<CommandResult> {
  return signal(line, place, 'thaw', 'running again');
}

function signal(line: ParsedLine, place: CommandPlace, verb: 'freeze' | 'thaw', done: string): Promise<CommandResult> {
  const target = operands(line, ['POD|NODE'], `gantry ${verb} POD|NODE`)['POD|NODE'];
  return withDeployment(line, place, async (client) => {
    const pods = await client[verb](target);
    return formatOf(line) === 'json' ? `${JSON.stringify({ pods })}\n` : `${pods.join(', ')} ${done}\n`;
  });
}
