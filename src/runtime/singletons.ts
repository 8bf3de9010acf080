import type {
  InboundEndpointConfig,
  MessageProcessorConfig,
  MessageStoreConfig,
  TaskConfig,
} from '../artifacts/kinds/types.ts';
import { parseQuartz } from '../artifacts/kinds/cron.ts';
import { artifactKey, isFaulty, type Artifact, type Project } from '../artifacts/model.ts';
import { placementOf, type RunGuarantee } from '../artifacts/placement.ts';
import { systemClock, type Clock } from '../clock.ts';
import type { Dispatcher, Library, MessageStore, Singleton } from '../engine/ports.ts';
import type { Problem } from '../errors.ts';
import { silentLogger, type Logger } from '../log.ts';
import { emptyEnvironment, type Environment } from '../message/environment.ts';
import { createProcessor } from '../stores/processors.ts';
import { createStore } from '../stores/stores.ts';
import { fileInbound } from '../transports/file/inbound.ts';
import { readFileInbound } from '../transports/file/spec.ts';
import { classTask, type TaskClass } from '../transports/timer/class-task.ts';
import { messageInjector, MESSAGE_INJECTOR } from '../transports/timer/injector.ts';
import type { Trigger } from '../transports/timer/schedule.ts';
import { scheduledTask, type TaskJob } from '../transports/timer/task.ts';
import { loadClass } from './classes.ts';

export interface SingletonParts {
  readonly project: Project;
  readonly classes: ReadonlyMap<string, string>;
  readonly stores: ReadonlyMap<string, MessageStore>;
  readonly library: () => Library;
  readonly dispatcher: Dispatcher;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onRun: (run: {
    readonly artifact: string;
    readonly dueAt: number;
    readonly startedAt: number;
    readonly token: number;
  }) => void;
}

/** What a project's stateful artifacts become. */
export interface Singletons {
  /** Held by exactly one replica. */
  readonly shared: readonly Singleton[];
  /** Bound to this replica's memory: every replica runs its own. See docs/decisions/0005. */
  readonly own: readonly Singleton[];
  readonly problems: readonly Problem[];
}

export function createSingletons(parts: SingletonParts): Singletons {
  const shared: Singleton[] = [];
  const own: Singleton[] = [];
  const problems: Problem[] = [];
  const share = (singleton: Singleton, artifact: Artifact): void =>
    void shared.push({
      key: singleton.key,
      run: (term) => singleton.run(term),
      ...placementOf(artifact, parts.project),
    });
  for (const artifact of parts.project.artifacts) {
    if (isFaulty(artifact)) continue;
    const report = (found: readonly Problem[]): void =>
      void problems.push(...found.map((p) => ({ ...p, artifact: labelOf(artifact) })));
    if (artifact.kind === 'task') {
      const task = createTask(artifact as Artifact<TaskConfig>, parts, report);
      if (task) share(task, artifact);
    } else if (artifact.kind === 'inboundEndpoint') {
      const inbound = createInbound(artifact as Artifact<InboundEndpointConfig>, parts, report);
      if (inbound) share(inbound, artifact);
    } else if (artifact.kind === 'messageProcessor') {
      const config = artifact.config as MessageProcessorConfig;
      const processor = createProcessor(config, artifact.at, parts);
      report(processor.problems);
      if (!processor.singleton) continue;
      const inMemory = parts.stores.get(config.messageStore)?.durability === 'memory';
      if (inMemory) own.push(processor.singleton);
      else share(processor.singleton, artifact);
    }
  }
  return { shared, own, problems };
}

export function createStores(project: Project): {
  readonly stores: ReadonlyMap<string, MessageStore>;
  readonly problems: readonly Problem[];
} {
  const stores = new Map<string, MessageStore>();
  const problems: Problem[] = [];
  for (const artifact of project.artifacts) {
    if (artifact.kind !== 'messageStore' || isFaulty(artifact)) continue;
    const made = createStore(artifact.config as MessageStoreConfig, artifact.at);
    problems.push(...made.problems.map((p) => ({ ...p, artifact: labelOf(artifact) })));
    if (made.store) stores.set(artifact.name, made.store);
  }
  return { stores, problems };
}

/**
 * What this version would not run of a project, found without starting anything: for `gantry check`. Warnings, because
 * the artifacts are sound; a replica that meets them reports them as errors.
 */
export function previewSingletons(project: Project, classes: ReadonlyMap<string, string>): readonly Problem[] {
  const { stores, problems } = createStores(project);
  const nobody = (): never => {
    throw new Error('a preview runs nothing');
  };
  const previewed = createSingletons({
    project,
    classes,
    stores,
    library: nobody,
    dispatcher: { inject: nobody, injectProxy: nobody },
    environment: emptyEnvironment,
    clock: systemClock,
    log: silentLogger,
    onRun: nobody,
  });
  return [...problems, ...previewed.problems].map((p) => ({ ...p, level: 'warning' }));
}

/** As problems name their artifact: "task nightly". */
function labelOf(artifact: Artifact): string {
  return `${artifact.kind} ${artifact.name}`;
}

type Report = (problems: readonly Problem[]) => void;

function createTask(artifact: Artifact<TaskConfig>, parts: SingletonParts, report: Report): Singleton | undefined {
  const config = artifact.config!;
  const trigger = triggerOf(config, artifact, report);
  const job = trigger && jobOf(config, artifact, parts, report);
  if (!trigger || !job) return undefined;
  return scheduledTask({
    name: config.name,
    trigger,
    job,
    clock: parts.clock,
    log: parts.log,
    ...runsOf(artifact, parts.project),
    onRun: (run) => parts.onRun({ artifact: artifactKey(artifact), ...run }),
  });
}

function runsOf(artifact: Artifact, project: Project): { readonly runs?: RunGuarantee } {
  const { runs } = placementOf(artifact, project);
  return runs === undefined ? {} : { runs };
}

function triggerOf(config: TaskConfig, artifact: Artifact, report: Report): Trigger | undefined {
  const { trigger } = config;
  if (trigger.type === 'interval') return { type: 'interval', everyMs: trigger.seconds * 1_000, count: trigger.count };
  if (trigger.type === 'once') return { type: 'once' };
  const parsed = parseQuartz(trigger.expression);
  if (parsed.ok) return { type: 'cron', next: parsed.ok.next };
  const at = { ...artifact.at, line: trigger.line, column: trigger.column };
  report([{ code: 'BAD_CRON', level: 'error', at, text: parsed.problem }]);
  return undefined;
}

function jobOf(config: TaskConfig, artifact: Artifact, parts: SingletonParts, report: Report): TaskJob | undefined {
  const { dispatcher, environment, log, classes } = parts;
  const { properties } = config;
  if (config.className === MESSAGE_INJECTOR) {
    return messageInjector({ task: config.name, properties, dispatcher, environment });
  }
  const file = classes.get(config.className);
  if (file !== undefined) {
    const load = (): Promise<TaskClass> => loadClass<TaskClass>(file);
    return classTask({ task: config.name, properties, load, environment, dispatcher, log });
  }
  report([
    {
      code: 'CLASS_NOT_FOUND',
      level: 'error',
      at: artifact.at,
      text: `The task class ${config.className} is Java, or was not found.`,
      hint: `Port it to TypeScript or JavaScript as classes/${config.className}.ts in the project folder.`,
    },
  ]);
  return undefined;
}

/** Kinds of inbound endpoint that another issue brings: named, not hidden. */
function createInbound(
  artifact: Artifact<InboundEndpointConfig>,
  parts: SingletonParts,
  report: Report,
): Singleton | undefined {
  const config = artifact.config!;
  if (config.suspended) return undefined;
  if (config.protocol?.toLowerCase() === 'file') {
    const { spec, problems } = readFileInbound(config, artifact.at);
    report(problems);
    const { dispatcher, environment, clock, log } = parts;
    return spec && fileInbound({ spec, dispatcher, environment, clock, log });
  }
  report([
    {
      code: 'UNSUPPORTED_INBOUND',
      level: 'error',
      at: artifact.at,
      text: `Gantry does not run inbound endpoints of ${config.protocol ?? config.className} in this version.`,
      hint: 'Local files run; the others come with the stateful transports.',
    },
  ]);
  return undefined;
}
