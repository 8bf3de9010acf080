import { param, type ParametersFor } from '../../artifacts/parameters.ts';
import { checkTls, tlsOptions, type TlsConfig } from '../http/tls.ts';
import { defineListener, type ListenerKind } from '../listener-kind.ts';
import { openWebSocket } from './inbound.ts';

/** Source: MI InboundWebsocketConstants. */
export interface WebSocketConfig {
  readonly port: number;
  /**
   * Who gets what a flow answers, among the clients of this replica:
   * - 0: the client whose message it was
   * - 1: all that connected with the same path
   * - 2: all of those but that client
   */
  readonly broadcast: '0' | '1' | '2';
  readonly outflow: string | undefined;
  readonly outflowFault: string | undefined;
  readonly contentType: string;
  readonly subprotocols: readonly string[];
  readonly pingSeconds: number;
  readonly largest: number;
  readonly pattern: RegExp | undefined;
  readonly dispatchesToApis: boolean;
  readonly portOffset: string | undefined;
  readonly customDispatch: string | undefined;
  readonly bossThreads: string | undefined;
  readonly workerThreads: string | undefined;
  readonly subprotocolHandler: string | undefined;
  readonly pipelineHandler: string | undefined;
}

const threads = { doc: 'Accepted: there are no threads to count.' };

const parameters: ParametersFor<WebSocketConfig> = {
  port: param.integer(['inbound.ws.port', 'inbound.http.port'], {
    doc: 'The port to listen on.',
    required: true,
    min: 0,
    max: 65_535,
  }),
  broadcast: param.oneOf('ws.client.side.broadcast.level', ['0', '1', '2'], {
    doc: 'Who gets an answer: 0 the client that asked, 1 all that connected with its path to this replica, 2 those without it.',
    default: '0',
  }),
  outflow: param.text('ws.outflow.dispatch.sequence', { doc: 'The sequence that answers go through.' }),
  outflowFault: param.text('ws.outflow.dispatch.fault.sequence', {
    doc: 'The sequence that takes over when that fails.',
  }),
  contentType: param.text('ws.default.content.type', {
    doc: 'Of text messages.',
    default: 'text/plain',
  }),
  subprotocols: param.list('ws.subprotocols', {
    doc: 'Subprotocols that are agreed to: the first that the client offers too. Ours.',
  }),
  pingSeconds: param.integer('ws.ping.interval', {
    doc: 'Seconds between two signs of life; a client that misses one is cut off. Ours; 0: none.',
    default: 30,
    min: 0,
  }),
  largest: param.integer('ws.max.message.size', {
    doc: 'Bytes of one message; a larger one ends its connection with 1009. Ours.',
    default: 16 * 1024 * 1024,
    min: 1,
  }),
  pattern: param.regex('dispatch.filter.pattern', {
    doc: 'httpws and httpswss: paths of plain requests that go to APIs and proxies.',
  }),
  dispatchesToApis: param.boolean('api.dispatching.enabled', {
    doc: 'httpws and httpswss: APIs that are bound to this inbound endpoint are asked before the sequence.',
    default: true,
  }),
  portOffset: param.text('ws.use.port.offset', { doc: 'Accepted: there is no port offset.' }),
  customDispatch: param.text('dispatch.custom.sequence', { doc: 'Read and not used.' }),
  bossThreads: param.text('ws.boss.thread.pool.size', threads),
  workerThreads: param.text('ws.worker.thread.pool.size', threads),
  subprotocolHandler: param.text('ws.subprotocol.handler.class', { doc: 'Read and not used: a Java class.' }),
  pipelineHandler: param.text('ws.pipeline.handler.class', { doc: 'Read and not used: a Java class.' }),
};

const notes =
  'As in MI, a connection begins with a message of its own, without a body, whose property ' +
  'websocket.source.handshake.present is true: a sequence that has nothing to do with it drops it. ' +
  'Messages of one connection are processed one after the other. A replica that stops closes with 1001. ' +
  "A subprotocol synapse(contentType='...') is refused: RFC 6455 allows none with such characters.";

export const webSocket: ListenerKind<ParametersFor<WebSocketConfig>> = defineListener({
  name: 'ws',
  summary: 'Takes the messages of WebSocket clients.',
  notes,
  protocols: ['ws', 'httpws'],
  parameters,
  portOf: ({ port }) => port,
  open: (config, parts) => openWebSocket(config, parts, undefined),
});

/** Source: MI InboundWebsocketConstants; the files are named one by one. */
interface SecureConfig extends WebSocketConfig {
  readonly keyStoreFile: string | undefined;
  readonly keyStorePassword: string | undefined;
  readonly keyPassword: string | undefined;
  readonly trustStoreFile: string | undefined;
  readonly trustStorePassword: string | undefined;
  readonly protocols: readonly string[];
  readonly ciphers: readonly string[];
  readonly keystore: string | undefined;
  readonly truststore: string | undefined;
  readonly clients: TlsConfig['clients'];
}

export const webSocketSecure: ListenerKind<ParametersFor<SecureConfig>> = defineListener({
  name: 'wss',
  summary: 'Takes the messages of WebSocket clients over TLS.',
  notes,
  protocols: ['wss', 'httpswss'],
  parameters: {
    ...parameters,
    keyStoreFile: param.text('wss.ssl.key.store.file', {
      doc: 'File (JKS, PKCS12 or PEM) with what the listener shows.',
    }),
    keyStorePassword: param.text('wss.ssl.key.store.pass', { doc: 'Of that file.', secret: true }),
    keyPassword: param.text('wss.ssl.cert.pass', { doc: 'Of the key in it.', secret: true }),
    trustStoreFile: param.text('wss.ssl.trust.store.file', {
      doc: 'File (JKS, PKCS12 or PEM): who may sign the certificates of clients.',
    }),
    trustStorePassword: param.text('wss.ssl.trust.store.pass', { doc: 'Of that file.', secret: true }),
    protocols: param.list(['wss.ssl.protocols', 'HttpsProtocols'], { doc: 'TLSv1.2, TLSv1.3.' }),
    ciphers: param.list(['wss.ssl.cipher.suites', 'PreferredCiphers'], { doc: 'Cipher suites.' }),
    keystore: param.text('keystore', { doc: 'httpswss: as for https.', secret: true }),
    truststore: param.text('truststore', { doc: 'httpswss: as for https.', secret: true }),
    clients: param.oneOf('SSLVerifyClient', ['none', 'optional', 'require'], {
      doc: 'Whether a client shows a certificate.',
      default: 'none',
    }),
  },
  portOf: ({ port }) => port,
  check: (config, at) => checkTls(tlsOf(config), at),
  open: async (config, parts) => openWebSocket(config, parts, await tlsOptions(tlsOf(config), parts.locate)),
});

function tlsOf(config: SecureConfig): TlsConfig {
  const { keyStoreFile, keyStorePassword, keyPassword, trustStoreFile, trustStorePassword } = config;
  return {
    ...config,
    keystore:
      config.keystore ?? storeXml({ Location: keyStoreFile, Password: keyStorePassword, KeyPassword: keyPassword }),
    truststore:
      config.truststore ??
      (trustStoreFile === undefined ? undefined : storeXml({ Location: trustStoreFile, Password: trustStorePassword })),
  };
}

/** The same in the words of HTTPS. */
function storeXml(parts: Readonly<Record<string, string | undefined>>): string {
  const escape = (text: string): string => text.replace(/[<&]/g, (c) => (c === '<' ? '&lt;' : '&amp;'));
  const children = Object.entries(parts).flatMap(([name, text]) =>
    text === undefined ? [] : [`<${name}>${escape(text)}</${name}>`],
  );
  return `<Store>${children.join('')}</Store>`;
}
