import type { Endpoint } from '../../engine/ports.ts';
import { Fault } from '../../errors.ts';
import type { Message } from '../../message/message.ts';
import { readAddressing } from '../../message/soap.ts';
import { defineEndpoint, type EndpointContext, type EndpointKind } from '../kind.ts';
import { LeafEndpoint } from '../leaf.ts';
import { checkQuality, noQuality, quality } from '../quality.ts';
import { withPostfix } from '../rest.ts';
import { checkSending, sending, setEncoding } from '../sending.ts';

export const defaultKind: EndpointKind = defineEndpoint({
  tag: 'default',
  summary: 'Sends to the address in the To header of the message.',
  notes: 'The header mediator or a WS-Addressing header of the message sets it.',
  shape: { ...sending, ...quality },
  check(config, from) {
    checkQuality(config, from);
    checkSending(config, from);
  },
  create(making): Endpoint {
    const { config } = making;
    return new LeafEndpoint(making, {
      kind: 'default',
      quality: config,
      format: config.format,
      notReadyNumber: 303001,
      async resolve(message, { signal }) {
        const to = await destinationOf(message, signal);
        setEncoding(config.encoding, message);
        return { address: withPostfix(to, message, config.format) };
      },
    });
  },
});

/** Where a send without an endpoint goes; it has no suspension of its own to speak of. */
export function createDefaultEndpoint(context: EndpointContext): Endpoint {
  return new LeafEndpoint(
    { ...context, name: 'default', config: undefined, written: { element: { elements: () => [] } } as never },
    {
      kind: 'default',
      // Many addresses share it: one that is down must not stop the others.
      quality: { ...noQuality, suspendOnFailure: neverSuspends, markForSuspension: neverMarks },
      format: undefined,
      notReadyNumber: 303001,
      resolve: async (message, { signal }) => ({
        address: withPostfix(await destinationOf(message, signal), message, undefined),
      }),
    },
  );
}

const never = { fixed: '-1' };
const neverSuspends = {
  errorCodes: never,
  initialDuration: undefined,
  progressionFactor: undefined,
  maximumDuration: undefined,
};
const neverMarks = { errorCodes: never, retriesBeforeSuspension: undefined, retryDelay: undefined };

/** An absolute To of the flow, else the one in the WS-Addressing headers that came. A path alone leads nowhere. */
export async function destinationOf(message: Message, signal: AbortSignal): Promise<string> {
  const { to } = message.addressing;
  if (to !== undefined && URL.canParse(to)) return to;
  await message.body.load(signal);
  if (message.body.kind === 'xml' && message.body.soap !== 'none') {
    const written = readAddressing(message.body.envelope()).to;
    if (written !== undefined && URL.canParse(written)) return written;
  }
  throw new Fault('SEND_FAILED', {
    text: `The message has no address to send to${to ? `: "${to}" is a path only` : ''}. Set it with <header name="To" value="..."/> or name an endpoint.`,
  });
}
