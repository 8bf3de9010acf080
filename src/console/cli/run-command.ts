import { closest } from '../../artifacts/shape/closest.ts';
import { version } from '../../runtime/version.ts';
import { exitCode, usage, UsageError } from './usage.ts';

type Command = (args: readonly string[]) => Promise<number>;

/** Each command is loaded when it is called: a replica does not pay for the planner. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import('./commands/run.ts')).runProject,
  replica: async () => (await import('./commands/replica.ts')).runReplica,
  check: async () => (await import('./commands/check-command.ts')).checkCommand,
  plan: async () => (await import('./commands/plan-command.ts')).planCommand,
  eval: async () => (await import('./commands/eval-command.ts')).evalCommand,
  ps: async () => (await import('./commands/deployment-commands.ts')).ps,
  crash: async () => (await import('./commands/deployment-commands.ts')).crash,
  freeze: async () => (await import('./commands/deployment-commands.ts')).freeze,
  thaw: async () => (await import('./commands/deployment-commands.ts')).thaw,
  roll: async () => (await import('./commands/deployment-commands.ts')).roll,
  move: async () => (await import('./commands/deployment-commands.ts')).move,
};

/** Runs one command line; resolves to the exit code. */
export async function runCommand(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h' || rest.includes('--help')) {
    process.stdout.write(usage);
    return name === undefined ? exitCode.usage : exitCode.ok;
  }
  if (name === '--version' || name === 'version') {
    console.log(version);
    return exitCode.ok;
  }
  try {
    const load = commands[name];
    if (!load) {
      const near = closest(name, Object.keys(commands));
      const hint = near === undefined ? 'gantry --help lists the commands.' : `Did you mean "${near}"?`;
      throw new UsageError(`There is no command "${name}".`, hint);
    }
    return await (await load())(rest);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`gantry: ${error.message}${error.hint === undefined ? '' : ` ${error.hint}`}`);
    return exitCode.usage;
  }
}
