/** Small projects to plan, as the artifacts room would hand them over. */
import type { Artifact, ArtifactKind, Project } from '../../../src/artifacts/model.ts';

/** One artifact: "task nightly", with the few config fields that planning looks at. */
export function artifact(kind: ArtifactKind, name: string, config: Record<string, unknown> = {}): Artifact {
  const file = `artifacts/${kind}s/${name}.xml`;
  return {
    kind,
    name,
    file,
    at: { file, line: 2, column: 1 },
    spec: undefined,
    config: { name, parameters: new Map(), pinnedServers: [], transports: [], ...config },
    element: undefined,
    problems: [],
    application: undefined,
  };
}

export function project(name: string, artifacts: readonly Artifact[]): Project {
  return {
    name,
    artifacts,
    registry: [],
    configs: new Map(),
    fileProperties: new Map(),
    deployment: {},
    problems: [],
    digest: '0'.repeat(64),
  };
}

const trigger = { type: 'interval', seconds: 60, count: undefined } as const;

export const task = (name: string): Artifact => artifact('task', name, { trigger, className: 'MessageInjector' });

export const fileInbound = (name: string, uri: string): Artifact =>
  artifact('inboundEndpoint', name, { protocol: 'file', parameters: new Map([['transport.vfs.FileURI', uri]]) });

/** Requests only: nothing that could run twice. */
export const shop: Project = project('shop', [
  artifact('api', 'Catalogue'),
  artifact('api', 'Basket'),
  artifact('proxy', 'PriceService'),
  artifact('sequence', 'AuditTrail'),
  artifact('endpoint', 'Warehouse'),
]);

/** A little of everything the pattern pages speak of. */
export const harbour: Project = project('harbour', [
  artifact('api', 'Berths'),
  artifact('api', 'Cranes'),
  artifact('proxy', 'CustomsService'),
  artifact('sequence', 'Validate'),
  artifact('sequence', 'Notify'),
  artifact('template', 'LogArrival'),
  artifact('endpoint', 'PilotOffice'),
  artifact('messageStore', 'Manifests', {
    className: 'org.apache.synapse.message.store.impl.jdbc.JDBCMessageStore',
    parameters: new Map([['store.jdbc.connection.url', 'jdbc:postgresql://stores:5432/harbour']]),
  }),
  artifact('messageProcessor', 'ForwardManifests', { messageStore: 'Manifests', className: 'forward' }),
  task('tideTable_Task'),
  task('nightlyReport_Task'),
  fileInbound('CargoLists', 'file:///data/in'),
]);
