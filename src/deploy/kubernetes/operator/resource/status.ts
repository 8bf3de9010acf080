/** What the operator tells below `status` of an Integration. */
import { content, integer, list, object, oneOf, required, text, time, type Field, type FieldsOf } from './schema.ts';
import type { Condition, HeldArtifact, IntegrationStatus, RevisionEntry, RunningArtifact } from './integration.ts';

const condition = object<Condition>(
  { doc: 'One condition.' },
  {
    type: required(text({ doc: 'Ready, Available, Progressing or Degraded.', longest: 316 })),
    status: required(oneOf(['True', 'False', 'Unknown'], { doc: 'Whether it is so.' })),
    observedGeneration: integer({ doc: 'Of which generation of the spec.', min: 0, long: true }),
    lastTransitionTime: required(time({ doc: 'Since when its status is what it is.' })),
    reason: required(text({ doc: 'One word.', longest: 1024, pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$' })),
    message: required(content({ doc: 'A sentence, and what to do.' })),
  },
);

const revision = object<RevisionEntry>(
  { doc: 'One revision.' },
  {
    revision: required(integer({ doc: 'Its number.', min: 1, long: true })),
    digest: text({ doc: 'Of its artifacts.', longest: 64 }),
    since: time({ doc: 'When it was begun.' }),
    outcome: oneOf(['Rolling', 'Served', 'Failed'], { doc: 'What came of it.' }),
  },
);

const held = object<HeldArtifact>(
  { doc: 'One stateful artifact.' },
  {
    artifact: required(text({ doc: '"task/nightly".' })),
    holder: text({ doc: 'The pod at work for it; left out while nobody is.' }),
    token: integer({ doc: 'The fencing token of its holder.', long: true }),
    since: time({ doc: 'Since when.' }),
    by: text({ doc: 'How it came there: start, failover, handover, rebalance, drain, move.' }),
  },
);

const statusFields: FieldsOf<IntegrationStatus> = {
  observedGeneration: integer({ doc: 'The generation of the spec that all this is about.', long: true }),
  pattern: text({ doc: 'The pattern in use.' }),
  patternReason: content({ doc: 'Why that one.' }),
  replicas: integer({ doc: 'Pods of POD 1 there are.' }),
  readyReplicas: integer({ doc: 'Of those, pods that take requests.' }),
  updatedReplicas: integer({ doc: 'Of those, pods of the newest version.' }),
  selector: text({ doc: 'Label selector of the pods of POD 1, for autoscalers.', longest: 512 }),
  pods: text({ doc: 'Ready and wanted pods, of all groups: "3/3".' }),
  url: text({ doc: 'Where requests go.', longest: 512 }),
  revision: integer({ doc: 'The revision that runs.', long: true }),
  artifact: object<RunningArtifact>(
    { doc: 'What runs.' },
    {
      digest: text({ doc: 'Of the artifacts, as every replica reports it.', longest: 64 }),
      short: text({ doc: 'Its beginning.', longest: 12 }),
      image: text({ doc: 'The image.', longest: 512 }),
    },
  ),
  history: list(revision, { doc: 'Newest last.', key: ['revision'], most: 21 }),
  singletons: text({ doc: 'Stateful artifacts that have a holder, of all: "2/2".' }),
  coordination: list(held, { doc: 'Who holds what.', key: ['artifact'], most: 512 }),
  conditions: list(condition, { doc: 'Ready, Available, Progressing, Degraded.', key: ['type'], most: 8 }),
};

export const status: Field<IntegrationStatus> = object<IntegrationStatus>({ doc: 'What is.' }, statusFields);
