/** A small vocabulary of invented and familiar elements, so that this room is tested without the others. */
import { ElementReader, readElement } from './shape/reader.ts';
import { attr, child } from './shape/fields.ts';
import { endpointField, endpointList } from './shape/endpoint.ts';
import { branch } from './shape/steps.ts';
import type { ElementSpec } from './shape/spec.ts';
import { createVocabulary, type Vocabulary } from './shape/vocabulary.ts';
import { writeElement } from './shape/writer.ts';
import type { Kind } from './kinds/kind.ts';
import { kindOf } from './kinds/index.ts';
import { unsupported } from './unsupported.ts';
import type { Problem } from '../errors.ts';
import { parseXml } from '../message/xml/parse.ts';
import { serializeXml } from '../message/xml/serialize.ts';

const mediators: readonly ElementSpec[] = [
  {
    tag: 'log',
    summary: 'Logs.',
    shape: {
      level: attr.oneOf(['simple', 'full', 'custom'], { doc: 'How much.', default: 'simple' }),
      property: child.list(
        { name: attr.text({ doc: 'Its name.', required: true }), value: attr.text({ doc: 'Its value.' }) },
        { doc: 'What to log.' },
      ),
    },
  },
  { tag: 'drop', summary: 'Ends.', shape: {} },
  { tag: 'respond', summary: 'Answers.', shape: {} },
  { tag: 'send', summary: 'Sends.', shape: { endpoint: endpointField({ doc: 'Where to.' }) } },
  { tag: 'call', summary: 'Calls.', shape: { endpoint: endpointField({ doc: 'Where to.' }) } },
  {
    tag: 'sequence',
    summary: 'Runs a sequence.',
    shape: { key: attr.reference('sequence', { doc: 'Which one.', required: true }) },
  },
  {
    tag: 'store',
    summary: 'Stores.',
    shape: { messageStore: attr.reference('store', { doc: 'Where.', required: true }) },
  },
  {
    tag: 'filter',
    summary: 'Branches.',
    shape: {
      xpath: attr.text({ doc: 'The condition.' }),
      whenTrue: branch({ name: 'then', doc: 'When it holds.' }),
      whenFalse: branch({ name: 'else', doc: 'When it does not.' }),
    },
  },
];

const endpoints: readonly ElementSpec[] = [
  {
    tag: 'address',
    summary: 'An address.',
    shape: {
      uri: attr.text({ doc: 'The address.', required: true }),
      timeout: child.element({ duration: child.text({ doc: 'Milliseconds.' }) }, { doc: 'How long.' }),
    },
  },
  {
    tag: 'http',
    summary: 'An HTTP address.',
    shape: {
      method: attr.text({ doc: 'The method.' }),
      uriTemplate: attr.text({ name: 'uri-template', doc: 'The address.', required: true }),
    },
  },
  { tag: 'default', summary: 'Where the message says.', shape: {} },
  {
    tag: 'failover',
    summary: 'One after the other.',
    shape: { endpoint: endpointList({ doc: 'The members.', required: true }) },
  },
  {
    tag: 'template',
    summary: 'A template.',
    shape: { template: attr.text({ doc: 'Its name.', required: true }), uri: attr.text({ doc: 'The uri.' }) },
  },
];

export const vocabulary: Vocabulary = createVocabulary({ mediators, endpoints, unsupported });

/** Reads one artifact written as XML; the Synapse namespace need not be declared. */
export function read(xml: string): {
  readonly kind: Kind;
  readonly config: unknown;
  readonly problems: readonly Problem[];
} {
  const element = parseXml(xml, { file: 'test.xml' });
  const kind = kindOf(element.local);
  if (!kind) throw new Error(`no kind <${element.local}>`);
  const problems: Problem[] = [];
  const reader = new ElementReader(element, { file: 'test.xml', vocabulary, report: (p) => void problems.push(p) });
  return { kind, config: readElement(kind, reader), problems };
}

/** The canonical XML of a config, indented for people; with 0 exactly as it is. */
export function write(kind: Kind, config: unknown, indent = 4): string {
  return `${serializeXml(writeElement(kind, config), { indent })}\n`;
}

/** A config without what depends on where it was written: positions and the trees kept for writing back. */
export function withoutPlaces(value: unknown): unknown {
  if (value instanceof Map) return new Map([...value].map(([k, v]) => [k, withoutPlaces(v)]));
  if (Array.isArray(value)) return value.map(withoutPlaces);
  if (value === null || typeof value !== 'object') return value;
  const isTree = 'kind' in value && value.kind === 'element';
  if (isTree) return serializeXml(value as never);
  if ('spec' in value) {
    const { spec, config, name } = value as { spec: ElementSpec; config: unknown; name?: string };
    return { tag: spec.tag, name, config: withoutPlaces(config) };
  }
  const kept = Object.entries(value).filter(([k]) => !['at', 'line', 'column'].includes(k));
  return Object.fromEntries(kept.map(([k, v]) => [k, withoutPlaces(v)]));
}
