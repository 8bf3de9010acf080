import type { FaultOptions, Fault } from '../errors.ts';
import type { ElementSpec, ConfigOf, EndpointConfig, Shape, Steps } from '../artifacts/shape/spec.ts';
import type { Logger } from '../log.ts';
import type { Message } from '../message/message.ts';

/**
 * What a step says happened:
 * - next: go on with the next step
 * - respond: the message goes back to the client; the flow ends
 * - loopback: the message goes on in the out flow; the flow ends
 * - drop: the message ends here; the flow ends
 * - end: the flow ends here, nothing more to do (a handler did it all)
 */
export type Outcome = 'next' | 'respond' | 'loopback' | 'drop' | 'end';

/** An example in a spec: run as a test and printed on the reference page. */
export interface Example {
  readonly title: string;
  readonly xml: string;
  /** The body given: text starting with < is XML, with { or [ is JSON. Or a whole message. */
  readonly given?: string | ExampleMessage;
  /** "next", "next: <body>", "respond: <body>", "fault: CODE", "drop". Or what to expect of the message. */
  readonly then: string | ExampleResult;
}

export interface ExampleMessage {
  readonly body?: string;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly properties?: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
}

export interface ExampleResult {
  readonly outcome?: Outcome | `fault: ${string}`;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly properties?: Readonly<Record<string, string>>;
  readonly axis2?: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
}

/** A step of a flow, described once. `C` is the typed config its shape (or codec) reads. */
export interface Mediator<C = unknown> extends ElementSpec<C> {
  /** Codes only this mediator faults with, and what they mean. */
  readonly faults?: Readonly<Record<string, string>>;
  readonly examples: readonly Example[];
  /** True when running it reads the body whatever its expressions say. Expressions in the config are seen by themselves. */
  readonly needsBody?: boolean | ((config: C) => boolean);
  /** Returns an outcome directly when nothing is awaited; the engine awaits only promises. Throws Fault. */
  run(config: C, message: Message, scope: Scope): Outcome | Promise<Outcome>;
}

export type { ConfigOf, Shape };

/** What a running step may use. One per flow run. */
export interface Scope {
  /** Aborted when the exchange is over or the replica must stop. */
  readonly signal: AbortSignal;
  /** Named after the mediator that logs; carries {api:Name} or {proxy:Name}. */
  readonly log: Logger;
  readonly exchange: Exchange;
  readonly library: Library;
  /** Runs a branch of this step. */
  run(steps: Steps, message: Message): Outcome | Promise<Outcome>;
  /** Runs a named sequence, with its own onError. Faults SEQUENCE_NOT_FOUND. */
  runSequence(key: string, message: Message): Outcome | Promise<Outcome>;
  /** Runs a sequence template with these parameters; `onError` takes the faults that its own onError does not. */
  runTemplate(
    name: string,
    parameters: ReadonlyMap<string, unknown>,
    message: Message,
    onError?: string,
  ): Outcome | Promise<Outcome>;
  /** Sends and waits: the answer, or undefined when there is none to wait for (OUT_ONLY, one-way transports). */
  call(endpoint: Endpoint, message: Message): Promise<Message | undefined>;
  /** Sends and returns at once; the answer goes on in `receive`, else in the out flow of the exchange. */
  send(endpoint: Endpoint, message: Message, receive?: string): void;
  /** A fault of this mediator's own list or of the catalogue. */
  fault(code: string, detail?: FaultOptions['detail'], options?: FaultOptions): Fault;
}

/** One conversation with whoever sent the first message. A timer's or poller's exchange cannot answer. */
export interface Exchange {
  /** "api Orders", "proxy Quote", "task nightly": begins the trail of a fault. */
  readonly origin: string;
  readonly canRespond: boolean;
  readonly responded: boolean;
  /** Sends the answer back; later calls do nothing and return false. */
  respond(message: Message): Promise<boolean>;
  /** Work that goes on after the in flow has ended, awaited before the exchange is over. */
  track(work: Promise<unknown>): void;
}

/** Things by name, as a flow finds them. Keys may also be registry keys (conf:..., gov:...) and local entries. */
export interface Library {
  sequence(key: string): CompiledSequence | undefined;
  template(name: string): CompiledTemplate | undefined;
  endpoint(key: string): Endpoint | undefined;
  /** An endpoint template. Absent in libraries that have none. */
  endpointTemplate?(name: string): EndpointTemplate | undefined;
  /** The endpoint written in place; one object per place, so that its suspension lasts. */
  inlineEndpoint(config: EndpointConfig): Endpoint;
  /** Sends to message.addressing.to. */
  readonly defaultEndpoint: Endpoint;
  store(name: string): MessageStore | undefined;
}

export interface CompiledSequence {
  readonly name: string;
  readonly steps: Steps;
  readonly onError: string | undefined;
}

export interface TemplateParameter {
  readonly name: string;
  readonly mandatory: boolean;
  readonly defaultValue: string | undefined;
}

export interface CompiledTemplate extends CompiledSequence {
  readonly parameters: readonly TemplateParameter[];
}

/** An endpoint with $parameters in it, not filled in yet. */
export interface EndpointTemplate {
  readonly name: string;
  readonly parameters: readonly TemplateParameter[];
  readonly endpoint: EndpointConfig;
}

// ---------------------------------------------------------------------------- endpoints and transports

export type EndpointState = 'active' | 'timeout' | 'suspended' | 'off';

/** Where a flow sends. Groups (failover, loadbalance) choose among children. */
export interface Endpoint {
  readonly name: string;
  readonly kind: string;
  readonly children: readonly Endpoint[];
  readonly state: EndpointState;
  /** False while suspended and its time has not come. */
  readonly ready: boolean;
  /** The answer, or undefined when none is to come. Throws Fault with Synapse's numbers. */
  send(message: Message, context: SendContext): Promise<Message | undefined>;
  switchOff(): void;
  switchOn(): void;
}

export interface SendContext {
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly library: Library;
}

/** What an endpoint gives a transport: everything decided, nothing left to look up. */
export interface Outgoing {
  readonly url: URL;
  readonly message: Message;
  /** http method when the endpoint or HTTP_METHOD fixes it. */
  readonly method: string | undefined;
  /** How the body is to be written: soap11, soap12, pox, get, rest; undefined leaves it as it is. */
  readonly format: 'soap11' | 'soap12' | 'pox' | 'get' | 'rest' | undefined;
  /** Milliseconds for the whole answer head; undefined for the global time-out. */
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal;
}

/** One protocol, outgoing. */
export interface Sender {
  /** URL schemes without colon: ["http", "https"]. */
  readonly schemes: readonly string[];
  send(outgoing: Outgoing): Promise<Message | undefined>;
  close(): Promise<void>;
}

// ---------------------------------------------------------------------------- stores

/** A message as it waits in a store: everything a processor needs to send it later. JSON-safe but for the body. */
export interface StoredMessage {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly storedAt: number;
  readonly contentType: string | undefined;
  readonly body: Uint8Array;
  readonly headers: readonly (readonly [string, string])[];
  readonly properties: Readonly<Record<string, string | number | boolean>>;
  readonly axis2: Readonly<Record<string, string | number | boolean>>;
  readonly addressing: Readonly<Record<string, string>>;
}

/**
 * Who acts on a store, when it is a stateful artifact. Tokens of one artifact rise; those of two say nothing of each
 * other, so a store compares a token with those of the same artifact only.
 */
export type Holder = Pick<Term, 'artifact' | 'token'>;

/** Where messages wait. A store that cannot be reached faults STORE_UNREACHABLE and is reached again by itself. */
export interface MessageStore {
  readonly name: string;
  /** Where its messages are: 'memory' is lost with the replica. */
  readonly durability: 'memory' | 'durable';
  /** How many wait, where asking costs nothing; count() asks in any case. */
  readonly waiting?: number;
  /** Faults STORE_FULL, STORE_REFUSED. A holder whose artifact has another one since is refused. */
  put(message: StoredMessage, by?: Holder): Promise<void>;
  /** The oldest message without removing it. */
  peek(): Promise<StoredMessage | undefined>;
  /** The oldest messages as by peek, to be removed one by one; left out by stores that hand out only one at a time. */
  peekMany?(limit: number): Promise<readonly StoredMessage[]>;
  /** Removes that message; false when it is gone already. A holder whose artifact has another one since is refused. */
  remove(id: string, by?: Holder): Promise<boolean>;
  /**
   * The next ones after those that peekMany, and peekMore since, handed out. With removeMany left out by stores that
   * must know of one before they hand out the next.
   */
  peekMore?(limit: number): Promise<readonly StoredMessage[]>;
  /** Removes messages that were handed out, all at once and as remove does; how many were still there. */
  removeMany?(ids: readonly string[], by?: Holder): Promise<number>;
  count(): Promise<number>;
  /** Gives back what peek keeps from others, when its processor ends here; left out by stores that keep nothing. */
  release?(): Promise<void>;
  /** The oldest ones, to look at. */
  browse(limit: number): Promise<readonly StoredMessage[]>;
  /** Removes all; how many they were. */
  purge(): Promise<number>;
  close(): Promise<void>;
}

// ---------------------------------------------------------------------------- what one replica at a time runs

/**
 * The right to run one stateful artifact, for as long as it lasts. Given by the coordination room.
 * Check it before every effect outside; whatever is committed carries the token.
 */
export interface Term {
  /** "task/nightly". */
  readonly artifact: string;
  /** Rises with every change of holder: the fencing token. 0: it is held by nobody, every replica runs its own. */
  readonly token: number;
  /** Aborted when the term is lost or handed over. */
  readonly signal: AbortSignal;
  valid(): boolean;
  /** Throws Fault TERM_LOST unless the term is valid. */
  assert(): void;
  /** The last scheduled time any holder ran, milliseconds since 1970; undefined when none did. */
  readonly lastFire: number | undefined;
  /** How many runs any holder claimed so far. */
  readonly runs: number;
  /**
   * Claims the run due at that time; false when it was claimed already or the term is lost. `before` (default): it begins
   * when this is true. `after`: it is done, and this says so.
   */
  claim(dueAt: number, when?: 'before' | 'after'): Promise<boolean>;
}

/** A stateful artifact as coordination sees it: started with a term, stopped before the term ends. */
export interface Singleton {
  /** "task/nightly": artifactKey. */
  readonly key: string;
  /** Counts as that many ordinary artifacts when work is balanced; 1 when left out. */
  readonly weight?: number;
  /** Only replicas on a pod or worker node of one of these names may hold it. */
  readonly pins?: readonly string[];
  /** Held together with all others of this group. */
  readonly group?: string;
  /** Held apart, as far as possible, from all others with such a word. */
  readonly apart?: readonly string[];
  /** Runs until the term's signal aborts; resolves when everything in hand is finished or put back. */
  run(term: Term): Promise<void>;
  /** Does its work once, out of turn, because a person asked; what has no such work leaves it out. */
  runNow?(term: Term): Promise<void>;
}

/** How an artifact that works by itself is doing on this replica. Shown in health and metrics; each change is logged once. */
export interface Standing {
  /** It works, or waits for work. */
  running(): void;
  /** It cannot work now and tries again by itself: "the broker at ... is not reached: ...", "there is no queue orders". */
  waiting(reason: string): void;
}

/**
 * Whether an artifact may work. People switch it off and on; so does an artifact that gives up by itself. What was said
 * last counts for all replicas, and after a restart.
 */
export interface Switch {
  readonly on: boolean;
  /** "deactivated after 4 attempts"; undefined while it is on. */
  readonly reason: string | undefined;
  turnOff(reason: string): void;
  turnOn(): void;
  /** Resolves at once when it is on; rejects with the signal's reason when that aborts first. */
  whenOn(signal: AbortSignal): Promise<void>;
  /** Aborts when it is turned off, or with the signal given; for what must stop then. The caller ends it by the signal. */
  until(signal: AbortSignal): AbortSignal;
}

/** What a flow made of a message that was taken in. */
export interface Taken {
  /**
   * - done: the flow ended, or a fault sequence dealt with its fault: acknowledge it
   * - rollback: nothing handled the fault, or the flow set SET_ROLLBACK_ONLY: it was not processed
   * - requeue: the flow set SET_REQUEUE_ON_ROLLBACK: it is to come again
   * Source: Synapse, the inject handlers of JMS, RabbitMQ and VFS.
   */
  readonly outcome: 'done' | 'rollback' | 'requeue';
  readonly fault?: Fault;
}

export interface TakeOptions {
  /** Aborts the flow: the term is lost, or the replica must end now. */
  readonly signal: AbortSignal;
  /** Sends the answer of a flow back to where the message came from, where the protocol has such a place. */
  readonly reply?: (answer: Message) => Promise<void>;
}

/** Where a consumer puts each message: the sequence of an inbound endpoint, or a proxy. Never rejects. */
export interface Intake {
  /** "inboundEndpoint orders": begins the trail of a fault. */
  readonly origin: string;
  take(message: Message, options: TakeOptions): Promise<Taken>;
}

/** Runs steps for a message that came from outside; what listeners, timers and pollers call. */
export interface Dispatcher {
  /** Runs the named sequence for a message that has no client. Rejects with the Fault when nothing handled it. */
  inject(sequence: string, message: Message, origin: string, signal: AbortSignal): Promise<void>;
  /** Hands a message to a proxy service as if it had been called. */
  injectProxy(proxy: string, message: Message, origin: string, signal: AbortSignal): Promise<void>;
}
