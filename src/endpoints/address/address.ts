import type { Endpoint } from '../../engine/ports.ts';
import { addressAttribute, addressOf, needsBody } from '../address-text.ts';
import { defineEndpoint, type EndpointKind } from '../kind.ts';
import { LeafEndpoint } from '../leaf.ts';
import { checkQuality, quality } from '../quality.ts';
import { withPostfix } from '../rest.ts';
import { checkSending, sending, setEncoding } from '../sending.ts';

export const address: EndpointKind = defineEndpoint({
  tag: 'address',
  summary: 'Sends to a fixed or computed address.',
  notes:
    'A REST message goes to the address with the path and query after the API context; remove the axis2 property REST_URL_POSTFIX to keep it as written.',
  shape: {
    uri: addressAttribute({
      name: 'uri',
      doc: 'The address, {expression}, or text with ${...}.',
      braces: 'expression',
      required: true,
    }),
    ...sending,
    ...quality,
  },
  check(config, from) {
    checkQuality(config, from);
    checkSending(config, from);
  },
  create(making): Endpoint {
    const { config } = making;
    return new LeafEndpoint(making, {
      kind: 'address',
      quality: config,
      format: config.format,
      notReadyNumber: 303001,
      async resolve(message, { signal }) {
        const { uri } = config;
        if (uri && needsBody(uri)) await message.body.load(signal);
        const written = uri ? addressOf(uri, message) : '';
        setEncoding(config.encoding, message);
        message.properties.set('ENDPOINT_PREFIX', written);
        return { address: withPostfix(written, message, config.format) };
      },
    });
  },
});
