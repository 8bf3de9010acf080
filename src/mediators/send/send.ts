import { endpointField } from '../../artifacts/shape/endpoint.ts';
import { copyMessage } from '../../engine/copy.ts';
import { attr, defineMediator, keyText, type Mediator, type Outcome } from '../kit.ts';
import { isOutOnly, isResponse } from '../direction.ts';
import { learnAddresses } from '../addressed.ts';
import { chosenEndpoint } from '../chosen-endpoint.ts';

export const send: Mediator = defineMediator({
  tag: 'send',
  summary: 'Sends the message to an endpoint and goes on at once; the answer goes through the out flow.',
  notes:
    'Without an endpoint a request goes to the address in its To header, and a response goes back to the client. ' +
    'A message is a response when an endpoint sent it, or when the property RESPONSE is "true".',
  shape: {
    endpoint: endpointField({ doc: 'Where to send.' }),
    receive: attr.reference('sequence', { doc: 'Sequence that takes the answer, instead of the out flow.' }),
    buildmessage: attr.boolean({ doc: 'Reads the body before sending it.', default: false }),
  },
  needsBody: (config) => config.buildmessage,
  examples: [
    {
      title: 'Answering the client from an in flow',
      xml: '<send/>',
      given: { body: '{"a":1}', properties: { RESPONSE: 'true' } },
      then: 'respond: {"a":1}',
    },
    {
      title: 'An endpoint that is not there',
      xml: '<send><endpoint key="missing"/></send>',
      given: '<a/>',
      then: 'fault: ENDPOINT_NOT_FOUND',
    },
  ],
  async run(config, message, scope): Promise<Outcome> {
    if (!config.endpoint && isResponse(message)) {
      // Steps after this one still run, as in Synapse; so the answer must be out before they can change it.
      await scope.exchange.respond(message);
      return 'next';
    }
    const endpoint = chosenEndpoint(config.endpoint, message, scope);
    if (endpoint.kind === 'default') await learnAddresses(message, scope.signal);
    const receive = config.receive && keyText(config.receive, message);
    if (isOutOnly(message)) {
      // Nobody waits for an answer, so the flow goes on with a message of its own.
      await message.body.load(scope.signal);
      scope.send(endpoint, copyMessage(message), receive);
    } else {
      scope.send(endpoint, message, receive);
    }
    return 'next';
  },
});
