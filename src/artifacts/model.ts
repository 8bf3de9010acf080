import type { Position, Problem } from '../errors.ts';
import type { XmlElement } from '../message/xml/tree.ts';
import type { Placement } from './placement.ts';
import type { ElementSpec } from './shape/spec.ts';

export type ArtifactKind =
  | 'api'
  | 'proxy'
  | 'sequence'
  | 'endpoint'
  | 'localEntry'
  | 'template'
  | 'task'
  | 'inboundEndpoint'
  | 'messageStore'
  | 'messageProcessor'
  | 'registryResource'
  | 'registry'
  | 'dataService'
  | 'dataSource'
  | 'connector'
  | 'unknown';

/** One of the user's artifacts, read as far as it could be. `config` is typed by its kind, see artifacts/kinds. */
export interface Artifact<C = unknown> {
  readonly kind: ArtifactKind;
  /** '' when the artifact has no name. */
  readonly name: string;
  /** Relative to the project, with / on every system; inside a .car: "app.car!/Orders_1.0.0/Orders.xml". */
  readonly file: string;
  readonly at: Position;
  readonly spec: ElementSpec | undefined;
  /** Undefined when it could not be read at all. */
  readonly config: C | undefined;
  readonly element: XmlElement | undefined;
  readonly problems: readonly Problem[];
  /** The .car or folder application it came in. */
  readonly application: string | undefined;
}

/** Kind and name as one word: "task/nightly". Unique within a project; the key coordination uses. */
export function artifactKey(artifact: { readonly kind: ArtifactKind; readonly name: string }): string {
  return `${artifact.kind}/${artifact.name}`;
}

/** True when the artifact has a problem that keeps it from being deployed. */
export function isFaulty(artifact: Artifact): boolean {
  return artifact.config === undefined || artifact.problems.some((p) => p.level === 'error');
}

/** A file of the registry: conf:, gov:, resources:, local:. */
export interface RegistryFile {
  /** "conf:custom/a.xslt" — one canonical form, no leading slash after the colon. */
  readonly key: string;
  readonly mediaType: string | undefined;
  readonly bytes: Uint8Array;
  readonly properties: ReadonlyMap<string, string>;
}

/** A project as it lies on disk: everything it holds, and everything wrong with it. */
export interface Project {
  /** For people: the folder's or .car's name. */
  readonly name: string;
  readonly artifacts: readonly Artifact[];
  readonly registry: readonly RegistryFile[];
  /** config.properties: what `${configs.x}` may ask for, and its declared type. */
  readonly configs: ReadonlyMap<string, string>;
  /** conf/file.properties: what $FILE:x stands for. */
  readonly fileProperties: ReadonlyMap<string, string>;
  /** deployment.toml with its placeholders filled; {} when there is none. */
  readonly deployment: Readonly<Record<string, unknown>>;
  /** What deployment.toml asks for single stateful artifacts, by artifact key. */
  readonly placements?: ReadonlyMap<string, Placement>;
  /** Problems that belong to no single artifact: unreadable archive, duplicate name, unset placeholder. */
  readonly problems: readonly Problem[];
  /** sha256 over names and bytes of all files, hex: what a replica reports as its version. */
  readonly digest: string;
  /** The text of every file by name, when it was asked for: to print the lines problems are about. */
  readonly sources?: ReadonlyMap<string, string>;
}
