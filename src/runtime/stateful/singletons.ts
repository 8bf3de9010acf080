import type {
  InboundEndpointConfig,
  MessageProcessorConfig,
  ProxyConfig,
  TaskConfig,
} from '../../artifacts/kinds/types.ts';
import { isFaulty, type Artifact, type Project } from '../../artifacts/model.ts';
import { placementOf, type Placement } from '../../artifacts/placement.ts';
import { systemClock, type Clock } from '../../clock.ts';
import type { Dispatcher, Intake, Library, MessageStore, Singleton } from '../../engine/ports.ts';
import type { Problem } from '../../errors.ts';
import { silentLogger, type Logger } from '../../log.ts';
import { emptyEnvironment, type Environment } from '../../message/environment.ts';
import type { Processed } from '../../stores/index.ts';
import { createProcessor } from '../../stores/processors.ts';
import type { RunBegun, RunEnded } from '../../transports/timer/task.ts';
import { createClassInbound } from './class-inbounds.ts';
import { consumerKindOf, createConsumer, type Consumer } from './consumers.ts';
import { listenerKindOf, readListener } from '../traffic/doors.ts';
import { Standings } from './standings.ts';
import { Switches } from './switches.ts';
import { createStores } from '../stores/stores.ts';
import { createTask } from './tasks.ts';

export interface SingletonParts {
  readonly project: Project;
  readonly classes: ReadonlyMap<string, string>;
  readonly stores: ReadonlyMap<string, MessageStore>;
  readonly library: () => Library;
  readonly dispatcher: Dispatcher;
  /** Where an inbound endpoint or a proxy puts what it takes. */
  readonly intake: (artifact: Artifact) => Intake;
  readonly environment: Environment;
  readonly standings: Standings;
  readonly clock: Clock;
  readonly log: Logger;
  readonly switches: Switches;
  readonly coordinated: boolean;
  readonly onRun: (run: RunBegun & OfArtifact) => void;
  readonly onRunEnd: (run: RunEnded & OfArtifact) => void;
  readonly onProcessed?: (processor: string, what: Processed) => void;
}

/** "task/nightly". */
interface OfArtifact {
  readonly artifact: string;
}

/** What a project's stateful artifacts become. */
export interface Singletons {
  /** Held by exactly one replica. */
  readonly shared: readonly Singleton[];
  /** Every replica runs its own: bound to its memory (docs/decisions/0005), or shared by the protocol's own means. */
  readonly own: readonly Singleton[];
  readonly problems: readonly Problem[];
}

export type Report = (problems: readonly Problem[]) => void;

export function createSingletons(parts: SingletonParts): Singletons {
  const shared: Singleton[] = [];
  const own: Singleton[] = [];
  const problems: Problem[] = [];
  for (const artifact of parts.project.artifacts) {
    if (isFaulty(artifact)) continue;
    const report: Report = (found) => void problems.push(...found.map((p) => ({ ...p, artifact: labelOf(artifact) })));
    const made = createFor(artifact, parts, report);
    if (made === undefined) continue;
    if (made.everywhere) own.push(...made.singletons);
    else shared.push(...made.singletons.map((one) => placed(one, placementOf(artifact, parts.project))));
  }
  return { shared, own, problems };
}

function placed(singleton: Singleton, placement: Placement): Singleton {
  const apart = [...(singleton.apart ?? []), ...(placement.apart ?? [])];
  return {
    key: singleton.key,
    run: (term) => singleton.run(term),
    ...(singleton.runNow && { runNow: (term) => singleton.runNow!(term) }),
    ...placement,
    ...(apart.length > 0 && { apart }),
  };
}

interface Made {
  readonly singletons: readonly Singleton[];
  readonly everywhere: boolean;
}

/** Undefined for an artifact that does nothing by itself. */
function createFor(artifact: Artifact, parts: SingletonParts, report: Report): Made | undefined {
  switch (artifact.kind) {
    case 'task':
      return made(createTask(artifact as Artifact<TaskConfig>, parts, report), false);
    case 'inboundEndpoint':
      return createInbound(artifact as Artifact<InboundEndpointConfig>, parts, report);
    case 'proxy': {
      const kind = consumerKindOf(artifact);
      const { startOnLoad } = artifact.config as ProxyConfig;
      return kind && startOnLoad
        ? fromConsumer(createConsumer(artifact as Artifact<ProxyConfig>, kind, parts), report)
        : undefined;
    }
    case 'messageProcessor': {
      const config = artifact.config as MessageProcessorConfig;
      const { singleton, problems } = createProcessor(config, artifact.at, parts);
      report(problems);
      return made(singleton, parts.stores.get(config.messageStore)?.durability === 'memory');
    }
    default:
      return undefined;
  }
}

function createInbound(
  artifact: Artifact<InboundEndpointConfig>,
  parts: SingletonParts,
  report: Report,
): Made | undefined {
  const config = artifact.config!;
  const kind = consumerKindOf(artifact);
  if (kind) return fromConsumer(createConsumer(artifact, kind, parts), report);
  const listening = listenerKindOf(artifact);
  if (listening) {
    // Stateless: every replica opens it (doors.ts).
    report(readListener(artifact, listening).problems);
    return undefined;
  }
  if (config.className !== undefined)
    return fromConsumer(createClassInbound(artifact, config.className, parts.classes, parts), report);
  if (config.suspended) return undefined;
  report([
    {
      code: 'UNSUPPORTED_INBOUND',
      level: 'error',
      at: artifact.at,
      text: `Gantry does not run inbound endpoints of ${config.protocol ?? config.className} in this version.`,
      hint: 'docs/reference/transports.md lists those it runs.',
    },
  ]);
  return undefined;
}

function fromConsumer({ problems, ...made }: Consumer, report: Report): Made {
  report(problems);
  return made;
}

function made(singleton: Singleton | undefined, everywhere: boolean): Made {
  return { singletons: singleton === undefined ? [] : [singleton], everywhere };
}

/**
 * What this version would not run of a project, found without starting anything: for `gantry check`. Warnings, because
 * the artifacts are sound; a replica that meets them reports them as errors.
 */
export function previewSingletons(project: Project, classes: ReadonlyMap<string, string>): readonly Problem[] {
  const standings = new Standings(() => 0);
  const idle = { environment: emptyEnvironment, clock: systemClock, log: silentLogger, standings };
  const { stores, problems } = createStores(project, idle);
  const nobody = (): never => {
    throw new Error('a preview runs nothing');
  };
  const previewed = createSingletons({
    project,
    classes,
    stores,
    library: nobody,
    dispatcher: { inject: nobody, injectProxy: nobody },
    intake: (artifact) => ({ origin: labelOf(artifact), take: nobody }),
    ...idle,
    switches: new Switches(silentLogger),
    coordinated: true,
    onRun: nobody,
    onRunEnd: nobody,
  });
  return [...problems, ...previewed.problems].map((p) => ({ ...p, level: p.level === 'info' ? 'info' : 'warning' }));
}

/** As problems name their artifact: "task nightly". */
function labelOf(artifact: Artifact): string {
  return `${artifact.kind} ${artifact.name}`;
}
