import type { ConfigOf } from '../../engine/ports.ts';
import { copyMessage } from '../../engine/copy.ts';
import { endpointField } from '../../artifacts/shape/endpoint.ts';
import { Fault } from '../../errors.ts';
import type { Message } from '../../message/message.ts';
import { isJsonBody } from '../body-kind.ts';
import { learnAddresses } from '../addressed.ts';
import { chosenEndpoint } from '../chosen-endpoint.ts';
import { isOutOnly } from '../direction.ts';
import { attr, defineMediator, type Mediator, type Outcome, type Scope } from '../kit.ts';
import { applySource, bodyValue, sourceField, targetField } from './source-target.ts';

const shape = {
  blocking: attr.boolean({
    doc: 'An answer that is an error is a fault, not an answer. Nothing is blocked by it.',
    default: false,
  }),
  initAxis2ClientOptions: attr.text({ doc: 'Accepted; without meaning here.' }),
  axis2xml: attr.text({ doc: 'Accepted; without meaning here.' }),
  repository: attr.text({ doc: 'Accepted; without meaning here.' }),
  endpoint: endpointField({ doc: 'Where to send; without it the To address.' }),
  source: sourceField,
  target: targetField,
};

type CallConfig = ConfigOf<typeof shape>;

export const call: Mediator = defineMediator({
  tag: 'call',
  summary: 'Sends the message to an endpoint, waits for the answer and goes on with it.',
  notes:
    'The answer replaces body, transport headers and axis2 properties; properties and variables stay. ' +
    'With the property OUT_ONLY="true" nothing is waited for and the message goes on as it was.',
  shape,
  needsBody: (config) => exchangesBody(config),
  faults: {
    BLOCKING_CALL_FAILED: 'The endpoint of a blocking call could not be reached or answered with an error.',
  },
  examples: [
    {
      title: 'An endpoint that is not there',
      xml: '<call><endpoint key="missing"/></call>',
      given: '<a/>',
      then: 'fault: ENDPOINT_NOT_FOUND',
    },
  ],
  async run(config, message, scope): Promise<Outcome> {
    const endpoint = chosenEndpoint(config.endpoint, message, scope);
    if (endpoint.kind === 'default') await learnAddresses(message, scope.signal);
    const kept = exchangesBody(config) ? message.body.copy() : undefined;
    if (config.source) applySource(config.source, message);
    if (isOutOnly(message)) {
      await message.body.load(scope.signal);
      scope.send(endpoint, copyMessage(message));
      if (kept) message.body = kept;
      return 'next';
    }
    let answer: Message | undefined;
    try {
      answer = await scope.call(endpoint, message);
      if (answer && config.blocking) await refuseErrors(answer, scope);
    } catch (error) {
      throw config.blocking ? blockingFault(error, scope) : error;
    }
    if (answer) await take(config, answer, message, kept, scope);
    return 'next';
  },
});

function exchangesBody(config: CallConfig): boolean {
  return (
    (config.source !== undefined && config.source.type !== 'body') ||
    (config.target !== undefined && config.target.type !== 'body')
  );
}

/** What an answer replaces. Source: a call's answer comes in a message context of its own. */
async function take(
  config: CallConfig,
  answer: Message,
  message: Message,
  kept: Message['body'] | undefined,
  scope: Scope,
): Promise<void> {
  const { target } = config;
  if (target && target.type !== 'body') {
    await answer.body.load(scope.signal);
    const into = target.type === 'property' ? message.properties : message.variables;
    into.set(target.name, bodyValue(answer, target.type));
    if (kept) message.body = kept;
  } else {
    message.body = answer.body;
  }
  message.headers = answer.headers;
  message.axis2.clear();
  for (const [name, value] of answer.axis2) message.axis2.set(name, value);
  if (target && target.type !== 'body' && kept?.contentType !== undefined) {
    message.headers.set('Content-Type', kept.contentType);
    message.axis2.delete('messageType');
    message.axis2.delete('ContentType');
    message.axis2.delete('NO_ENTITY_BODY');
  }
  const { addressing } = message;
  for (const name of ['to', 'from', 'action', 'faultTo', 'replyTo', 'messageId', 'relatesTo'] as const) {
    addressing[name] = answer.addressing[name];
  }
  message.direction = 'response';
}

/** A SOAP fault or an error status. Source: BlockingMsgSender. */
async function refuseErrors(answer: Message, scope: Scope): Promise<void> {
  const status = Number(answer.axis2.get('HTTP_SC') ?? 200);
  if (status >= 400) throw scope.fault('CALLOUT_FAILED', { status });
  if (!/xml/i.test(answer.body.contentType ?? '')) return;
  await answer.body.load(scope.signal);
  if (isJsonBody(answer)) return;
  const fault = answer.body.payload();
  if (fault?.local === 'Fault')
    throw scope.fault('CALLOUT_FAILED', {
      soapFault: (fault.child('faultstring') ?? fault.child('Reason'))?.text.trim() ?? '',
    });
}

function blockingFault(error: unknown, scope: Scope): Fault {
  const cause = Fault.from(error);
  // An endpoint that is not ready says so with its own number; everything else has the number of a failed call.
  if (cause.code === 'REQUEST_CANCELLED' || (cause.number >= 303000 && cause.number < 310000)) return cause;
  return scope.fault('BLOCKING_CALL_FAILED', cause.detail, {
    text: `The blocking call failed: ${cause.message}`,
    number: 401001,
    cause,
    retry: cause.retry,
  });
}
