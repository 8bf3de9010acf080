import type { MessageStoreConfig } from '../artifacts/kinds/types.ts';
import { VirtualClock, type Clock } from '../clock.ts';
import type { BrokerQueues } from '../engine/broker-queue.ts';
import type { Dispatcher, Endpoint, Library, MessageStore, Singleton, StoredMessage, Switch } from '../engine/ports.ts';
import { Fault, type Problem } from '../errors.ts';
import { silentLogger } from '../log.ts';
import { Body } from '../message/body.ts';
import { emptyEnvironment } from '../message/environment.ts';
import { Headers } from '../message/headers.ts';
import type { Message } from '../message/message.ts';
import { memoryStore } from './memory/store.ts';
import { createProcessor } from './processors.ts';
import type { DataSource } from './store-kind.ts';
import { createStore } from './stores.ts';

export const FORWARDING = 'org.apache.synapse.message.processor.impl.forwarder.ScheduledMessageForwardingProcessor';
export const FAILOVER =
  'org.apache.synapse.message.processor.impl.failover.FailoverScheduledMessageForwardingProcessor';
export const SAMPLING = 'org.apache.synapse.message.processor.impl.sampler.SamplingProcessor';
export const nowhere = { file: 'test.xml', line: 1, column: 1 } as const;

/** For the tests of this room: a stored message with a JSON body. */
export function stored(id: string): StoredMessage {
  return {
    id,
    storedAt: 0,
    contentType: 'application/json',
    body: new TextEncoder().encode(`{"id":"${id}"}`),
    headers: [],
    properties: {},
    axis2: {},
    addressing: {},
  };
}

/** An endpoint that answers with these status codes in turn; 0 breaks the connection. The last one repeats. */
export function scriptedEndpoint(script: readonly number[]): Endpoint & { readonly received: string[] } {
  const received: string[] = [];
  return {
    name: 'scripted',
    kind: 'http',
    children: [],
    state: 'active',
    ready: true,
    received,
    async send(message: Message) {
      const status = script[Math.min(received.length, script.length - 1)]!;
      await message.body.load();
      received.push(message.body.text());
      if (status === 0) throw new Fault('CONNECTION_FAILED', { retry: 'again' });
      const reply = message.reply(Body.json({ status }), new Headers());
      reply.axis2.set('HTTP_SC', status);
      return reply;
    },
    switchOff: () => {},
    switchOn: () => {},
  };
}

export function libraryWith(endpoint: Endpoint, stores: ReadonlyMap<string, MessageStore> = new Map()): Library {
  return {
    sequence: (name) =>
      name === 'Missing' ? undefined : { name, onError: undefined, steps: { steps: [], at: nowhere } },
    template: () => undefined,
    endpoint: () => endpoint,
    inlineEndpoint: () => endpoint,
    defaultEndpoint: endpoint,
    store: (name) => stores.get(name),
  };
}

/** A switch that nobody else hears of. */
export function ownSwitch(on: boolean, reason: string | undefined): Switch {
  let life = new AbortController();
  let woken = Promise.withResolvers<void>();
  let why = on ? undefined : reason;
  let isOn = on;
  if (!on) life.abort();
  return {
    get on() {
      return isOn;
    },
    get reason() {
      return why;
    },
    turnOff(said) {
      isOn = false;
      why = said;
      life.abort(new DOMException(said, 'AbortError'));
    },
    turnOn() {
      isOn = true;
      why = undefined;
      life = new AbortController();
      woken.resolve();
      woken = Promise.withResolvers();
    },
    async whenOn(signal) {
      if (isOn) return;
      const aborted = Promise.withResolvers<never>();
      signal.addEventListener('abort', () => aborted.reject(signal.reason as Error), { once: true });
      await Promise.race([woken.promise, aborted.promise]);
    },
    until: (signal) => AbortSignal.any([signal, life.signal]),
  };
}

/** A store such as one in a database: it hands out more while what was handed out is being removed. */
export interface SlowStore extends MessageStore {
  /** Removals that are asked for, each with its messages, also those that fail. */
  readonly removals: (readonly string[])[];
  /** It does not answer removals that come from now on, until `answer`. */
  silence(): void;
  answer(): void;
  isAway: boolean;
}

export function slowStore(ids: readonly string[] = []): SlowStore {
  const inner = memoryStore('Waiting');
  for (const id of ids) void inner.put(stored(id));
  const removals: (readonly string[])[] = [];
  let handedOut = new Set<string>();
  let silence: PromiseWithResolvers<void> | undefined;
  const handOut = async (limit: number): Promise<readonly StoredMessage[]> => {
    const rest = (await inner.browse(Infinity)).filter(({ id }) => !handedOut.has(id)).slice(0, limit);
    for (const { id } of rest) handedOut.add(id);
    return rest;
  };
  const store: SlowStore = {
    ...inner,
    durability: 'durable',
    removals,
    isAway: false,
    silence: () => void (silence = Promise.withResolvers()),
    answer() {
      silence?.resolve();
      silence = undefined;
    },
    peekMany(limit) {
      handedOut = new Set();
      return handOut(limit);
    },
    peekMore: handOut,
    remove: async (id, by) => (await store.removeMany!([id], by)) > 0,
    async removeMany(asked, by) {
      removals.push(asked);
      await silence?.promise;
      if (store.isAway) throw new Fault('STORE_UNREACHABLE', { text: 'no route' });
      let removed = 0;
      for (const id of asked) if (await inner.remove(id, by)) removed++;
      return removed;
    },
  };
  return store;
}

export interface Scene {
  readonly clock: VirtualClock;
  readonly store: MessageStore;
  readonly failed: MessageStore;
  readonly endpoint: Endpoint & { readonly received: string[] };
  /** "Sequence body" of everything that went to a sequence. */
  readonly injected: string[];
  readonly singleton: Singleton;
  readonly problems: readonly Problem[];
  readonly switch: Switch;
  /** What became of its messages, in order. */
  readonly noted: readonly string[];
  /** What was said last of how it stands; "running" or why it waits. */
  standing(): string | undefined;
}

export interface SceneOptions {
  readonly className?: string;
  readonly store?: MessageStore;
  /** What a sequence does with a message. */
  readonly sequence?: (message: Message, name: string) => Promise<void>;
}

/** A processor as its artifact asks for it, over the store Waiting; the store Failed and an endpoint are there too. */
export function scene(
  script: readonly number[],
  parameters: Readonly<Record<string, string>>,
  { className = FORWARDING, store = memoryStore('Waiting'), sequence = async () => {} }: SceneOptions = {},
): Scene {
  const clock = new VirtualClock();
  const failed = memoryStore('Failed');
  const endpoint = scriptedEndpoint(script);
  const injected: string[] = [];
  const dispatcher: Dispatcher = {
    async inject(name, message) {
      await message.body.load();
      injected.push(`${name} ${message.body.text()}`);
      await sequence(message, name);
    },
    injectProxy: async () => {},
  };
  const stores = new Map([store, failed].map((one) => [one.name, one]));
  const noted: string[] = [];
  let standing: string | undefined;
  let own = ownSwitch(true, undefined);
  const { singleton, problems } = createProcessor(
    {
      name: 'Forwarder',
      className,
      messageStore: 'Waiting',
      targetEndpoint: 'Backend',
      parameters: new Map(Object.entries(parameters)),
    },
    nowhere,
    {
      stores,
      library: () => libraryWith(endpoint, stores),
      dispatcher,
      environment: emptyEnvironment,
      clock,
      log: silentLogger,
      onProcessed: (_, what) => noted.push(what),
      standings: {
        of: () => ({ running: () => (standing = 'running'), waiting: (reason) => (standing = reason) }),
        forget: () => {},
      },
      switches: { of: (_, { on, reason }) => (own = ownSwitch(on, reason)) },
    },
  );
  return {
    clock,
    store,
    failed,
    endpoint,
    injected,
    noted,
    singleton: singleton!,
    problems,
    switch: own,
    standing: () => standing,
  };
}

export const JDBC = 'org.apache.synapse.message.store.impl.jdbc.JDBCMessageStore';
export const RESEQUENCE = 'org.apache.synapse.message.store.impl.resequencer.ResequenceMessageStore';

export interface StoreWorld {
  readonly clock?: Clock;
  readonly dataSources?: Readonly<Record<string, DataSource>>;
  readonly stores?: ReadonlyMap<string, MessageStore>;
  readonly queues?: BrokerQueues;
}

const noBroker = (): never => {
  throw new Error('there is no broker here');
};

/** A store as its artifact asks for it, or what is said of it. */
export function storeAsWritten(
  className: string,
  parameters: Readonly<Record<string, string>>,
  world: StoreWorld = {},
): Made {
  return storeFrom({ name: 'Waiting', className, parameters: new Map(Object.entries(parameters)) }, world);
}

interface Made {
  readonly store: MessageStore | undefined;
  readonly problems: readonly Problem[];
}

export function storeFrom(
  config: MessageStoreConfig,
  {
    clock = new VirtualClock(),
    dataSources = {},
    stores = new Map(),
    queues = { rabbitmq: noBroker, jms: noBroker },
  }: StoreWorld = {},
): Made {
  return createStore(config, {
    name: config.name,
    at: nowhere,
    environment: emptyEnvironment,
    clock,
    log: silentLogger,
    standing: { running: () => {}, waiting: () => {} },
    dataSource: (name) => dataSources[name],
    queues,
    store: (name) => stores.get(name),
  });
}

/** The same, when it must be sound. */
export function openAsWritten(
  className: string,
  parameters: Readonly<Record<string, string>>,
  world: StoreWorld = {},
): MessageStore {
  const { store, problems } = storeAsWritten(className, parameters, world);
  if (!store || problems.length > 0) throw new Error(problems.map(({ text }) => text).join('\n'));
  return store;
}
