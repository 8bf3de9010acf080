import { loadProject } from '../artifacts/project/load.ts';
import type { Project } from '../artifacts/model.ts';
import { systemClock } from '../clock.ts';
import type { MemberStatus } from '../coordination/events.ts';
import type { Singleton, Term } from '../engine/ports.ts';
import type { Problem } from '../errors.ts';
import { createLogger, type LogFormat, type Logger, type LogLevel } from '../log.ts';
import { startHttpListener } from '../transports/http/listener.ts';
import { createHttpSender } from '../transports/http/sender.ts';
import { createLocalSender } from '../transports/local/sender.ts';
import { findClasses } from './classes.ts';
import { startHealthServer, type HealthSource } from './health.ts';
import { createIntegration } from './integration.ts';
import { joinDeployment, type Joined, type ReplicaIdentity } from './joining.ts';
import { memberMessages } from '../deploy/local/member-messages.ts';
import type { ToParent } from '../deploy/local/protocol.ts';
import { renewalPlace, startRenewals } from './renewals.ts';
import { requestHandler } from './requests.ts';
import { Standings } from './standings.ts';
import { version } from './version.ts';
import { vocabulary } from './vocabulary.ts';

export interface ReplicaOptions {
  readonly paths: readonly string[];
  readonly registryDir?: string | undefined;
  readonly envFile?: string | undefined;
  /** 0 takes any free port. */
  readonly port: number;
  readonly healthPort: number;
  readonly host: string;
  readonly logFormat: LogFormat;
  readonly logLevel: LogLevel;
  readonly identity: ReplicaIdentity;
  /** Tells whoever started this process; undefined when nobody listens. */
  readonly tell?: ((message: ToParent) => void) | undefined;
}

export interface Replica {
  readonly httpPort: number;
  readonly healthPort: number;
  readonly project: Project;
  readonly problems: readonly Problem[];
  readonly faulty: readonly string[];
  /** Undefined when there is nothing to coordinate. */
  member(): MemberStatus | undefined;
  /** Hands over what it holds, finishes what it has, ends. */
  drain(deadlineMs?: number): Promise<void>;
}

/** One running process: artifacts deployed, requests served, its share of the stateful work held. */
export async function startReplica(options: ReplicaOptions): Promise<Replica> {
  const { identity } = options;
  const tell = options.tell ?? (() => {});
  const log = createLogger({ format: options.logFormat, level: options.logLevel, fields: { pod: identity.pod } });
  const { paths, registryDir, envFile } = options;
  const renewals = startRenewals(identity, log);
  const project = await loadProject(paths, { vocabulary, registryDir, envFile });
  renewals?.reach(renewalPlace(identity, project.name));
  const httpSender = createHttpSender();
  let state: HealthSource['state'] = 'starting';
  let joined: Joined | undefined;
  const standings = new Standings(() => systemClock.wall());
  const member = (): MemberStatus | undefined => joined?.status();

  // The local transport reaches back into services that are made from it.
  const local = createLocalSender();
  const integration = createIntegration({
    project,
    senders: [httpSender, local.sender],
    classes: await findClasses(paths),
    clock: systemClock,
    log,
    metrics: { version, startedAt: Date.now(), member, standings: () => standings.all },
    standings,
    onRun(run) {
      integration.metrics.taskRun(run.artifact, (run.startedAt - run.dueAt) / 1_000);
      tell({ to: 'parent', type: 'run', ...run });
    },
  });
  reportProblems(integration.problems, log);
  const handler = requestHandler(integration.services, [httpSender]);
  local.connect(handler);

  const health = await startHealthServer(options.healthPort, options.host, {
    get state() {
      return state;
    },
    version,
    digest: project.digest,
    faulty: integration.faulty,
    get reasons() {
      return state === 'ready'
        ? standings.reasons
        : [state === 'starting' ? 'the artifacts are being deployed' : 'told to stop'];
    },
    metrics: () => integration.metrics.registry.text(),
  });
  const listener = await startHttpListener({
    port: options.port,
    host: options.host,
    handler,
    environment: integration.environment,
    log,
  });
  joined = await joinDeployment({
    identity,
    project: project.name,
    singletons: integration.shared,
    renewals,
    log,
    onEvent(event) {
      integration.metrics.coordination.event(event.type);
      memberMessages(event).forEach(tell);
    },
    onRenewal: (accepted, latencyMs) => integration.metrics.coordination.renewal(accepted, latencyMs),
  });
  const own = runOwn(integration.own, log);
  state = 'ready';

  let draining: Promise<void> | undefined;
  const drain = async (deadlineMs: number): Promise<void> => {
    state = 'draining';
    // Stateful artifacts go first: another replica can take them while requests in hand are finished here.
    await Promise.all([joined?.leave(deadlineMs), own.stop()]);
    await listener.close(deadlineMs);
    await httpSender.close();
    await health.close();
  };
  return {
    httpPort: listener.port,
    healthPort: health.port,
    project,
    problems: integration.problems,
    faulty: integration.faulty,
    member,
    drain: (deadlineMs = 30_000) => (draining ??= drain(deadlineMs)),
  };
}

/** Work bound to this replica's memory runs here as long as the process does; no one else can take it. */
function runOwn(singletons: readonly Singleton[], log: Logger): { stop(): Promise<void> } {
  const life = new AbortController();
  const running = singletons.map((singleton) =>
    singleton.run(ownTerm(singleton.key, life.signal)).catch((error: unknown) => log.error(String(error))),
  );
  return {
    async stop() {
      life.abort(new DOMException('the replica stops', 'AbortError'));
      await Promise.all(running);
    },
  };
}

function ownTerm(artifact: string, signal: AbortSignal): Term {
  return {
    artifact,
    token: 1,
    signal,
    valid: () => true,
    assert: () => {},
    lastFire: undefined,
    runs: 0,
    claim: async () => true,
  };
}

function reportProblems(problems: readonly Problem[], log: Logger): void {
  for (const { level, code, text, at, hint } of problems) {
    if (level === 'info') continue;
    log.log(
      level === 'error' ? 'ERROR' : 'WARN',
      `${code} ${text} (${at.file}:${at.line}:${at.column})${hint ? ` ${hint}` : ''}`,
    );
  }
}
