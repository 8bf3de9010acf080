import type { ParametersFor } from '../../artifacts/parameters.ts';
import { withFactory } from '../connection-factories.ts';
import { defineConsumer, type ConsumerKind } from '../inbound-kind.ts';
import { consumeMqtt } from './inbound.ts';
import { serverParameters, subscriptionParameters, type ServerConfig, type SubscriptionConfig } from './parameters.ts';
import { checkServer } from './server.ts';

export interface MqttConfig extends ServerConfig, SubscriptionConfig {}

const parameters: ParametersFor<MqttConfig> = { ...serverParameters, ...subscriptionParameters };

export const mqtt: ConsumerKind = defineConsumer({
  name: 'mqtt',
  summary: 'Subscribes to a topic of an MQTT broker, 3.1.1 or 5.',
  notes:
    'One replica subscribes, with a session that the broker keeps: what comes while no replica is connected waits there. ' +
    'The next holder takes the session over, and the broker itself throws out the one before. ' +
    'MQTT has no word for "not processed": a message that fails is tried as often as failure.retry.count says, and then ' +
    'goes to gantry.mqtt.dlq.topic or into the log.',
  protocols: ['mqtt'],
  classes: [],
  proxyTransports: ['mqtt'],
  delivery: 'at least once',
  acknowledged: 'QoS 1 and 2: acknowledged when the sequence has finished. QoS 0 is at most once.',
  sharing:
    'They share a subscription of the broker ($share) by lanes: sessions that the broker keeps, each held by one replica ' +
    'and taken over by another when that one is killed. With QoS 0, with mqtt.session.clean=true, or without an arbiter each ' +
    'replica has a session of its own that ends with its connection; what the broker has set aside for one that is killed ' +
    'it may lose then.',
  lanes: ({ qos, clean, lanes }) => (qos === 0 || clean ? undefined : lanes),
  parameters,
  fromDeployment: (given, deployment) => withFactory('mqtt', 'listener', given, deployment),
  check: checkServer,
  consume: consumeMqtt,
});
