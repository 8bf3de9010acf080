import type { ProblemLevel } from '../../errors.ts';
import type { XmlElement } from '../../message/xml/tree.ts';
import type { ArtifactKind } from '../model.ts';

/** A root element that MI deploys and Gantry only recognises. */
export interface ForeignKind {
  readonly kind: ArtifactKind;
  /** error: something the user counts on is missing; warning: everything else still works as written. */
  readonly level: ProblemLevel;
  readonly text: string;
  readonly hint: string;
  nameOf(element: XmlElement): string;
}

const named = (element: XmlElement): string => element.attribute('name') ?? '';

const priorityExecutor: ForeignKind = {
  kind: 'unknown',
  level: 'warning',
  text: 'Priority executors are not run by Gantry.',
  hint: 'Messages are handled in the order they come; an <enqueue> that names it does not deploy.',
  nameOf: named,
};

const foreign: Readonly<Record<string, ForeignKind>> = {
  data: {
    kind: 'dataService',
    level: 'error',
    text: 'Data services are not run by Gantry yet.',
    hint: 'Its requests are not answered; everything else of the project runs.',
    nameOf: named,
  },
  datasource: {
    kind: 'dataSource',
    level: 'warning',
    text: 'Data sources are not used by Gantry yet.',
    hint: 'Only data services and database mediators need them.',
    nameOf: (element) => element.child('name')?.text.trim() ?? named(element),
  },
  eventSource: {
    kind: 'unknown',
    level: 'error',
    text: 'Event sources are not run by Gantry.',
    hint: 'Use a message broker: an MQTT, RabbitMQ or Kafka inbound endpoint.',
    nameOf: named,
  },
  priorityExecutor,
  'priority-executor': priorityExecutor,
  import: {
    kind: 'connector',
    level: 'warning',
    text: 'Connectors are not run by Gantry yet.',
    hint: 'Flows that use its operations name each one they use.',
    nameOf: (element) => `${element.attribute('package') ?? ''}.${element.attribute('name') ?? ''}`.replace(/^\./, ''),
  },
};

/** Elements of a Synapse configuration that carry nothing Gantry needs. */
export const silentTags: ReadonlySet<string> = new Set(['taskManager', 'description', 'synapseConfig']);

export function foreignKind(tag: string): ForeignKind | undefined {
  return Object.hasOwn(foreign, tag) ? foreign[tag] : undefined;
}
