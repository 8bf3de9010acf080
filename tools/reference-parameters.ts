/** The reference pages of whatever is written with <parameter>: transports, message stores, message processors. */
import type { ParameterShape } from '../src/artifacts/parameters.ts';
import { processorKinds, storeKinds } from '../src/stores/index.ts';
import { consumerKinds, listenerKinds } from '../src/transports/index.ts';
import { senderParameters as jms } from '../src/transports/jms/sender.ts';
import { senderParameters as kafka } from '../src/transports/kafka/sender.ts';
import { senderParameters as mqtt } from '../src/transports/mqtt/sender.ts';
import { senderParameters as rabbitmq } from '../src/transports/rabbitmq/sender.ts';
import { anchor, generated, table } from './markdown.ts';

/** Addresses that have parameters after the question mark, and how they begin. */
const addresses: readonly (readonly [name: string, form: string, shape: ParameterShape])[] = [
  ['jms', 'jms:/destination?…', jms],
  ['kafka', 'kafka:/topic?bootstrap.servers=…', kafka],
  ['mqtt', 'mqtt:/topic?mqtt.server.host.name=…', mqtt],
  ['rabbitmq', 'rabbitmq:/name?…', rabbitmq],
];

export function transportsPage(): string {
  const intro =
    'What inbound endpoints, and proxies that listen on such a transport, take as `<parameter>`, and what addresses of ' +
    'endpoints take after the question mark. Names are those of WSO2 Micro Integrator; a second name means the same. ' +
    'What each transport promises stands in [Transports](../transports.md).';
  const listening = listenerKinds.map(({ name, summary, notes, parameters }) => [
    `## ${name}`,
    summary,
    notes,
    shapeTable(parameters),
  ]);
  const taking = consumerKinds.map((kind) => [
    `## ${kind.name}`,
    kind.summary,
    kind.notes,
    `Delivery: ${kind.delivery}. ${kind.acknowledged}`,
    kind.sharing === undefined ? 'Replicas cannot share it.' : `Replicas that share it: ${lowerFirst(kind.sharing)}`,
    written(kind),
    shapeTable(kind.parameters),
  ]);
  const sending = addresses.map(([name, form, shape]) => [`## Sending: ${name}`, `\`${form}\``, shapeTable(shape)]);
  return page('Transports: parameters', intro, [...taking, ...listening, ...sending]);
}

export function storesPage(): string {
  const intro = 'What message stores and message processors take as `<parameter>`.';
  const stores = storeKinds.map(({ name, summary, notes, classes, durability, parameters }) => [
    `## Store: ${name}`,
    summary,
    notes,
    durability === 'memory' ? 'Its messages are lost with the replica.' : 'Its messages outlive the replica.',
    classesLine(classes),
    shapeTable(parameters),
  ]);
  const processors = processorKinds.map(({ name, summary, notes, classes, parameters }) => [
    `## Processor: ${name}`,
    summary,
    notes,
    classesLine(classes),
    shapeTable(parameters),
  ]);
  return page('Message stores and processors: parameters', intro, [...stores, ...processors]);
}

function page(title: string, intro: string, sections: readonly (readonly (string | undefined)[])[]): string {
  const names = sections.map(([heading]) => heading!.slice('## '.length));
  const list = names.map((name) => `- [${name}](#${anchor(name).replaceAll(' ', '-').replaceAll(':', '')})`);
  const paragraphs = sections.flat().filter((one) => one !== undefined && one !== '');
  return `${[generated, `# ${title}`, intro, list.join('\n'), ...paragraphs].join('\n\n')}\n`;
}

function written({ protocols, classes, proxyTransports }: (typeof consumerKinds)[number]): string {
  const ways = [
    ...protocols.map((word) => `\`protocol="${word}"\``),
    ...classes.map((word) => `\`class="${word}"\``),
    ...proxyTransports.map((word) => `a proxy's \`transports="${word}"\``),
  ];
  return `Written as ${ways.join(', ')}.`;
}

function classesLine(classes: readonly string[]): string {
  return `Written as ${classes.map((word) => `\`class="${word}"\``).join(', ')}.`;
}

function shapeTable(shape: ParameterShape): string {
  const rows = Object.values(shape).map((one) => [
    one.names.map((name) => `\`${name}${one.family ? '*' : ''}\``).join(', '),
    one.type,
    one.required ? '**required**' : one.default === undefined || one.default === '' ? '' : `\`${one.default}\``,
    one.doc,
  ]);
  return rows.length === 0 ? '' : table(['Parameter', 'Type', 'Default', 'Meaning'], rows);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
