import { readShape } from '../artifacts/parameters.ts';
import type { InboundEndpointConfig, ProxyConfig } from '../artifacts/kinds/types.ts';
import { artifactKey, type Artifact } from '../artifacts/model.ts';
import { sharesItsWork } from '../artifacts/stateful.ts';
import type { Clock } from '../clock.ts';
import type { Intake, Singleton } from '../engine/ports.ts';
import type { Problem } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Environment } from '../message/environment.ts';
import { consumerKinds, type ConsumerKind } from '../transports/index.ts';
import type { Standings } from './standings.ts';

export interface ConsumerSources {
  readonly intake: (artifact: Artifact) => Intake;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly log: Logger;
  readonly standings: Standings;
}

export interface Consumer {
  readonly singleton: Singleton | undefined;
  /** Every replica runs it; otherwise whoever holds its term. */
  readonly shared: boolean;
  readonly problems: readonly Problem[];
}

/** Parameters that mean the same whatever the protocol; they are read elsewhere. */
const commonParameters = [
  'coordination',
  'scale',
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
  const parameters = isProxy ? (kind.fromProxy?.(written) ?? written) : written;
  const what = `${isProxy ? 'The proxy' : 'The inbound endpoint'} ${artifact.name} (${kind.name})`;
  const read = readShape(kind.parameters, parameters, { what, at: artifact.at, alsoKnown: commonParameters });
  const problems = read.problems.filter(
    // A proxy has parameters for other transports and for Axis2 too.
    ({ code }) => !isProxy || code !== 'UNKNOWN_PARAMETER',
  );
  const found = [...problems, ...(read.config ? (kind.check?.(read.config, artifact.at) ?? []) : [])];
  const shared = sharesItsWork(artifact);
  if (!read.config || found.some(({ level }) => level === 'error'))
    return { singleton: undefined, shared, problems: found };
  if (shared && kind.sharing === undefined) {
    found.push({
      code: 'CANNOT_SHARE',
      level: 'error',
      at: artifact.at,
      text: `${what} cannot be shared among replicas: its protocol has no means to.`,
      hint: 'Leave out coordination=false and scale=shared: exactly one replica then consumes.',
    });
    return { singleton: undefined, shared, problems: found };
  }
  const standing = sources.standings.of(key, sources.log);
  const run = kind.consume(read.config, {
    name: artifact.name,
    at: artifact.at,
    intake: sources.intake(artifact),
    environment: sources.environment,
    clock: sources.clock,
    log: sources.log,
    standing,
    shared,
  });
  const singleton: Singleton = {
    key,
    async run(term) {
      try {
        await run(term);
      } finally {
        sources.standings.forget(key);
      }
    },
  };
  return { singleton, shared, problems: found };
}
