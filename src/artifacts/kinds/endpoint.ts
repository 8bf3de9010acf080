import type { EndpointConfig } from '../shape/spec.ts';
import { readInlineEndpoint, visitEndpoint, writeInlineEndpoint } from '../shape/endpoint.ts';
import { defineIrregularKind, type Kind } from './kind.ts';
import type { EndpointArtifactConfig } from './types.ts';

/** The config is undefined when the kind inside could not be read; the problem says why. */
export const endpoint: Kind = defineIrregularKind<EndpointArtifactConfig | undefined>({
  kind: 'endpoint',
  tag: 'endpoint',
  summary: 'Where flows send to, by name.',
  notes:
    'Holds one element of its kind: address, http, default, wsdl, failover, loadbalance, recipientlist; or template="name".',
  shape: {},
  nameOf: (config) => config?.name ?? '',
  codec: {
    read(from) {
      const { element } = from;
      const key = from.attribute('key') ?? from.attribute('key-expression');
      if (key) {
        from.problem('BAD_VALUE', 'An endpoint of its own cannot only refer to another one by key.', {
          on: key,
          level: 'warning',
          hint: 'Use the other endpoint directly.',
        });
        return undefined;
      }
      const found: EndpointConfig | undefined = readInlineEndpoint(element, from);
      return found && { name: found.name ?? '', endpoint: found };
    },
    write(config, to) {
      if (config) writeInlineEndpoint(config.endpoint, to);
    },
    visit(config, visitor) {
      if (config) visitEndpoint(config.endpoint, visitor);
    },
  },
});
