import { attr } from '../shape/fields.ts';
import { suggestion, type ElementReader } from '../shape/reader.ts';
import { description, nameAttribute, observed, readParameters, writeParameters } from './fields.ts';
import { defineIrregularKind, type Kind } from './kind.ts';
import { checkCron } from './schedule.ts';
import type { InboundEndpointConfig } from './types.ts';

/** Source: MI InboundEndpointConstants.Protocols. */
const PROTOCOLS = [
  'jms',
  'file',
  'http',
  'https',
  'hl7',
  'kafka',
  'cxf_ws_rm',
  'mqtt',
  'rabbitmq',
  'ws',
  'wss',
  'grpc',
  'httpws',
  'httpswss',
];

const shape = {
  name: nameAttribute,
  protocol: attr.text({ doc: `One of ${PROTOCOLS.join(', ')}.` }),
  className: attr.text({ name: 'class', doc: 'Instead of protocol: a class of your own.' }),
  sequence: attr.text({ doc: 'The sequence that takes what comes in.' }),
  onError: attr.text({ doc: 'The sequence that takes over when a step fails.' }),
  suspended: attr.boolean({ name: 'suspend', doc: 'Do not start it until it is activated.', default: false }),
  preserveState: attr.boolean({ name: 'preserve.state', doc: 'Whether it was activated survives a restart.' }),
  ...observed,
  description,
};

export const inboundEndpoint: Kind = defineIrregularKind<InboundEndpointConfig>({
  kind: 'inboundEndpoint',
  tag: 'inboundEndpoint',
  summary: 'Takes messages in: listens on a port, polls, or waits for events.',
  shape,
  nameOf: (config) => config.name,
  codec: {
    read(from) {
      const config = from.shape(shape);
      from.children('handlers');
      const list = from.child('parameters');
      const inside = list ? from.inside(list) : from;
      const { values, keys } = readParameters(inside);
      if (list) inside.finish();
      from.finish(shape);
      checkProtocol(config, from);
      checkCron(values.get('cronExpression'), from.element, from);
      return { ...config, parameters: values, ...(keys.size > 0 ? { parameterKeys: keys } : {}) };
    },
    write(config, to) {
      to.shape(shape, { ...config });
      to.child('parameters', (w) => writeParameters(config.parameters, w, 'parameter', config.parameterKeys));
    },
    visit(config, visitor) {
      const at = { file: '', line: 0, column: 0 };
      if (config.sequence) visitor.reference?.('sequence', { fixed: config.sequence }, at);
      if (config.onError) visitor.reference?.('sequence', { fixed: config.onError }, at);
      for (const key of config.parameterKeys?.values() ?? []) visitor.reference?.('resource', { fixed: key }, at);
    },
  },
});

function checkProtocol(
  config: { readonly protocol: string | undefined; readonly className: string | undefined },
  from: ElementReader,
): void {
  const { protocol, className } = config;
  if (protocol === undefined && className === undefined) {
    from.problem('MISSING_ATTRIBUTE', '<inboundEndpoint> needs the attribute "protocol" or "class".', {
      hint: `Write one of ${PROTOCOLS.join(', ')}.`,
    });
  }
  if (protocol !== undefined && !PROTOCOLS.includes(protocol.toLowerCase())) {
    from.problem('BAD_VALUE', `"${protocol}" is not a protocol of inbound endpoints.`, {
      on: from.attribute('protocol'),
      hint: suggestion(protocol, PROTOCOLS, `Write one of ${PROTOCOLS.join(', ')}.`),
    });
  }
}
