import { param, type ParametersFor } from '../../artifacts/parameters.ts';
import type { Position, Problem } from '../../errors.ts';
import { withFactory } from '../connection-factories.ts';
import { defineConsumer, type ConsumerKind } from '../inbound-kind.ts';
import { consumeJms } from './inbound.ts';
import { jndiParameters, type JndiConfig } from './parameters.ts';
import { checkJmsTls } from './tls.ts';
import { isRefusal, providerOf } from './provider.ts';

export interface JmsConfig extends JndiConfig {
  readonly factory: string | undefined;
  readonly factoryType: 'queue' | 'topic' | undefined;
  readonly destination: string | undefined;
  readonly destinationType: 'queue' | 'topic' | undefined;
  readonly acknowledgement: 'AUTO_ACKNOWLEDGE' | 'CLIENT_ACKNOWLEDGE' | 'DUPS_OK_ACKNOWLEDGE' | 'SESSION_TRANSACTED';
  readonly transacted: boolean;
  readonly durable: boolean;
  readonly shared: boolean;
  readonly clientId: string | undefined;
  readonly subscription: string | undefined;
  readonly selector: string | undefined;
  readonly contentType: string | undefined;
  readonly contentTypeProperty: string | undefined;
  readonly replyDestination: string | undefined;
  readonly replyDestinationType: 'queue' | 'topic' | undefined;
  readonly consumers: number;
  readonly prefetch: number;
  readonly sequential: boolean;
  readonly redeliveries: number | undefined;
  /** Milliseconds, as the rest of them. */
  readonly redeliveryDelay: number | undefined;
  readonly retryDuration: number;
  readonly retriesBeforeSuspension: number;
  readonly suspension: number;
  readonly hyphens: 'none' | 'replace' | 'delete';
  readonly specVersion: string;
  readonly cacheLevel: string | undefined;
  readonly receiveTimeout: number;
  readonly interval: number;
  readonly noLocal: boolean;
  readonly resetOnSuspension: boolean;
}

const types = ['queue', 'topic'] as const;

const parameters: ParametersFor<JmsConfig> = {
  ...jndiParameters,
  factory: param.text('transport.jms.ConnectionFactory', {
    doc: 'Name of a connection factory of deployment.toml ([[transport.jms.listener]]).',
  }),
  factoryType: param.oneOf('transport.jms.ConnectionFactoryType', types, {
    doc: 'The type of the destination, where that is not said.',
  }),
  destination: param.text('transport.jms.Destination', {
    doc: "The queue or topic; the artifact's name when it is not given.",
  }),
  destinationType: param.oneOf('transport.jms.DestinationType', types, { doc: 'What the destination is.' }),
  acknowledgement: param.oneOf(
    'transport.jms.SessionAcknowledgement',
    ['AUTO_ACKNOWLEDGE', 'CLIENT_ACKNOWLEDGE', 'DUPS_OK_ACKNOWLEDGE', 'SESSION_TRANSACTED'],
    {
      doc: 'Whatever is said, a message is acknowledged when its sequence has finished, and comes again when it failed.',
      default: 'AUTO_ACKNOWLEDGE',
    },
  ),
  transacted: param.boolean('transport.jms.SessionTransacted', {
    doc: 'The same: a transaction of one message is what an acknowledgement after the sequence is.',
    default: false,
  }),
  durable: param.boolean('transport.jms.SubscriptionDurable', {
    doc: 'The topic keeps messages while nobody subscribes.',
    default: false,
  }),
  shared: param.boolean('transport.jms.SharedSubscription', {
    doc: 'Several subscribers share the messages of a topic. ActiveMQ Classic cannot.',
    default: false,
  }),
  clientId: param.text('transport.jms.DurableSubscriberClientID', { doc: 'To whom a durable subscription belongs.' }),
  subscription: param.text('transport.jms.DurableSubscriberName', {
    doc: 'Name of a durable or shared subscription; artifact and destination when it is not given.',
  }),
  selector: param.text('transport.jms.MessageSelector', { doc: "Takes only messages that fit: color = 'red'." }),
  contentType: param.text('transport.jms.ContentType', {
    doc: "Content type of the messages, or MI's <rules>; otherwise text is text/plain and bytes are application/octet-stream.",
  }),
  contentTypeProperty: param.text('transport.jms.ContentTypeProperty', {
    doc: 'The message property that says the content type.',
  }),
  replyDestination: param.text('transport.jms.ReplyDestination', {
    doc: 'Where answers go when a message does not say (JMSReplyTo).',
  }),
  replyDestinationType: param.oneOf('transport.jms.ReplyDestinationType', types, { doc: 'What that is.' }),
  consumers: param.integer('transport.jms.ConcurrentConsumers', {
    doc: 'Messages worked on at once on a replica; more than 1 gives up their order.',
    default: 1,
    min: 1,
    max: 500,
  }),
  prefetch: param.integer('gantry.jms.prefetch', {
    doc: 'Messages the broker sends ahead.',
    default: 100,
    min: 1,
    max: 1_000,
  }),
  sequential: param.boolean('sequential', {
    doc: 'One message after the other. false: as many at once as are sent ahead, in no order.',
    default: true,
  }),
  redeliveries: param.integer('gantry.jms.max.redeliveries', {
    doc:
      'How often a failed message comes again before it goes to the dead-letter queue; -1: for ever. Not given: what ' +
      'jms.redeliveryPolicy.maximumRedeliveries of the provider URL says, else the broker (Artemis: 10), 6 on Classic.',
    min: -1,
  }),
  redeliveryDelay: param.integer('gantry.jms.redelivery.delay', {
    doc:
      'Milliseconds before a failed message is given back. Not given: jms.redeliveryPolicy.initialRedeliveryDelay of ' +
      'the provider URL, else 1000.',
    min: 0,
  }),
  retryDuration: param.integer(['transport.jms.retry.duration', 'transport.jms.ReconnectInterval'], {
    doc: 'Longest milliseconds between two attempts to reach the broker; the first ones come sooner.',
    default: 30_000,
    min: 1,
  }),
  retriesBeforeSuspension: param.integer('transport.jms.RetriesBeforeSuspension', {
    doc: 'After so many failed messages in a row none is taken for a while; 0: never.',
    default: 0,
    min: 0,
  }),
  suspension: param.integer('transport.jms.PollingSuspensionPeriod', {
    doc: 'Milliseconds of that while.',
    default: 60_000,
    min: 0,
  }),
  hyphens: param.oneOf('transport.jms.MessagePropertyHyphens', ['none', 'replace', 'delete'], {
    doc: 'What becomes of hyphens in the names of properties of an answer: _HYPHEN_, or nothing.',
    default: 'none',
  }),
  specVersion: param.text('transport.jms.JMSSpecVersion', { doc: 'Read and not used.', default: '1.1' }),
  cacheLevel: param.text('transport.jms.CacheLevel', { doc: 'Read and not used: connections are kept.' }),
  receiveTimeout: param.integer('transport.jms.ReceiveTimeout', {
    doc: 'Read and not used: messages are pushed.',
    default: 1,
  }),
  interval: param.integer('interval', { doc: 'Read and not used: messages are pushed.', default: 1_000 }),
  noLocal: param.boolean('transport.jms.PubSubNoLocal', {
    doc: 'Read and not used: consumers have connections of their own.',
    default: false,
  }),
  resetOnSuspension: param.boolean('transport.jms.ResetConnectionOnPollingSuspension', {
    doc: 'Read and not used: a dead connection is noticed by itself.',
    default: false,
  }),
};

export const jms: ConsumerKind = defineConsumer({
  name: 'jms',
  summary: 'Consumes a queue or subscribes to a topic of a JMS broker, by AMQP 1.0.',
  notes:
    'JMS is an interface of Java; what goes over the wire here is AMQP 1.0, which ActiveMQ Artemis and ActiveMQ Classic ' +
    'speak beside their own protocols. A message that is rolled back (an unhandled fault, SET_ROLLBACK_ONLY) is given ' +
    "back and comes again, until it goes to the broker's dead-letter queue.",
  protocols: ['jms'],
  classes: [],
  proxyTransports: ['jms'],
  delivery: 'at least once',
  acknowledged: 'Settled when the sequence has finished.',
  sharing: 'They are competing consumers of the queue, or share one subscription of the topic (not on Classic).',
  parameters,
  fromDeployment: (given, deployment) => withFactory('jms', 'listener', given, deployment),
  check: checkJms,
  consume: consumeJms,
});

function checkJms(config: JmsConfig, at: Position): readonly Problem[] {
  const provider = providerOf(config);
  if (isRefusal(provider)) return [{ code: 'UNSUPPORTED_JMS_PROVIDER', level: 'error', at, ...provider }];
  return provider.places.some(({ tls }) => tls) ? checkJmsTls(config, at) : [];
}
