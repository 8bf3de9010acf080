import type { IPublishPacket, MqttClient } from 'mqtt';
import type { Term } from '../../engine/ports.ts';
import type { Message } from '../../message/message.ts';
import { writeBody } from '../../message/formats/write.ts';
import type { Consume, ConsumerParts, Lane } from '../inbound-kind.ts';
import { attempt, type AttemptParts } from '../attempt.ts';
import { InHand } from '../in-hand.ts';
import { keepConnected } from '../reconnecting.ts';
import { stillHeld } from '../../engine/still-held.ts';
import { Acknowledging, type Delivery } from './acknowledging.ts';
import { Hand, type Places } from './hand.ts';
import { messageOf } from './incoming.ts';
import { connected, explain, makeClient, serverName } from './server.ts';
import { sessionOf, type Session } from './session.ts';
import type { MqttConfig } from './spec.ts';

/** Messages after which other work of the process gets its turn. */
const turn = 100;

/** Without a message for so long, the broker has nothing more for a session that has no subscription. */
const quietMs = 250;

/** Subscribes until the term ends, and finds the broker again whenever it is away. */
export function consumeMqtt(config: MqttConfig, parts: ConsumerParts): Consume {
  const hand = new Hand(config.inFlight);
  return (term, lane) => {
    const subscription = new Subscription(config, parts, term, lane, hand);
    return keepConnected((established, signal) => subscription.hold(established, signal), {
      signal: term.signal,
      clock: parts.clock,
      standing: lane?.standing ?? parts.standing,
      log: parts.log,
      server: serverName(config),
      longestMs: Math.max(500, config.reconnectInterval),
      explain,
    });
  };
}

class Subscription {
  readonly #config: MqttConfig;
  readonly #parts: ConsumerParts;
  readonly #term: Term;
  readonly #session: Session;
  /** It ends with its connection, and takes along what the broker has set aside for it, unless that is taken first. */
  readonly #isPassing: boolean;
  /** A lane's work waits for its turn among what came by others. */
  readonly #takesTurns: boolean;
  readonly #hand: Hand;
  readonly #attempting: AttemptParts;
  readonly #acknowledging = new Acknowledging();
  #client: MqttClient | undefined;
  /** Aborts with each connection, and with the term. */
  #connection: AbortSignal = AbortSignal.abort();
  #arrivals = 0;
  #sinceTurn = 0;

  constructor(config: MqttConfig, parts: ConsumerParts, term: Term, lane: Lane | undefined, hand: Hand) {
    this.#config = config;
    this.#parts = parts;
    this.#term = term;
    this.#hand = hand;
    this.#attempting = { intake: parts.intake, clock: parts.clock, term };
    this.#session = sessionOf(config, parts.name, parts.shared, lane);
    this.#isPassing = parts.shared && lane === undefined;
    this.#takesTurns = config.sequential && lane !== undefined;
  }

  /** One connection, from its first packet to its last. */
  async hold(established: () => void, signal: AbortSignal): Promise<void> {
    const { qos, version } = this.#config;
    const { clientId, filter, kept, ahead } = this.#session;
    const client = await makeClient(this.#config, {
      clientId,
      clean: !kept,
      ...this.#will(),
      ...(version === '5'
        ? { properties: { receiveMaximum: ahead, ...(kept ? { sessionExpiryInterval: 0xffffffff } : {}) } }
        : {}),
    });
    const taking = new AbortController();
    const places = this.#hand.open();
    const inHand = new InHand<Delivery>(this.#width(), this.#takingUntil(taking, signal), (delivery, lost) =>
      this.#handle(delivery, lost, places),
    );
    const broken = Promise.withResolvers<never>();
    broken.promise.catch(() => {});
    client.on('error', (error) => {
      if (Acknowledging.isError(error)) broken.reject(error);
    });
    client.on('close', () => broken.reject(new Error('the connection was closed')));
    const ended = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
    const ending = new AbortController();
    this.#connection = this.#isPassing ? ending.signal : AbortSignal.any([ending.signal, signal]);
    this.#client = client;
    this.#acknowledging.use(client, (delivery, goOn) => {
      this.#arrivals++;
      inHand.add(delivery);
      places.take(goOn);
    });
    let stopListening = (): void => {};
    try {
      const { sessionPresent } = await connected(client);
      stopListening = this.#listenForLife(client, places);
      if (!sessionPresent) this.#acknowledging.forget();
      const granted = await client.subscribeAsync(filter, { qos: qos as 0 | 1 | 2 });
      if (granted.some((one) => one.qos > 2))
        throw new Error(`the broker refuses the subscription to ${filter} (mqtt.topic.name)`);
      established();
      await Promise.race([ended, broken.promise]);
      if (this.#isPassing && this.#term.valid()) await Promise.race([this.#partWith(client, places), broken.promise]);
    } finally {
      ending.abort();
      taking.abort();
      if (!this.#term.valid()) {
        client.end(true);
        this.#acknowledging.disconnected();
      } else {
        // What has begun is finished, connected or not: the broker would send it again in any case.
        await inHand.drain();
        this.#acknowledging.disconnected();
        await client.endAsync(!client.connected).catch(() => {});
      }
      stopListening();
      places.close();
    }
  }

  /** What the broker has set aside for a session that ends is taken first; what is kept goes to the next holder. */
  #takingUntil(taking: AbortController, signal: AbortSignal): Term {
    if (!this.#isPassing) return this.#term;
    const term = this.#term;
    signal.addEventListener('abort', () => term.valid() || taking.abort(), { once: true });
    return { ...term, signal: taking.signal, valid: () => term.valid(), assert: () => term.assert() };
  }

  /** Leaves the group, and resolves when nothing came for a while. */
  async #partWith(client: MqttClient, places: Places): Promise<void> {
    await client.unsubscribeAsync(this.#session.filter);
    let seen: number;
    do {
      seen = this.#arrivals;
      await this.#parts.clock.sleep(quietMs);
    } while (this.#arrivals !== seen || places.taken > 0);
  }

  #width(): number {
    return this.#config.sequential ? 1 : this.#config.inFlight;
  }

  #will(): object {
    const { willTopic, willText, willQos, willRetain } = this.#config;
    if (willTopic === undefined) return {};
    return { will: { topic: willTopic, payload: Buffer.from(willText ?? ''), qos: willQos, retain: willRetain } };
  }

  /**
   * The client takes a connection for dead when an answer to its ping is late. Behind messages that wait for their turn the
   * answer is late for as long as they take, so whatever comes is a sign of life, and so is that nothing is read just now.
   */
  #listenForLife(client: MqttClient, places: Places): () => void {
    let heard = true;
    client.on('packetreceive', () => {
      heard = true;
    });
    const listening = setInterval(
      () => {
        if (!heard && !places.isWaiting) return;
        heard = false;
        client.sendPing();
        client.reschedulePing(true);
      },
      (this.#config.keepalive * 1_000) / 4,
    );
    return () => clearInterval(listening);
  }

  async #handle({ packet, acknowledged }: Delivery, lost: AbortSignal, places: Places): Promise<void> {
    const isOver = await (this.#takesTurns
      ? this.#hand.inTurn(() => this.#process(packet, lost))
      : this.#process(packet, lost));
    if (isOver && acknowledged) this.#acknowledging.acknowledge(packet);
    places.settle();
    if (++this.#sinceTurn < turn) return;
    this.#sinceTurn = 0;
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Whether it was processed or given up; otherwise the term is lost. */
  async #process(packet: IPublishPacket, lost: AbortSignal): Promise<boolean> {
    const { retryCount, retryInterval, contentType, deadLetterTopic } = this.#config;
    const { log, clock } = this.#parts;
    const message = (): Message => messageOf(packet, contentType, this.#parts, this.#term);
    const reply = (answer: Message): Promise<void> => this.#reply(packet, answer);
    for (let attempts = 1; ; attempts++) {
      const isHeld = stillHeld(this.#term, clock, lost);
      if (isHeld !== true && !(await isHeld)) return false;
      const taken = await attempt(message, this.#attempting, { signal: lost, reply });
      if (!taken) return false;
      const { outcome, fault } = taken;
      if (outcome === 'done') return true;
      const why = fault?.describe() ?? 'the flow set SET_ROLLBACK_ONLY';
      if (outcome === 'rollback' && retryCount >= 0 && attempts >= Math.max(1, retryCount)) {
        if (deadLetterTopic === undefined) {
          log.error(`A message of topic ${packet.topic} is given up: ${why}`);
          return true;
        }
        return this.#bury(packet, deadLetterTopic, why);
      }
      log.warn(
        `A message of topic ${packet.topic} failed (${fault?.code ?? outcome}) and is tried again in ${retryInterval} ms`,
      );
      // The end of the connection does not wait for it: the broker sends it again.
      const isEnding = await clock.sleep(retryInterval, this.#connection).then(
        () => false,
        () => true,
      );
      if (isEnding) return false;
    }
  }

  /** False when the connection ends first. */
  async #bury({ topic, payload, qos }: IPublishPacket, to: string, why: string): Promise<boolean> {
    const { log, clock } = this.#parts;
    for (;;) {
      try {
        await this.#client!.publishAsync(to, payload, { qos: Math.max(1, qos) as 1 | 2 });
        log.error(`A message of topic ${topic} is given up and is now in topic ${to}: ${why}`);
        return true;
      } catch (error) {
        log.error(`A message of topic ${topic} could not be put into topic ${to}: ${explain(error)}`);
        if (this.#connection.aborted) return false;
        await clock.sleep(1_000, this.#connection).catch(() => {});
      }
    }
  }

  /** Where MQTT 5 says an answer is wanted. */
  async #reply({ properties }: IPublishPacket, answer: Message): Promise<void> {
    const to = properties?.responseTopic;
    if (to === undefined) return;
    await answer.body.load();
    const { bytes, contentType } = writeBody(answer);
    await this.#client!.publishAsync(to, Buffer.from(bytes ?? new Uint8Array()), {
      qos: 1,
      properties: {
        ...(contentType === undefined ? {} : { contentType }),
        ...(properties?.correlationData === undefined ? {} : { correlationData: properties.correlationData }),
      },
    });
  }
}
