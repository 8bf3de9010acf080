import { watch, type FSWatcher } from 'node:fs';
import { loadProject } from '../../../artifacts/project/load.ts';
import type { Project } from '../../../artifacts/model.ts';
import { replicaEnvironment } from '../../../deploy/local/protocol.ts';
import { planDeployment, type Plan } from '../../../deploy/plan/index.ts';
import { DeploymentError } from '../../../deploy/local/deployment-error.ts';
import type { LocalDeployment } from '../../../deploy/local/deployment.ts';
import type { Release } from '../../../deploy/local/release.ts';
import { startLocalDeployment } from '../../../deploy/local/supervisor.ts';
import { createLogger } from '../../../log.ts';
import { version } from '../../../runtime/version.ts';
import { vocabulary } from '../../../runtime/vocabulary.ts';
import { startDashboard } from '../../dashboard/server.ts';
import { integerOption, parseLine, textOption, wordOption, type OptionSpec, type ParsedLine } from '../options.ts';
import { deploymentName } from '../../../runtime/membership/joining.ts';
import { openRunArbiter } from '../run/arbiter.ts';
import { giveWay, portsOf } from '../run/ports.ts';
import { explainStartFailure } from '../run/start-failure.ts';
import { startManagement } from '../run/management.ts';
import { startMocks } from '../run/mocks.ts';
import { podsOf, releaseOf, type ReplicaSetting } from '../run/release.ts';
import { jsonScreen, textScreen, type Screen } from '../run/screen.ts';
import { greeting, serving, settledWithin } from '../run/greeting.ts';
import { exitCode, UsageError } from '../usage.ts';
import { problemLine } from '../problems.ts';
import { readPlanOptions, shapeOptions } from './plan.ts';

export const runOptions: OptionSpec = {
  ...shapeOptions,
  port: { type: 'string' },
  'https-port': { type: 'string' },
  'admin-port': { type: 'string' },
  'health-port': { type: 'string' },
  'page-port': { type: 'string' },
  registry: { type: 'string' },
  'env-file': { type: 'string' },
  arbiter: { type: 'string' },
  deployment: { type: 'string' },
  watch: { type: 'boolean' },
  format: { type: 'string' },
};

/** The table comes when everything is settled, but not later than this after the start of the process. */
const patienceMs = 900;

/** `gantry run PATH...`: the embedded deployment, until it is told to stop. */
export async function runProject(args: readonly string[]): Promise<number> {
  const line = parseLine(args, runOptions);
  if (line.paths.length === 0)
    throw new UsageError('gantry run takes the PATH of a project.', 'gantry run examples/orders');
  const format = wordOption(line, 'format', ['text', 'json'], 'text');
  // A mistake on the command line is told before anything has been started.
  readPlanOptions(line);
  portsOf(line);
  const screen = format === 'json' ? jsonScreen(process.stdout) : textScreen(process.stdout);
  const load = (paths: readonly string[]): Promise<Project> =>
    loadProject(paths, {
      vocabulary,
      registryDir: textOption(line, 'registry'),
      envFile: textOption(line, 'env-file'),
      env: { ...mocks?.env, ...process.env },
    });
  let mocks: Awaited<ReturnType<typeof startMocks>> | undefined;
  // The mocks are named by the project and fill its placeholders, so it is read once before and once after them.
  const first = await load(line.paths);
  mocks = await startMocks(first, line.paths);
  const project = Object.keys(mocks.env).length === 0 ? first : await load(line.paths);
  const plan = planDeployment(project, readPlanOptions(line));
  const problems = [
    ...project.problems,
    ...project.artifacts.flatMap((a) => a.problems),
    ...(plan.ok ? [] : plan.problems),
  ];
  for (const problem of problems) if (problem.level !== 'info') console.error(problemLine(problem));
  if (!plan.ok || project.artifacts.length === 0) {
    await mocks.close();
    return exitCode.failed;
  }
  try {
    return await serve(line, project, plan, load, mocks, screen);
  } catch (error) {
    const { http, health, admin, page } = portsOf(line);
    const asked = { '--port': http, '--health-port': health, '--admin-port': admin, '--page-port': page };
    const words = explainStartFailure(error, asked);
    if (words === undefined) throw error;
    console.error(`gantry: ${words}`);
    return exitCode.failed;
  } finally {
    await mocks.close();
    screen.close();
  }
}

async function serve(
  line: ParsedLine,
  project: Project,
  plan: Plan,
  load: (paths: readonly string[]) => Promise<Project>,
  mocks: { readonly env: Readonly<Record<string, string>> },
  screen: Screen,
): Promise<number> {
  const log = createLogger({ level: 'WARN', write: (text) => screen.line(text.trimEnd()) });
  await using arbiter = await openRunArbiter(
    textOption(line, 'arbiter'),
    textOption(line, 'deployment') ?? deploymentName(project.name),
    line.paths,
    log,
  );
  const setting: ReplicaSetting = {
    registryDir: textOption(line, 'registry'),
    envFile: textOption(line, 'env-file'),
    httpsPort: textOption(line, 'https-port') === undefined ? undefined : integerOption(line, 'https-port', 8253),
    logFormat: textOption(line, 'format') === 'json' ? 'json' : 'mi',
    env: { ...mocks.env, ...arbiter.env, [replicaEnvironment.members]: String(plan.pods.length) },
  };
  let paths = line.paths;
  const release = async (wanted: readonly string[]): Promise<Release> => {
    const from = wanted.length > 0 ? wanted : paths;
    const next = await load(from);
    const planned = planDeployment(next, readPlanOptions(line));
    refuseWhatCannotRun(next, planned);
    paths = from;
    return releaseOf(next, planned, paths, setting);
  };
  // The status shows the ports of management and page, which are taken once there is a deployment to show.
  const ports = await giveWay(line, portsOf(line), (text) => screen.line(`gantry: ${text}`));
  const deployment = await startLocalDeployment({
    name: project.name,
    pattern: plan.pattern,
    reason: plan.reason,
    pods: podsOf(plan),
    release: releaseOf(project, plan, paths, setting),
    load: release,
    ports,
    arbiter: arbiter.arbiter,
    arbiterReachedBy: arbiter.reachedBy,
    log,
    productVersion: version,
    output: (pod, text) => screen.replicaLine(pod, text),
    onRun: (pod, run) => screen.run({ pod, ...run }),
  });
  const views = await openViews(deployment, ports).catch(async (error: unknown) => {
    await deployment.stop(0);
    throw error;
  });
  const stopWatching = line.values['watch'] === true ? watchPaths(() => paths, deployment, screen) : undefined;
  deployment.subscribe((event) => screen.event(event));
  const stop = stopOnSignals(deployment);
  await settledWithin(deployment, patienceMs - performance.now());
  screen.greet(greeting(deployment.status(), plan, project));
  if ((await serving(deployment)) === 'serving') {
    screen.ready(deployment.status(), `ready after ${Math.round(performance.now())} ms`);
    screen.watch(() => deployment.status());
  }
  await deployment.stopped;
  stop();
  stopWatching?.();
  await views.close();
  return exitCode.ok;
}

/** Throws ROLL_FAILED: nothing to run at all, or no plan for it. Single faulty artifacts are found by the new replicas. */
function refuseWhatCannotRun(project: Project, plan: Plan): void {
  if (plan.ok && project.artifacts.length > 0) return;
  const errors = [...project.problems, ...plan.problems].filter((problem) => problem.level === 'error');
  throw new DeploymentError('ROLL_FAILED', errors.map(problemLine).join('; '));
}

/** Management port and live page; their real ports are written into `ports`. */
async function openViews(
  deployment: LocalDeployment,
  ports: { admin: number; page: number },
): Promise<{ close(): Promise<void> }> {
  const management = await startManagement(ports.admin, () => deployment.status());
  ports.admin = management.port;
  const page = await startDashboard({ port: ports.page, host: '127.0.0.1', source: deployment }).catch(
    async (error: unknown) => {
      await management.close();
      throw error;
    },
  );
  ports.page = page.port;
  return {
    async close() {
      await Promise.all([page.close(), management.close()]);
    },
  };
}

/** The first signal stops gracefully, the second at once. So does the end of whoever reads what is printed. */
function stopOnSignals(deployment: LocalDeployment): () => void {
  let asked = false;
  const onSignal = (): void => {
    if (asked) {
      deployment.kill();
      process.exit(130);
    }
    asked = true;
    void deployment.stop();
  };
  const onUnread = (): void => void deployment.stop();
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  // Stays for good: what is printed while stopping meets the same closed pipe.
  process.stdout.on('error', onUnread);
  return () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
}

/** Editors write a file in several steps; one roll is enough for all of them. */
const settleMs = 300;

function watchPaths(paths: () => readonly string[], deployment: LocalDeployment, screen: Screen): () => void {
  let timer: NodeJS.Timeout | undefined;
  const onChange = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      deployment.roll().catch((error: unknown) => screen.line(`gantry: ${(error as Error).message}`));
    }, settleMs);
  };
  const open = (): readonly FSWatcher[] => paths().map((path) => watch(path, { recursive: true }, onChange));
  let watchers = open();
  const close = (): void => watchers.forEach((watcher) => watcher.close());
  // A rolling update may have gone to artifacts that lie elsewhere.
  const unsubscribe = deployment.subscribe((event) => {
    if (event.type !== 'roll-finished') return;
    close();
    watchers = open();
  });
  return () => {
    clearTimeout(timer);
    unsubscribe();
    close();
  };
}
