import { closest } from '../../artifacts/shape/closest.ts';
import { version } from '../../runtime/version.ts';
import type { CommandResult } from './commands/running/deployment.ts';
import { parseLine, type OptionSpec, type ParsedLine } from './options.ts';
import { exitCode, usage, UsageError } from './usage.ts';

type Command = (args: readonly string[]) => Promise<number>;

/** Each command is loaded when it is called: a replica does not pay for the planner. */
export const commands: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import('./commands/run.ts')).runProject,
  // An image is asked what is in it by the command it has.
  replica: async () =>
    process.env['GANTRY_INSPECT'] === undefined
      ? (await import('./commands/replica.ts')).runReplica
      : (await import('./commands/inspect.ts')).runInspect,
  check: async () => (await import('./commands/project-commands.ts')).check,
  plan: async () => (await import('./commands/project-commands.ts')).plan,
  eval: async () => (await import('./commands/project-commands.ts')).evaluate,
  image: async () => (await import('./commands/image.ts')).runImage,
  manifests: async () => async (args) =>
    args.includes('--operator')
      ? (await import('./commands/operator-manifests.ts')).runOperatorManifests(args)
      : (await import('./commands/manifests.ts')).runManifests(args),
  deploy: async () => (await import('./commands/cluster/deploy.ts')).runDeploy,
  diff: async () => (await import('./commands/cluster/diff.ts')).runDiff,
  status: async () => (await import('./commands/cluster/status.ts')).runStatus,
  logs: async () => (await import('./commands/cluster/logs.ts')).runLogs,
  history: async () => (await import('./commands/cluster/history.ts')).runHistory,
  rollback: async () => (await import('./commands/cluster/rollback.ts')).runRollback,
  undeploy: async () => (await import('./commands/cluster/undeploy.ts')).runUndeploy,
  crd: async () => (await import('./commands/crd.ts')).runCrd,
  import: async () => (await import('./commands/import.ts')).runImport,
  operator: async () => (await import('./commands/operator.ts')).runOperator,
  ps: anywhere(async () => (await import('./commands/running/ps.ts')).runPs),
  crash: async () => {
    const { crashOptions, runCrash } = await import('./commands/running/crash.ts');
    return printing(crashOptions, (line) => runCrash(line, { progress: console.log }));
  },
  freeze: here(async () => (await import('./commands/running/freeze.ts')).runFreeze),
  thaw: here(async () => (await import('./commands/running/freeze.ts')).runThaw),
  roll: here(async () => {
    const { runRoll } = await import('./commands/running/roll.ts');
    return (line) => runRoll(line, { progress: console.log });
  }),
  move: anywhere(async () => (await import('./commands/running/move.ts')).runMove),
  pause: async () => {
    const { pauseOptions, runPause } = await import('./commands/running/switch.ts');
    return printing(pauseOptions, runPause);
  },
  resume: anywhere(async () => (await import('./commands/running/switch.ts')).runResume),
  trigger: anywhere(async () => (await import('./commands/running/trigger.ts')).runTrigger),
  runs: here(async () => (await import('./commands/running/runs.ts')).runRuns),
  store: async () => {
    const { runStore, storeOptions } = await import('./commands/store.ts');
    return printing(storeOptions, runStore);
  },
  drain: anywhere(async () => (await import('./commands/running/drain.ts')).runDrain),
  undrain: anywhere(async () => (await import('./commands/running/drain.ts')).runUndrain),
};

type Run = (line: ParsedLine) => Promise<CommandResult>;

/** A command that speaks to the deployment on this machine. */
function here(load: () => Promise<Run>): () => Promise<Command> {
  return async () => printing((await import('./commands/running/deployment.ts')).deploymentOptions, await load());
}

/** A command that speaks to a deployment wherever it runs. */
function anywhere(load: () => Promise<Run>): () => Promise<Command> {
  return async () => printing((await import('./commands/running/arbiter.ts')).arbitratedOptions, await load());
}

/** A command that gives back what it prints. */
function printing(options: OptionSpec, run: Run): Command {
  return async (args) => {
    const result = await run(parseLine(args, options));
    process.stdout.write(result.output);
    if (result.error !== undefined) process.stderr.write(`gantry: ${result.error}`);
    return result.exitCode;
  };
}

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
    return await (
      await load()
    )(rest);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`gantry: ${error.message}${error.hint === undefined ? '' : ` ${error.hint}`}`);
    return exitCode.usage;
  }
}
