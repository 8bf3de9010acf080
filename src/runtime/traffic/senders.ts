import type { Project } from '../../artifacts/model.ts';
import type { Sender } from '../../engine/ports.ts';
import { createFileSender } from '../../transports/file/sender.ts';
import { createHttpSender } from '../../transports/http/sender.ts';
import { createKafkaSender } from '../../transports/kafka/sender.ts';
import { createMailSender } from '../../transports/mail/sender.ts';
import { readMailSettings } from '../../transports/mail/settings.ts';
import { createJmsSender } from '../../transports/jms/sender.ts';
import { createMqttSender } from '../../transports/mqtt/sender.ts';
import { createRabbitmqSender } from '../../transports/rabbitmq/sender.ts';
import { connectionsOf } from './connections.ts';
import { outgoingTls } from './outgoing-tls.ts';

/**
 * Everything that sends, by the schemes of addresses. A line here is all that a new protocol needs. `paths`: where the
 * project lies.
 */
export function createSenders(
  { deployment, artifacts }: Pick<Project, 'deployment' | 'artifacts'>,
  paths: readonly string[] = [],
): readonly Sender[] {
  const tls = outgoingTls({ deployment }, paths);
  return [
    createHttpSender({ tls }),
    createJmsSender(deployment),
    createKafkaSender(connectionsOf(artifacts).kafka),
    createMqttSender(),
    createRabbitmqSender(deployment),
    createFileSender(),
    createMailSender(readMailSettings(deployment), tls),
  ];
}
