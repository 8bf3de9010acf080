/**
 * What is inside a project, as far as a plan asks: small enough to be printed by one process and read by another, which
 * then plans without the artifacts. An image explains itself so to whoever deploys it.
 */
import type { InboundEndpointConfig, MessageProcessorConfig, MessageStoreConfig } from '../../artifacts/kinds/types.ts';
import { artifactKey, isFaulty, type Artifact, type ArtifactKind, type Project } from '../../artifacts/model.ts';
import { placementOf, type Placement } from '../../artifacts/placement.ts';
import { classify, isInMemory, laneCount } from '../../artifacts/stateful.ts';
import type { Position } from '../../errors.ts';
import { portOf, sharedQueueOf, type SharedQueue } from './entrances.ts';

export interface Inside {
  /** The project's name. */
  readonly name: string;
  /** sha256 over its files, as a replica reports it. */
  readonly digest: string;
  /** In the project's order. */
  readonly artifacts: readonly InsideArtifact[];
}

export interface InsideArtifact {
  /** "task/nightly". */
  readonly key: string;
  readonly kind: ArtifactKind;
  readonly name: string;
  readonly file: string;
  readonly at: Position;
  readonly stateful: boolean;
  /** Why it is stateful or stateless. */
  readonly reason: string;
  /** What it asks of its holder. */
  readonly placement: Placement;
  /** It has errors and will not be deployed. */
  readonly faulty: boolean;
  /** What a plan warns of: a store that each pod has for itself, or a folder of the worker node. */
  readonly bound?: 'memory' | 'files';
  /** Of a message processor: the store it empties. */
  readonly store?: string;
  /** Of a listening inbound endpoint: what it opens, as it is written. */
  readonly port?: string;
  /** In how many lanes replicas share it. */
  readonly lanes?: number;
  /** Of what every replica consumes from at once: where that is. */
  readonly queue?: SharedQueue;
}

export function insideOf(project: Project): Inside {
  return {
    name: project.name,
    digest: project.digest,
    artifacts: project.artifacts
      .filter((artifact) => artifact.kind !== 'unknown')
      .map((artifact) => describe(artifact, project)),
  };
}

function describe(artifact: Artifact, project: Project): InsideArtifact {
  const { kind, name, file, at } = artifact;
  const bound = boundTo(artifact);
  const port = portOf(artifact);
  const lanes = laneCount(artifact);
  const queue = sharedQueueOf(artifact);
  const store = kind === 'messageProcessor' && (artifact.config as MessageProcessorConfig | undefined)?.messageStore;
  return {
    key: artifactKey(artifact),
    kind,
    name,
    file,
    at,
    ...classify(artifact, project.artifacts),
    placement: placementOf(artifact, project),
    faulty: isFaulty(artifact),
    ...(bound && { bound }),
    ...(store && { store }),
    ...(port !== undefined && { port }),
    ...(lanes !== undefined && { lanes }),
    ...(queue && { queue }),
  };
}

function boundTo({ kind, config }: Artifact): 'memory' | 'files' | undefined {
  if (config === undefined) return undefined;
  if (kind === 'messageStore') {
    const store = config as MessageStoreConfig;
    if (isInMemory(store)) return 'memory';
    return /^jdbc:sqlite:/i.test(store.parameters.get('store.jdbc.connection.url') ?? '') ? 'files' : undefined;
  }
  if (kind !== 'inboundEndpoint') return undefined;
  const { protocol, parameters } = config as InboundEndpointConfig;
  const uri = parameters.get('transport.vfs.FileURI') ?? '';
  const local = protocol?.toLowerCase() === 'file' && (uri.startsWith('file:') || !/^[a-z][a-z0-9+]*:/i.test(uri));
  return local ? 'files' : undefined;
}
