import type { ConfigOf } from '../../engine/ports.ts';
import type { Field } from '../../artifacts/shape/spec.ts';
import { copyMessage } from '../../engine/copy.ts';
import { Fault } from '../../errors.ts';
import { Body } from '../../message/body.ts';
import type { Message } from '../../message/message.ts';
import { attr, defineMediator, keyText, type Mediator, type Outcome, type Scope } from '../kit.ts';
import { dotted, parameter, textOf } from './parameter.ts';
import { forwarded, NotHeaders, recordHeaders } from './record-headers.ts';

/** What Avro would need: read when empty, refused when used. */
const schemaParameters = ['key', 'value'].flatMap((of) =>
  ['Schema', 'SchemaId', 'SchemaMetadata', 'SchemaSubject', 'SchemaVersion', 'SchemaSoftDeleted'].map((x) => of + x),
);

const avro: Field<undefined> = {
  place: 'child',
  type: 'text',
  doc: 'keySchema, valueSchema and their kin: left empty. Avro is not supported.',
  required: false,
  name: 'valueSchema',
  read(from) {
    for (const name of schemaParameters) {
      const [found] = from.children(name);
      if (found && !/^(false)?$/.test(found.text.trim()))
        from.problem('NOT_SUPPORTED', `<${name}> belongs to Avro, which is not supported.`, {
          on: found,
          hint: 'Send JSON or text, with StringSerializer.',
        });
    }
    return undefined;
  },
  write() {},
};

const shape = {
  configKey: attr.reference('resource', {
    doc: 'The local entry that has the connection: <kafkaTransport.init> with bootstrapServers and what it needs else.',
    required: true,
  }),
  topic: parameter({ doc: 'The topic.', required: true }),
  partitionNo: parameter({ doc: 'Number of the partition; otherwise the key decides.' }),
  key: parameter({ doc: 'Key of the record; a random one when left out, as in MI.' }),
  value: parameter({ doc: 'What is sent; otherwise the body.' }),
  contentType: parameter({ doc: 'What the body is written as, such as application/json.' }),
  forwardExistingHeaders: parameter({
    doc: 'Which transport headers become record headers: None, All, or Filtered, those that begin with kafkaHeaderPrefix.',
  }),
  kafkaHeaderPrefix: parameter({ doc: 'How the names begin of those that are passed on.' }),
  removeHeaderPrefix: parameter({ doc: 'true: in the record they are named without it.' }),
  removeFilteredAfterSend: parameter({ doc: 'true: the message goes on without them.' }),
  customHeaders: parameter({ doc: 'Record headers as JSON: [{"name": "value"}].' }),
  customHeaderExpression: parameter({ doc: 'More of them, computed.' }),
  dlqTopic: parameter({ doc: 'Read and not used: a record that is not taken is a fault.' }),
  schemas: avro,
  headers: dotted({ doc: 'Record headers, by the names of the elements.' }),
};

type PublishConfig = ConfigOf<typeof shape>;

export const publishMessages: Mediator = defineMediator({
  tag: 'kafkaTransport.publishMessages',
  summary: 'Sends the message to a topic of Kafka and goes on when the brokers have it.',
  notes:
    "The operation of MI's Kafka connector; the connector itself is not needed. The message stays as it is, and has the " +
    'properties topic, partition and offset afterwards. A record that is not taken is a fault with ERROR_CODE 700501 (no ' +
    'connection) or 700509.',
  shape,
  needsBody: true,
  faults: {
    KAFKA_NOT_PUBLISHED: 'The brokers did not take the message, or what the operation says cannot be sent.',
  },
  examples: [
    {
      title: 'Kafka is not there',
      xml: '<kafkaTransport.publishMessages configKey="Kafka"><topic>orders</topic></kafkaTransport.publishMessages>',
      given: '{"id":1}',
      then: 'fault: KAFKA_NOT_PUBLISHED',
    },
  ],
  async run(config, message, scope): Promise<Outcome> {
    const topic = textOf(config.topic, message) ?? '';
    try {
      const record = recordOf(config, message, topic);
      await scope.call(scope.library.defaultEndpoint, record);
      message.properties.set('topic', topic);
      for (const what of ['partition', 'offset'])
        message.properties.set(what, record.axis2.get(`kafka.stored.${what}`) ?? -1);
    } catch (error) {
      throw faultOf(error, topic, scope);
    }
    if (textOf(config.removeFilteredAfterSend, message)?.toLowerCase() === 'true')
      for (const { name } of forwarded(config, message)) message.headers.delete(name);
    return 'next';
  },
});

/** A message of its own, addressed to the topic by the name of the connection. */
function recordOf(config: PublishConfig, message: Message, topic: string): Message {
  const headers = recordHeaders(config, message);
  const record = copyMessage(message);
  record.headers.clear();
  for (const [name, value] of headers) record.headers.append(name, value);
  const contentType = textOf(config.contentType, message);
  const value = unquoted(textOf(config.value, message));
  if (value !== undefined) {
    record.body = Body.bytes(Buffer.from(value), contentType ?? 'text/plain');
    for (const name of ['messageType', 'ContentType']) record.axis2.delete(name);
  } else if (contentType !== undefined) record.axis2.set('messageType', contentType);
  record.axis2.set('kafka.key', unquoted(textOf(config.key, message)) ?? crypto.randomUUID());
  const partition = textOf(config.partitionNo, message);
  if (partition === undefined) record.axis2.delete('kafka.partition');
  else record.axis2.set('kafka.partition', partition);
  const connection = encodeURIComponent(keyText(config.configKey, message));
  record.addressing.to = `kafka:/${encodeURIComponent(topic)}?gantry.kafka.connection=${connection}`;
  return record;
}

/** JSON paths give texts in quotes. */
function unquoted(text: string | undefined): string | undefined {
  return text !== undefined && /^"[^]*"$/.test(text) ? text.slice(1, -1) : text;
}

/** With the numbers of MI's connector. */
function faultOf(error: unknown, topic: string, scope: Scope): Fault {
  if (error instanceof NotHeaders)
    return scope.fault('KAFKA_NOT_PUBLISHED', undefined, {
      text: `Record headers are a JSON array of objects with texts, such as [{"name": "value"}], not ${error.message.slice(0, 80)}.`,
      number: 700_102,
    });
  const cause = Fault.from(error);
  // Not Kafka's doing: the client left, or the term was lost.
  if (cause.code === 'REQUEST_CANCELLED' || cause.code === 'TERM_LOST' || cause.code === 'INTERNAL') return cause;
  return scope.fault('KAFKA_NOT_PUBLISHED', cause.detail, {
    text: `Topic ${topic}: ${cause.message}`,
    number: cause.code === 'CONNECTION_FAILED' ? 700_501 : 700_509,
    cause,
    retry: cause.retry,
  });
}
