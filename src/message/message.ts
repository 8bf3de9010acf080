import { Body } from './body.ts';
import { emptyEnvironment, type Environment } from './environment.ts';
import { Headers } from './headers.ts';
import type { JsonValue } from './json.ts';
import type { XmlElement, XmlNode } from './xml/tree.ts';

/** What a property or variable may hold. A JSON variable holds { json }, so that a string stays a string. */
export type Value =
  string | number | bigint | boolean | null | XmlElement | readonly XmlNode[] | JsonHolder | Uint8Array;

/** A parsed JSON document kept as a value; wrapped, because JSON strings and plain strings differ to expressions. */
export class JsonHolder {
  readonly json: JsonValue;
  constructor(json: JsonValue) {
    this.json = json;
  }
}

/** The version of the SOAP envelope a body is wrapped in; 'none' for plain XML ("pox"), JSON, text, binary. */
export type Envelope = 'soap11' | 'soap12' | 'none';

/** WS-Addressing and SOAP headers that Synapse lets `header name="To"` and friends reach. */
export interface Addressing {
  to?: string | undefined;
  from?: string | undefined;
  action?: string | undefined;
  faultTo?: string | undefined;
  replyTo?: string | undefined;
  messageId?: string | undefined;
  relatesTo?: string | undefined;
}

/** The request line a message came by; empty strings when it did not come by HTTP. */
export interface RequestLine {
  readonly method: string;
  /** Path and query as received. */
  readonly target: string;
  readonly protocol: 'http' | 'https' | 'local' | 'other';
  /** '1.0' or '1.1'. */
  readonly version: string;
  readonly remoteAddress: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /**
   * The SOAP version the client speaks: text/xml with a SOAPAction, or application/soap+xml. Absent for everything else
   * ("REST"). Source: Synapse ServerWorker, MessageContext.isDoingREST.
   */
  readonly soap?: 'soap11' | 'soap12' | undefined;
}

/** Unites request and response of one conversation; survives from one to the other. */
export interface Conversation {
  readonly id: string;
  /** The `operation` property scope. */
  readonly operation: Map<string, Value>;
  /** Set when a stateful artifact began the conversation: senders and stores check it before every effect outside. */
  readonly fence?: Fence;
}

/** What a holder's work carries, so that a holder that lost its term can do no harm. */
export interface Fence {
  /** Throws Fault TERM_LOST when the term is over. */
  assert(): void;
  /** The fencing token; sent as X-Fencing-Token. */
  readonly token: number;
  /** Names this very run or message, whoever repeats it; sent as Idempotency-Key. */
  readonly key: string;
  /** "task/nightly": whose token it is. A store compares tokens of one artifact; without it, none. */
  readonly artifact?: string;
}

export interface MessageOptions {
  readonly direction?: 'request' | 'response';
  readonly body?: Body;
  readonly headers?: Headers;
  readonly environment?: Environment;
  readonly conversation?: Conversation;
  readonly request?: RequestLine;
}

let counter = 0;

/** What travels: one request or one response, with its property scopes. Source: Synapse MessageContext. */
export class Message {
  #id: string | undefined;
  direction: 'request' | 'response';
  body: Body;
  /** The `transport` scope. */
  headers: Headers;
  /** The `default` (synapse) scope. */
  readonly properties: Map<string, Value> = new Map();
  /** The `axis2` scope: messageType, HTTP_SC, REST_URL_POSTFIX, ... */
  readonly axis2: Map<string, Value> = new Map();
  /** The `axis2-client` scope. */
  readonly axis2Client: Map<string, Value> = new Map();
  readonly variables: Map<string, Value> = new Map();
  readonly addressing: Addressing = {};
  readonly conversation: Conversation;
  readonly environment: Environment;
  readonly request: RequestLine | undefined;
  /** Parameters of the templates being run, innermost last: `$func:x`, `${params.functionParams.x}`. */
  readonly templateParameters: ReadonlyMap<string, Value>[] = [];

  constructor(options: MessageOptions = {}) {
    this.direction = options.direction ?? 'request';
    this.body = options.body ?? Body.empty();
    this.headers = options.headers ?? new Headers();
    this.environment = options.environment ?? emptyEnvironment;
    this.conversation = options.conversation ?? { id: String(++counter), operation: new Map() };
    this.request = options.request;
  }

  /** urn:uuid:..., made when it is first asked for: most messages are never named. */
  get id(): string {
    return (this.#id ??= `urn:uuid:${crypto.randomUUID()}`);
  }

  /** The answer to this message: same conversation, environment, properties and variables; its own headers and body. */
  reply(body: Body, headers: Headers): Message {
    const reply = new Message({
      direction: 'response',
      body,
      headers,
      environment: this.environment,
      conversation: this.conversation,
      ...(this.request ? { request: this.request } : {}),
    });
    for (const [name, value] of this.properties) reply.properties.set(name, value);
    for (const [name, value] of this.variables) reply.variables.set(name, value);
    return reply;
  }
}
