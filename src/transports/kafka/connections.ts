import type { Problem, Position } from '../../errors.ts';
import type { XmlElement } from '../../message/xml/tree.ts';
import { readShape } from '../../artifacts/parameters.ts';
import { senderParameters } from './sender.ts';
import { checkServer } from './server.ts';

/** Connections by name, each by the parameters of Kafka's own producer. */
export type KafkaConnections = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** The element of a local entry that is a connection of MI's Kafka connector. Source: esb-connector-kafka init.xml. */
export const connectionTag = 'kafkaTransport.init';

/** Whose name is not only written differently: they take milliseconds, and Kafka says so. */
const milliseconds: Readonly<Record<string, string>> = {
  requestTimeout: 'request.timeout.ms',
  deliveryTimeout: 'delivery.timeout.ms',
};

/** What the connector's Java client has, and this one does not need. */
const withoutMeaning = new Set(
  (
    'name connectionType bufferMemory retries batchSize connectionsMaxIdleTime lingerTime maxBlockTime maxRequestSize ' +
    'receiveBufferBytes sendBufferBytes sslEnabledProtocols sslProtocol sslProvider sslCipherSuites ' +
    'sslKeymanagerAlgorithm sslTrustmanagerAlgorithm sslSecureRandomImplementation timeout blockOnBufferFull ' +
    'maxInFlightRequestsPerConnection metadataFetchTimeout metadataMaxAge metricReporters metricsNumSamples ' +
    'metricsSampleWindow reconnectBackoff reconnectBackoffMax retryBackoff messageSendMaxRetries partitionerClass ' +
    'poolingEnabled maxPoolSize maxActiveConnections maxIdleConnections maxWaitTime minEvictionTime ' +
    'evictionCheckInterval exhaustedAction keySerializerClass valueSerializerClass sendCallbackHandlerClass'
  ).split(' '),
);

const plainSerializers = /(^|\.)(String|ByteArray|ByteBuffer|Bytes)Serializer$/;

export interface ConnectionRead {
  readonly parameters: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
}

/** bootstrapServers is bootstrap.servers, sslKeystoreLocation is ssl.keystore.location, and so on. */
export function readConnection(init: XmlElement, name: string, at: Position): ConnectionRead {
  const problems: Problem[] = [];
  const given = init.elements().flatMap((element) => {
    const text = element.text.trim();
    return text === '' ? [] : [{ element, name: element.local, text }];
  });
  for (const one of given)
    if (/^(key|value)SerializerClass$/.test(one.name) && !plainSerializers.test(one.text))
      problems.push({
        code: 'BAD_PARAMETER',
        level: 'error',
        at: { ...at, line: one.element.line, column: one.element.column },
        text: `${one.name} ${one.text} is not supported.`,
        hint: 'StringSerializer and ByteArraySerializer are: a message is written by its content type.',
      });
  const parameters = new Map(
    given
      .filter((one) => !withoutMeaning.has(one.name))
      .map((one) => [milliseconds[one.name] ?? one.name.replace(/[A-Z]/g, (c) => `.${c.toLowerCase()}`), one.text]),
  );
  const read = readShape(senderParameters, parameters, {
    what: `The Kafka connection ${name}`,
    at,
    check: (config) => checkServer(config, at),
  });
  return { parameters, problems: [...problems, ...read.problems] };
}
