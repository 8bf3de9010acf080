import { readShape } from '../../artifacts/parameters.ts';
import type { InboundEndpointConfig, ProxyConfig } from '../../artifacts/kinds/types.ts';
import { artifactKey, type Artifact, type Project } from '../../artifacts/model.ts';
import { sharesItsWork } from '../../artifacts/stateful.ts';
import type { Clock } from '../../clock.ts';
import type { Intake, Singleton, Switch, Term } from '../../engine/ports.ts';
import type { Problem } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { Environment } from '../../message/environment.ts';
import { consumerKinds, type ConsumerKind } from '../../transports/index.ts';
import { lanesOf, LaneStanding } from './lanes.ts';
import type { Standings } from './standings.ts';
import type { Switches } from './switches.ts';

export interface ConsumerSources {
  readonly project: Pick<Project, 'deployment'>;
  readonly intake: (artifact: Artifact) => Intake;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly log: Logger;
  readonly standings: Standings;
  readonly switches: Switches;
  /** Replicas agree on who holds what; otherwise this one knows of no other. */
  readonly coordinated: boolean;
}

export interface Consumer {
  /** One, or one for each lane; none when it cannot run. */
  readonly singletons: readonly Singleton[];
  /** Every replica runs it; otherwise whoever holds its term. */
  readonly everywhere: boolean;
  readonly problems: readonly Problem[];
}

/** Parameters that mean the same whatever the protocol; they are read elsewhere. */
export const commonParameters: readonly string[] = [
  'coordination',
  'scale',
  'scale.management',
  'scale.broker',
  'pinnedServers',
  'inbound.behavior',
  'sequential',
  'undeployment.grace.timeout',
];

/** What an inbound endpoint or a proxy takes messages by; undefined when that is none of the known protocols. */
export function consumerKindOf(artifact: Artifact): ConsumerKind | undefined {
  if (artifact.kind === 'proxy') {
    const { transports } = artifact.config as ProxyConfig;
    return consumerKinds.find((kind) => kind.proxyTransports.some((word) => transports.includes(word)));
  }
  const { protocol, className } = artifact.config as InboundEndpointConfig;
  return consumerKinds.find(
    (kind) =>
      kind.protocols.includes(protocol?.toLowerCase() ?? '') ||
      (className !== undefined && kind.classes.includes(className)),
  );
}

/** Makes the consumer an inbound endpoint or a proxy asks for, or says why it cannot run. */
export function createConsumer(
  artifact: Artifact<InboundEndpointConfig | ProxyConfig>,
  kind: ConsumerKind,
  sources: ConsumerSources,
): Consumer {
  const key = artifactKey(artifact);
  const isProxy = artifact.kind === 'proxy';
  const { parameters: written } = artifact.config!;
  const own = isProxy ? (kind.fromProxy?.(written) ?? written) : written;
  const parameters = kind.fromDeployment?.(own, sources.project.deployment) ?? own;
  const what = `${isProxy ? 'The proxy' : 'The inbound endpoint'} ${artifact.name} (${kind.name})`;
  const read = readShape(kind.parameters, parameters, {
    what,
    at: artifact.at,
    alsoKnown: commonParameters,
    check: (config) => kind.check?.(config, artifact.at) ?? [],
  });
  const problems = read.problems.filter(
    // A proxy has parameters for other transports and for Axis2 too.
    ({ code }) => !isProxy || code !== 'UNKNOWN_PARAMETER',
  );
  const shared = sharesItsWork(artifact);
  if (!read.config) return { singletons: [], everywhere: shared, problems };
  if (shared && kind.sharing === undefined) {
    problems.push({
      code: 'CANNOT_SHARE',
      level: 'error',
      at: artifact.at,
      text: `${what} cannot be shared among replicas: its protocol has no means to.`,
      hint: 'Leave out coordination=false and scale=shared: exactly one replica then consumes.',
    });
    return { singletons: [], everywhere: shared, problems };
  }
  const standing = sources.standings.of(key, sources.log);
  const consume = kind.consume(read.config, {
    name: artifact.name,
    at: artifact.at,
    intake: sources.intake(artifact),
    environment: sources.environment,
    clock: sources.clock,
    log: sources.log,
    standing,
    shared,
  });
  const isSuspended = !isProxy && (artifact.config as InboundEndpointConfig).suspended;
  const mayWork = sources.switches.of(key, { on: !isSuspended, reason: isSuspended ? 'suspend="true"' : '' });
  const lanes = shared && sources.coordinated ? kind.lanes?.(read.config) : undefined;
  const parts =
    lanes === undefined
      ? [{ key, run: (term: Term) => consume(term).finally(() => sources.standings.forget(key)) }]
      : lanesOf(key, lanes, new LaneStanding(key, sources.standings, sources.log), consume);
  return {
    singletons: parts.map((part) => whileOn(part, mayWork)),
    everywhere: shared && lanes === undefined,
    problems,
  };
}

/** The same, which does nothing while it is switched off. */
function whileOn(singleton: Singleton, mayWork: Switch): Singleton {
  return {
    ...singleton,
    async run(term) {
      while (!term.signal.aborted) {
        try {
          await mayWork.whenOn(term.signal);
          const working = mayWork.until(term.signal);
          await singleton.run(withSignal(term, working));
          // It has nothing more to do.
          if (!working.aborted) return;
        } catch (error) {
          if (!term.signal.aborted) throw error;
        }
      }
    },
  };
}

/** The same term, whose signal aborts earlier: to its consumer that is a hand-over, which finishes what it has in hand. */
function withSignal(term: Term, signal: AbortSignal): Term {
  return {
    artifact: term.artifact,
    token: term.token,
    signal,
    valid: () => term.valid(),
    assert: () => term.assert(),
    get lastFire() {
      return term.lastFire;
    },
    get runs() {
      return term.runs;
    },
    claim: (dueAt, when) => term.claim(dueAt, when),
  };
}
