import { param, type ParametersFor } from '../../artifacts/parameters.ts';
import { withFactory } from '../connection-factories.ts';
import { defineConsumer, type ConsumerKind } from '../inbound-kind.ts';
import { consumeRabbitmq } from './inbound.ts';
import { checkServer } from './server.ts';
import type { ThrottleRules } from './throttle.ts';
import { serverParameters, topologyParameters, type ServerConfig, type TopologyConfig } from './parameters.ts';

export interface RabbitmqConfig extends ServerConfig, TopologyConfig {
  readonly queue: string;
  readonly autoAck: boolean;
  readonly prefetch: number;
  readonly sequential: boolean;
  readonly consumers: number;
  readonly consumerTag: string | undefined;
  readonly contentType: string | undefined;
  readonly replyTo: string | undefined;
  readonly maxDeadLettered: number | undefined;
  readonly errorExchange: string | undefined;
  readonly errorRoutingKey: string | undefined;
  /** Milliseconds, as the two intervals. */
  readonly requeueDelay: number;
  readonly retryInterval: number;
  readonly retryCount: number;
  readonly recoveryInterval: number;
  readonly interval: number;
  readonly throttled: boolean;
  readonly throttleMode: ThrottleRules['mode'];
  readonly throttleUnit: ThrottleRules['unit'];
  readonly throttleCount: number;
}

const parameters: ParametersFor<RabbitmqConfig> = {
  ...serverParameters,
  ...topologyParameters,
  queue: param.text('rabbitmq.queue.name', { doc: 'The queue to consume.', required: true }),
  autoAck: param.boolean('rabbitmq.queue.auto.ack', {
    doc: 'Acknowledge before the sequence runs: at most once. MI: true.',
    default: false,
  }),
  prefetch: param.integer('rabbitmq.channel.consumer.qos', {
    doc: 'Messages the broker sends ahead; 0 means 100 here, because MI takes all that wait, and 1 when throttled.',
    default: 0,
    min: 0,
    max: 65_535,
  }),
  sequential: param.boolean('sequential', {
    doc: 'One message after the other. false: as many at once as are sent ahead, in no order.',
    default: true,
  }),
  consumers: param.integer('rabbitmq.concurrent.consumer.count', {
    doc: 'Messages worked on at once on a replica; more than 1 gives up their order.',
    default: 1,
    min: 1,
    max: 1_000,
  }),
  consumerTag: param.text('rabbitmq.consumer.tag', { doc: 'What the broker calls this consumer.' }),
  contentType: param.text(['rabbitmq.message.content.type', 'rabbitmq.content.type'], {
    doc: "Content type of the messages; otherwise each message's own, else text/plain.",
  }),
  replyTo: param.text('rabbitmq.replyto.name', {
    doc: 'Where answers go when a message does not say: the name of a queue.',
  }),
  maxDeadLettered: param.integer('rabbitmq.message.max.dead.lettered.count', {
    doc: 'How often a message may be dead-lettered: afterwards it goes to the error exchange or queue, or is discarded.',
    min: 0,
  }),
  errorExchange: param.text('rabbitmq.message.error.exchange.name', { doc: 'Exchange for what failed too often.' }),
  errorRoutingKey: param.text('rabbitmq.message.error.queue.routing.key', {
    doc: 'Routing key for what failed too often; without an exchange, the name of a queue.',
  }),
  requeueDelay: param.integer('rabbitmq.message.requeue.delay', {
    doc: 'Milliseconds before a message is given back that is to come again (SET_REQUEUE_ON_ROLLBACK). MI: at once.',
    default: 1_000,
    min: 0,
  }),
  retryInterval: param.integer(['rabbitmq.connection.retry.interval', 'rabbitmq.server.retry.interval'], {
    doc: 'Longest milliseconds between two attempts to reach the broker; the first ones come sooner.',
    default: 30_000,
    min: 1,
  }),
  retryCount: param.integer('rabbitmq.connection.retry.count', {
    doc: 'Read and not used: MI gives up after so many attempts, Gantry never does.',
    default: 3,
  }),
  interval: param.integer('interval', { doc: 'Read and not used: messages are pushed.', default: 1_000 }),
  recoveryInterval: param.integer('rabbitmq.connection.factory.network.recovery.interval', {
    doc: 'Milliseconds before the first attempt to reach the broker again.',
    default: 500,
    min: 1,
  }),
  throttled: param.boolean('rabbitmq.proxy.throttle.enabled', {
    doc: 'Take no more messages than the next three say, on each replica that consumes.',
    default: false,
  }),
  throttleMode: param.oneOf('rabbitmq.proxy.throttle.mode', ['fixed_interval', 'batch'], {
    doc: 'Evenly over the unit of time; or at once, and then none until it is over.',
    default: 'fixed_interval',
  }),
  throttleUnit: param.oneOf('rabbitmq.proxy.throttle.timeUnit', ['minute', 'hour', 'day'], {
    doc: 'The unit of time.',
    default: 'minute',
  }),
  throttleCount: param.integer('rabbitmq.proxy.throttle.count', {
    doc: 'Messages in that time.',
    default: 60,
    min: 1,
  }),
};

export const rabbitmq: ConsumerKind = defineConsumer({
  name: 'rabbitmq',
  summary: 'Consumes a queue of a RabbitMQ broker.',
  notes:
    'One replica consumes, as the exclusive consumer of the queue: the broker itself refuses a second one. ' +
    'A message that is rolled back (an unhandled fault, SET_ROLLBACK_ONLY) is rejected: it goes to the dead-letter ' +
    'exchange of its queue, or is dropped by the broker when the queue has none.',
  protocols: ['rabbitmq'],
  classes: [],
  proxyTransports: ['rabbitmq'],
  delivery: 'at least once',
  acknowledged: 'Acknowledged when the sequence has finished.',
  sharing: 'They are competing consumers of the queue.',
  parameters,
  fromDeployment: (given, deployment) => withFactory('rabbitmq', 'listener', given, deployment),
  check: checkServer,
  consume: consumeRabbitmq,
});
