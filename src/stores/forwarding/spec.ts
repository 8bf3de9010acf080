import { param } from '../../artifacts/parameters.ts';
import type { Endpoint } from '../../engine/ports.ts';
import { lostSignal } from '../../engine/lost-signal.ts';
import { Fault } from '../../errors.ts';
import type { Message } from '../../message/message.ts';
import { readFault } from '../../message/soap.ts';
import { keepProcessing } from '../processing.ts';
import { defineProcessor, type ProcessorKind, type ProcessorParts } from '../processor-kind.ts';
import { Forward, type Delivered } from './forward.ts';
import { forwardingParameters, optionsOf, paceOf, statusCodes } from './parameters.ts';

export const forwarding: ProcessorKind = defineProcessor({
  name: 'forwarding',
  summary: 'Sends each message to an endpoint and waits for its answer before it leaves the store.',
  notes:
    'A message is done when the endpoint answered with a status below 400 and no SOAP fault. After `max.delivery.attempts` ' +
    'it is dropped, set aside, or the processor deactivates itself, which lasts until `gantry resume`.',
  classes: [
    'org.apache.synapse.message.processor.impl.forwarder.ScheduledMessageForwardingProcessor',
    'org.apache.synapse.message.processors.forward.ScheduledMessageForwardingProcessor',
  ],
  parameters: {
    ...forwardingParameters,
    nonRetryStatusCodes: statusCodes(
      'non.retry.status.codes',
      'Status codes that are final: the message is done although the endpoint refused it.',
    ),
    setAsideStatusCodes: statusCodes(
      'non.retry.store.status.codes',
      'Status codes with which a message goes to the store for failed messages at once, without further attempts.',
    ),
    retryStatusCodes: statusCodes(
      'retry.http.status.codes',
      'As in Apache Synapse; MI has no such parameter. When given, only these status codes are failures: an answer with ' +
        'any other, and no SOAP fault, is final. Not given: 400 and above.',
    ),
    replySequence: param.text('message.processor.reply.sequence', { doc: 'Sequence for the answers.' }),
    endpoint: param.text('target.endpoint', {
      doc: 'The endpoint, when neither targetEndpoint nor the property target.endpoint of a message names one.',
    }),
  },
  process(config, parts) {
    const options = optionsOf(config, {
      nonRetryStatusCodes: config.nonRetryStatusCodes,
      setAsideStatusCodes: config.setAsideStatusCodes,
      retryStatusCodes: config.retryStatusCodes,
      replySequence: config.replySequence,
      deliver: (message, _, __, lost) => deliver(endpointFor(message, config.endpoint, parts), message, parts, lost),
    });
    return async (term) => {
      using lost = lostSignal(term);
      const forward = new Forward(options, parts, term, lost.signal);
      await keepProcessing(term, parts, config, paceOf(config, parts), forward);
    };
  },
});

async function deliver(
  endpoint: Endpoint,
  message: Message,
  { log, library }: ProcessorParts,
  signal: AbortSignal,
): Promise<Delivered> {
  const answer = await endpoint.send(message, { signal, log, library: library() });
  if (!answer) return { status: undefined, fault: false };
  await answer.body.load();
  return { status: Number(answer.axis2.get('HTTP_SC') ?? 200), fault: isSoapFault(answer), answer };
}

/** A message may name its own endpoint in its property target.endpoint. */
function endpointFor(message: Message, fallback: string | undefined, parts: ProcessorParts): Endpoint {
  const wanted = message.properties.get('target.endpoint');
  const key = typeof wanted === 'string' && wanted !== '' ? wanted : (parts.targetEndpoint ?? fallback);
  const endpoint = key === undefined ? undefined : parts.library().endpoint(key);
  if (!endpoint) throw new Fault('ENDPOINT_NOT_FOUND', { detail: { key: key ?? '(none given)' } });
  return endpoint;
}

function isSoapFault(answer: Message): boolean {
  if (answer.body.form === 'json' || answer.body.form === 'empty') return false;
  if (!/xml/i.test(answer.body.contentType ?? '')) return false;
  try {
    return readFault(answer.body.envelope()) !== undefined;
  } catch {
    return false;
  }
}
