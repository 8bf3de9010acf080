import { sequence as sequenceKind } from '../artifacts/kinds/sequence.ts';
import type {
  EndpointArtifactConfig,
  InboundEndpointConfig,
  SequenceConfig,
  TemplateConfig,
} from '../artifacts/kinds/types.ts';
import { artifactKey, isFaulty, type Artifact, type ArtifactKind, type Project } from '../artifacts/model.ts';
import { readInlineEndpoint } from '../artifacts/shape/endpoint.ts';
import { ElementReader, readElement } from '../artifacts/shape/reader.ts';
import type { EndpointConfig } from '../artifacts/shape/spec.ts';
import type { Clock } from '../clock.ts';
import { createLibrary, type StoredArtifacts } from '../engine/library.ts';
import type {
  CompiledSequence,
  CompiledTemplate,
  EndpointTemplate,
  Intake,
  Library,
  MessageStore,
  Sender,
  Singleton,
} from '../engine/ports.ts';
import { createDefaultEndpoint, createEndpoint } from '../endpoints/index.ts';
import type { Problem } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Environment } from '../message/environment.ts';
import { parseXml } from '../message/xml/parse.ts';
import type { XmlElement } from '../message/xml/tree.ts';
import { createEnvironment } from './environment.ts';
import { createMetrics, type IntegrationMetrics, type MetricsSources } from './metrics/integration.ts';
import { connectionsOf } from './traffic/connections.ts';
import { Services } from './traffic/services.ts';
import { createSingletons, type SingletonParts } from './stateful/singletons.ts';
import type { Standings } from './stateful/standings.ts';
import { createStores } from './stores/stores.ts';
import type { Switches } from './stateful/switches.ts';
import { vocabulary } from './vocabulary.ts';

export interface IntegrationOptions {
  readonly project: Project;
  readonly senders: readonly Sender[];
  readonly classes: ReadonlyMap<string, string>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Omit<MetricsSources, 'deployed'>;
  readonly standings: Standings;
  readonly switches: Switches;
  /** Replicas agree on who holds what; otherwise this one knows of no other. */
  readonly coordinated: boolean;
  readonly onRun: SingletonParts['onRun'];
  readonly onRunEnd: SingletonParts['onRunEnd'];
}

/** A project put together: everything found by name, the services that take requests, the work that one replica holds. */
export interface Integration {
  readonly environment: Environment;
  readonly library: Library;
  readonly services: Services;
  readonly metrics: IntegrationMetrics;
  readonly shared: readonly Singleton[];
  readonly own: readonly Singleton[];
  readonly stores: ReadonlyMap<string, MessageStore>;
  /** Of the project, and of putting it together. */
  readonly problems: readonly Problem[];
  /** "task/nightly": artifacts that do not run because of an error. */
  readonly faulty: readonly string[];
}

/** MI's default when no endpoint says otherwise. Source: synapse.global_timeout_interval. */
const globalTimeoutMs = 120_000;

export function createIntegration(options: IntegrationOptions): Integration {
  const { project, clock, log, senders } = options;
  const environment = createEnvironment(project, log.named('expression'));
  const { stores, problems: storeProblems } = createStores(project, {
    environment,
    clock,
    log,
    standings: options.standings,
  });
  const context = { senders, clock, log, globalTimeoutMs: globalTimeoutOf(project) };
  const library = createLibrary({
    sequences: sequencesOf(project),
    templates: templatesOf(project),
    endpointTemplates: endpointTemplatesOf(project),
    endpoints: endpointsOf(project),
    stores,
    stored: storedArtifacts(environment, log),
    createEndpoint: (config, own) => createEndpoint(config, { ...context, library: own }),
    defaultEndpoint: (own) => createDefaultEndpoint({ ...context, library: own }),
  });
  const { problems: connectionProblems } = connectionsOf(project.artifacts);
  const problems: Problem[] = [
    ...project.problems,
    ...project.artifacts.flatMap((a) => a.problems),
    ...storeProblems,
    ...connectionProblems,
  ];
  const faulty = new Set(project.artifacts.filter(isFaulty).map(artifactKey));
  // A missing reference is found between artifacts; the artifact that has it is deployed all the same, as in MI.
  const markFaulty = ({ level, artifact }: Problem): void => {
    if (level === 'error' && artifact !== undefined) faulty.add(artifact.replace(' ', '/'));
  };
  [...project.problems, ...storeProblems, ...connectionProblems].forEach(markFaulty);
  const metrics = createMetrics({
    ...options.metrics,
    stores: () => stores.values(),
    deployed: () => project.artifacts.map((a) => ({ kind: a.kind, name: a.name, up: !faulty.has(artifactKey(a)) })),
  });
  const services = new Services({ project, library, metrics, log });
  const singletons = createSingletons({
    project,
    classes: options.classes,
    stores,
    library: () => library,
    dispatcher: services.dispatcher(log),
    intake: (artifact) => intakeOf(artifact, services, log),
    standings: options.standings,
    environment,
    clock,
    log,
    switches: options.switches,
    coordinated: options.coordinated,
    onRun: options.onRun,
    onRunEnd: options.onRunEnd,
    onProcessed: (processor, what) => metrics.processed(processor, what),
  });
  problems.push(...singletons.problems);
  singletons.problems.forEach(markFaulty);
  const { shared, own } = singletons;
  return { environment, library, services, metrics, shared, own, stores, problems, faulty: [...faulty] };
}

function intakeOf(artifact: Artifact, services: Services, log: Logger): Intake {
  const { kind, name } = artifact;
  if (kind === 'proxy') return services.intake(`proxy ${name}`, { proxy: name }, log);
  const { sequence, onError } = artifact.config as InboundEndpointConfig;
  return services.intake(`${kind} ${name}`, { sequence: sequence ?? 'main', onError }, log);
}

function sound(project: Project, kind: ArtifactKind): readonly unknown[] {
  return project.artifacts.filter((a) => a.kind === kind && !isFaulty(a)).map((a) => a.config);
}

function sequencesOf(project: Project): ReadonlyMap<string, CompiledSequence> {
  return new Map((sound(project, 'sequence') as SequenceConfig[]).map((config) => [config.name, config]));
}

function templatesOf(project: Project): ReadonlyMap<string, CompiledTemplate> {
  const templates = new Map<string, CompiledTemplate>();
  for (const { name, onError, parameters, steps } of sound(project, 'template') as TemplateConfig[]) {
    if (steps) templates.set(name, { name, onError, parameters, steps });
  }
  return templates;
}

function endpointTemplatesOf(project: Project): ReadonlyMap<string, EndpointTemplate> {
  const templates = new Map<string, EndpointTemplate>();
  for (const { name, parameters, endpoint } of sound(project, 'template') as TemplateConfig[]) {
    if (endpoint) templates.set(name, { name, parameters, endpoint });
  }
  return templates;
}

function endpointsOf(project: Project): ReadonlyMap<string, EndpointConfig> {
  return new Map(
    (sound(project, 'endpoint') as EndpointArtifactConfig[]).map((config) => [config.name, config.endpoint]),
  );
}

/** Sequences and endpoints that lie in the registry or in a local entry, read when a flow first asks for them. */
function storedArtifacts(environment: Environment, log: Logger): StoredArtifacts {
  const reader = (element: XmlElement, key: string): ElementReader =>
    new ElementReader(element, {
      file: key,
      vocabulary,
      report: (problem) =>
        log.warn(`${problem.code} ${problem.text} at ${key}:${problem.at.line}:${problem.at.column}`),
    });
  return {
    xml(key) {
      const resource = environment.resource(key);
      if (!resource) return undefined;
      try {
        return parseXml(resource.bytes, { file: key });
      } catch (error) {
        log.error(`${key} is not well-formed XML: ${(error as Error).message}`);
        return undefined;
      }
    },
    sequence(element, key) {
      if (element.local !== 'sequence') return undefined;
      const config = readElement(sequenceKind, reader(element, key)) as SequenceConfig;
      return { ...config, name: config.name || key };
    },
    endpoint: (element, key) =>
      element.local === 'endpoint' ? readInlineEndpoint(element, reader(element, key)) : undefined,
  };
}

function globalTimeoutOf(project: Project): number {
  const mediation = project.deployment['mediation'] as Readonly<Record<string, unknown>> | undefined;
  // TOML writes it quoted or as a dotted key; the second arrives as a table.
  const dotted = (mediation?.['synapse'] as Readonly<Record<string, unknown>> | undefined)?.['global_timeout_interval'];
  const value = Number(mediation?.['synapse.global_timeout_interval'] ?? dotted);
  return Number.isFinite(value) && value > 0 ? value : globalTimeoutMs;
}
