import { loadProject } from '../artifacts/project/load.ts';
import type { Project } from '../artifacts/model.ts';
import { systemClock } from '../clock.ts';
import type { MemberStatus } from '../coordination/events.ts';
import type { Problem } from '../errors.ts';
import { createLogger, type LogFormat, type Logger, type LogLevel } from '../log.ts';
import { startHttpListener } from '../transports/http/listener.ts';
import { createLocalSender } from '../transports/local/sender.ts';
import { findClasses } from './stateful/classes.ts';
import { openDoors, type Doors } from './traffic/doors.ts';
import { startHealthServer, type ReplicaState } from './health.ts';
import { createIntegration } from './integration.ts';
import { joinDeployment, type Joined, type ReplicaIdentity } from './membership/joining.ts';
import { leaverOf } from './membership/leaver.ts';
import { leave, leavingTimes, type LeavingTimes } from './membership/leaving.ts';
import { memberMessages } from '../deploy/local/member-messages.ts';
import type { Hindrance, ToParent } from '../deploy/local/protocol.ts';
import { isBoundToMemory, startOwnWork } from './stateful/own-work.ts';
import { renewalPlace, startRenewals } from './membership/renewals.ts';
import { requestHandler } from './traffic/requests.ts';
import { RunLog } from './stateful/run-log.ts';
import { absolute, openReplicaDoor } from './stores/replica-door.ts';
import { createSenders } from './traffic/senders.ts';
import { Standings } from './stateful/standings.ts';
import { Switches } from './stateful/switches.ts';
import { version } from './version.ts';
import { vocabulary } from './vocabulary.ts';

export interface ReplicaOptions {
  readonly paths: readonly string[];
  readonly registryDir?: string | undefined;
  readonly envFile?: string | undefined;
  /** 0 takes any free port. */
  readonly port: number;
  /** For requests over TLS, with the key of deployment.toml; undefined: there is no such port. */
  readonly httpsPort?: number | undefined;
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
  /** The ports that listening inbound endpoints name, and those they really have. */
  readonly doors: Doors['ports'];
  readonly project: Project;
  readonly problems: readonly Problem[];
  readonly faulty: readonly string[];
  /** Undefined when there is nothing to coordinate. */
  member(): MemberStatus | undefined;
  /** Artifacts that do not work here, though they are sound. */
  hindered(): readonly Hindrance[];
  /** Hands over what it holds, finishes what it has, ends. Only the first call counts. */
  drain(times?: Partial<LeavingTimes>): Promise<void>;
}

const whyNotReady: Readonly<Record<Exclude<ReplicaState, 'ready'>, string>> = {
  starting: 'the artifacts are being deployed',
  unexpected: 'its artifacts are not those that this pod is to run',
  draining: 'told to stop',
};

/** One running process: artifacts deployed, requests served, its share of the stateful work held. */
export async function startReplica(options: ReplicaOptions): Promise<Replica> {
  const { identity } = options;
  const tell = options.tell ?? (() => {});
  const log = createLogger({ format: options.logFormat, level: options.logLevel, fields: { pod: identity.pod } });
  const { paths, registryDir, envFile } = options;
  const renewals = startRenewals(identity, log);
  const project = await loadProject(paths, { vocabulary, registryDir, envFile });
  renewals?.reach(renewalPlace(identity, project.name));
  const senders = createSenders(project, paths);
  let state: ReplicaState = 'starting';
  let joined: Joined | undefined;
  const standings = new Standings(() => systemClock.wall());
  const switches = new Switches(log);
  const runLog = new RunLog();
  const member = (): MemberStatus | undefined => joined?.status();

  // The local transport reaches back into services that are made from it.
  const local = createLocalSender();
  const integration = createIntegration({
    project,
    senders: [...senders, local.sender],
    classes: await findClasses(paths),
    clock: systemClock,
    log,
    metrics: { version, startedAt: Date.now(), member, standings: () => standings.all },
    standings,
    switches,
    coordinated: identity.arbiter !== 'none',
    onRunEnd(run) {
      runLog.note(run);
      if (run.fault !== undefined) integration.metrics.taskFailed(run.artifact);
    },
    onRun(run) {
      integration.metrics.taskRun(run.artifact, (run.startedAt - run.dueAt) / 1_000);
      const { artifact, token, dueAt, startedAt } = run;
      tell({ to: 'parent', type: 'run', artifact, token, dueAt, startedAt });
    },
  });
  reportProblems(integration.problems, log);
  const handler = requestHandler(integration.services, senders);
  const storeDoor = await openReplicaDoor({
    pod: identity.pod,
    project: project.name,
    source: absolute({ paths, registryDir, envFile }),
    stores: integration.stores,
    log,
  });
  local.connect(handler);

  const health = await startHealthServer(options.healthPort, options.host, {
    get state() {
      return state;
    },
    version,
    digest: project.digest,
    faulty: integration.faulty,
    get reasons() {
      return state === 'ready' ? standings.reasons : [whyNotReady[state]];
    },
    metrics: () => integration.metrics.registry.text(),
    runs: () => runLog.all,
    switchedOff: () => switches.off,
  });
  const listener = await startHttpListener({
    port: options.port,
    host: options.host,
    handler,
    environment: integration.environment,
    log,
  });
  const doors = await openDoors({
    project,
    services: integration.services,
    senders,
    environment: integration.environment,
    standings,
    log,
    paths,
    host: options.host,
    anyPort: options.port === 0,
    httpsPort: options.httpsPort,
    requests: handler,
  });
  const expected = isExpected(identity, project, log);
  joined = await joinDeployment({
    identity,
    project: project.name,
    singletons: expected ? integration.shared : [],
    renewals,
    log,
    onEvent(event) {
      integration.metrics.coordination.event(event.type);
      memberMessages(event).forEach(tell);
    },
    switches,
    onRenewal: (accepted, latencyMs) => integration.metrics.coordination.renewal(accepted, latencyMs),
  });
  const own = Object.groupBy(expected ? integration.own : [], (one) => (isBoundToMemory(one) ? 'memory' : 'protocol'));
  const [sharing, bound] = [startOwnWork(own.protocol ?? [], log), startOwnWork(own.memory ?? [], log)];
  state = expected ? 'ready' : 'unexpected';

  let draining: Promise<void> | undefined;
  const drain = async (times: LeavingTimes): Promise<void> => {
    state = 'draining';
    const connections = [...senders, ...integration.stores.values()];
    const parts = { joined, sharing, listener, doors, bound, storeDoor, connections, health };
    await leave(leaverOf(parts, times.deadlineMs), times, systemClock, log);
  };
  return {
    httpPort: listener.port,
    healthPort: health.port,
    doors: doors.ports,
    project,
    problems: integration.problems,
    faulty: integration.faulty,
    member,
    hindered: () => [
      ...standings.all.flatMap(({ artifact, state: how, reason = '' }) =>
        how === 'waiting' ? [{ artifact, how, reason }] : [],
      ),
      ...switches.off.map((one) => ({ ...one, how: 'off' as const })),
    ],
    drain: (times) => (draining ??= drain({ ...leavingTimes, ...times })),
  };
}

/** Pods are told whose artifacts they are to run: an image can be another one under the same name. */
function isExpected({ artifacts }: ReplicaIdentity, { digest }: Project, log: Logger): boolean {
  if (artifacts === undefined || artifacts === digest) return true;
  log.error(
    `ARTIFACTS_UNEXPECTED the artifacts here are ${digest}, and this pod is to run ${artifacts}: it does not become ` +
      'ready. Give each image a tag that is used once, and make the manifests anew for a new image.',
  );
  return false;
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
