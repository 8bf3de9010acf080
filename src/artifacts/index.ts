/**
 * The user's files: read into a typed model with problems that have positions, and written back as canonical XML.
 */
// For whoever describes elements (mediators, endpoints): shape/fields.ts, shape/steps.ts, shape/endpoint.ts.
export type { Artifact, ArtifactKind, Project, RegistryFile } from './model.ts';
export { artifactKey, isFaulty } from './model.ts';
// For whoever runs, plans or shows a project.
export { loadProject, type LoadOptions } from './project/load.ts';
export { link, referencesOf, visitArtifact } from './link.ts';
export { classify, type Classification } from './stateful.ts';
export { pinsOf, placementOf, type Placement } from './placement.ts';
export { kinds, kindOf } from './kinds/index.ts';
export { parseQuartz, type QuartzCron, type QuartzResult } from './kinds/cron.ts';
export { registryKey } from './registry-key.ts';
export { unsupported } from './unsupported.ts';
export { createVocabulary, type Vocabulary } from './shape/vocabulary.ts';
export { writeElement } from './shape/writer.ts';
