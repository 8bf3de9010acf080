/**
 * A queue of a message broker as a message store needs it. Transports fill this port, stores use it; runtime brings the
 * two together.
 */
export interface BrokerQueue {
  /** Resolves when the broker has it, where it survives the broker's end. */
  put(message: QueuedMessage): Promise<void>;
  /**
   * The head of the queue, held for this client until it is settled or released: the same again when asked again.
   * Undefined: nothing waits.
   */
  hold(): Promise<QueuedMessage | undefined>;
  /** The one that is held is done. False when it is not held any more, because the connection broke: it comes again. */
  settle(id: string): Promise<boolean>;
  /** Gives back what is held. */
  release(): Promise<void>;
  count(): Promise<number>;
  /** The oldest ones, to look at; they stay in the queue. */
  browse(limit: number): Promise<readonly QueuedMessage[]>;
  purge(): Promise<number>;
  close(): Promise<void>;
}

export interface QueuedMessage {
  readonly id: string;
  readonly contentType: string | undefined;
  readonly body: Uint8Array;
  /** Their names are letters, digits and underscores: JMS knows no others. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Where such a queue is. */
export interface QueuePlace {
  readonly name: string;
  readonly user: string | undefined;
  readonly password: string | undefined;
}

export interface RabbitQueuePlace extends QueuePlace {
  readonly hosts: readonly string[];
  readonly ports: readonly string[];
  readonly vhost: string;
  /** What is put goes here; the queue itself when it is not said. */
  readonly exchange: string | undefined;
  readonly routingKey: string | undefined;
  readonly tls: boolean;
  readonly keystore: string | undefined;
  readonly keystorePassword: string | undefined;
  readonly truststore: string | undefined;
  readonly truststorePassword?: string | undefined;
  readonly tlsVersion?: string | undefined;
}

export interface JmsQueuePlace extends QueuePlace {
  readonly initialFactory: string | undefined;
  readonly providerUrl: string | undefined;
  readonly factoryName: string;
  readonly amqpUrl: string | undefined;
  readonly connectionFactories: ReadonlyMap<string, string>;
  readonly trusted?: string | undefined;
  readonly trustedPassword?: string | undefined;
  readonly certificate?: string | undefined;
  readonly certificatePassword?: string | undefined;
  readonly key?: string | undefined;
  readonly queues: ReadonlyMap<string, string>;
}

/** The transports that have such queues. Nothing is reached before the first call. */
export interface BrokerQueues {
  rabbitmq(place: RabbitQueuePlace): BrokerQueue;
  jms(place: JmsQueuePlace): BrokerQueue | BadPlace;
}

/** Why there can be no such queue, and what to do. */
export interface BadPlace {
  readonly text: string;
  readonly hint: string;
}

export function isBadPlace(queue: BrokerQueue | BadPlace): queue is BadPlace {
  return 'hint' in queue;
}
