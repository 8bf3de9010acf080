import { words } from './kinds/fields.ts';
import type { InboundEndpointConfig, MessageProcessorConfig, TaskConfig } from './kinds/types.ts';
import { artifactKey, type Artifact, type Project } from './model.ts';

/** How often a due run of a task happens when its holder dies in the middle: the run is claimed before it, or after. */
export type RunGuarantee = 'at-most-once' | 'at-least-once';

/** What a stateful artifact asks of the replica that holds it, and how a task keeps its schedule. */
export interface Placement {
  /** Counts as that many ordinary artifacts when work is balanced; 1 when left out. */
  readonly weight?: number;
  /** Only replicas whose pod, or whose worker node, has one of these names may hold it. */
  readonly pins?: readonly string[];
  /** Artifacts of the same group are always held by the same replica. */
  readonly group?: string;
  /** Artifacts that share such a word are held by different replicas, as far as there are enough. */
  readonly apart?: readonly string[];
  /** Of tasks only; at-most-once when left out. */
  readonly runs?: RunGuarantee;
  /** Of tasks with a cron expression: an IANA name such as Europe/Zurich; the process's own when left out. */
  readonly timeZone?: string;
  /** Of tasks; see Misfire of the timer. */
  readonly misfire?: 'skip' | 'once' | 'each';
  /** Of tasks: a run begins up to that many milliseconds late, at random. */
  readonly jitterMs?: number;
}

/** From the artifact's own pinnedServers, and from [[gantry.artifact]] in deployment.toml. */
export function placementOf(artifact: Artifact, project: Pick<Project, 'placements'>): Placement {
  const pins = pinsOf(artifact);
  return { ...project.placements?.get(artifactKey(artifact)), ...(pins.length > 0 && { pins }) };
}

/** An attribute of tasks; a parameter of message processors and inbound endpoints. */
export function pinsOf({ kind, config }: Pick<Artifact, 'kind' | 'config'>): readonly string[] {
  if (config === undefined) return [];
  if (kind === 'task') return (config as TaskConfig).pinnedServers;
  if (kind !== 'messageProcessor' && kind !== 'inboundEndpoint') return [];
  return words((config as MessageProcessorConfig | InboundEndpointConfig).parameters.get('pinnedServers'));
}
