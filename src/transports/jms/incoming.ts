import type { Message as AmqpMessage } from 'rhea';
import type { Term } from '../../engine/ports.ts';
import type { Environment } from '../../message/environment.ts';
import { Headers } from '../../message/headers.ts';
import type { Message } from '../../message/message.ts';
import { inboundMessage } from '../inbound-message.ts';
import { bodyOf, scalarText } from './body.ts';
import type { ContentTypeOf } from './content-type.ts';

export interface Incoming {
  /** Of the inbound endpoint or proxy. */
  readonly name: string;
  readonly environment: Environment;
  /** transport.jms.ContentType */
  readonly contentType?: ContentTypeOf;
  /** The message property that says the content type. */
  readonly contentTypeProperty?: string | undefined;
  readonly destination: string;
}

/**
 * A JMS message as a flow sees it: its properties and the JMS headers, by MI's names, are transport headers.
 * Source: Axis2 JMSUtils.getTransportHeaders, ContentTypeRuleFactory.
 */
export function messageOf(received: AmqpMessage, to: Incoming, term?: Term): Message {
  const properties = (received.application_properties ?? {}) as Readonly<Record<string, unknown>>;
  const said = to.contentTypeProperty === undefined ? undefined : properties[to.contentTypeProperty];
  const contentType =
    to.contentType?.(received) ?? (typeof said === 'string' ? said : undefined) ?? contentTypeOf(received, properties);
  const headers = headersOf(received, properties, to.destination);
  const id = textOf(received.message_id) ?? crypto.randomUUID();
  const message = inboundMessage({
    name: to.name,
    term,
    id: `${to.name}/${id}`,
    body: bodyOf(received.body, contentType),
    headers,
    environment: to.environment,
  });
  message.properties.set('jms.message.delivery.count', String((received.delivery_count ?? 0) + 1));
  message.axis2.set('JMS_MESSAGE_TYPE', typeof received.body === 'string' ? 'JMS_TEXT_MESSAGE' : 'JMS_BYTE_MESSAGE');
  const correlated = textOf(received.correlation_id) ?? headers.get('JMS_MESSAGE_ID');
  if (correlated !== undefined) message.axis2.set('JMS_COORELATION_ID', correlated);
  const action = properties['SOAPAction'];
  if (typeof action === 'string') message.addressing.action = action;
  return message;
}

/** A JMS client has no content type; our own sender and others that speak AMQP set it. */
function contentTypeOf(received: AmqpMessage, properties: Readonly<Record<string, unknown>>): string | undefined {
  const named = properties['contentType'] ?? properties['Content_Type'];
  return typeof named === 'string' ? named : (received.content_type ?? undefined);
}

/** The names with MI's spelling. */
function headersOf(received: AmqpMessage, properties: Readonly<Record<string, unknown>>, destination: string): Headers {
  const headers = new Headers();
  const set = (name: string, value: unknown): void => {
    if (value !== undefined && value !== null) headers.set(name, scalarText(value));
  };
  set('JMS_MESSAGE_ID', textOf(received.message_id));
  set('JMS_COORELATION_ID', textOf(received.correlation_id));
  set('JMS_DESTINATION', destination);
  set('JMS_DELIVERY_MODE', received.durable ? '2' : '1');
  set('JMS_PRIORITY', String(received.priority ?? 4));
  set('JMS_REDELIVERED', String((received.delivery_count ?? 0) > 0));
  set('JMS_TIMESTAMP', String(received.creation_time?.valueOf() ?? 0));
  set('JMS_EXPIRATION', String(received.absolute_expiry_time?.valueOf() ?? 0));
  set('JMS_REPLY_TO', received.reply_to);
  set('JMS_TYPE', received.subject);
  for (const [name, value] of Object.entries(properties)) set(name, value);
  return headers;
}

function textOf(id: unknown): string | undefined {
  return id === undefined || id === null ? undefined : scalarText(id);
}
