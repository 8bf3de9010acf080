import type { IPublishPacket, MqttClient } from 'mqtt';

/** A message of the broker, which it keeps until it is acknowledged. */
export interface Delivery {
  readonly packet: IPublishPacket;
  /** Whether anybody waits to hear of it: QoS 1 and 2. */
  readonly acknowledged: boolean;
}

/** First bytes of an acknowledgement; then come 2, as two bytes follow, and the number of the message. Source: MQTT 3.1.1 and 5, 3.4, 3.5. */
const firstByte = { puback: 0x40, pubrec: 0x50 } as const;

/** What the client throws away instead of acknowledging; never seen by anyone else. */
const notYet = new Error('acknowledged later');

/**
 * Acknowledges messages when they are processed, however many are under way; the client alone would do it before, or one
 * by one. QoS 1 is acknowledged by PUBACK. QoS 2 has two steps:
 *
 *     PUBLISH →          the message is processed now,
 *             ← PUBREC   so that a replica that is killed before has nothing the broker believes it to have
 *     PUBREL  →          the broker has forgotten it; a PUBLISH with this number is a new one from now on
 *             ← PUBCOMP
 *
 * A broker that finds its session again sends what was not acknowledged once more. What was processed meanwhile is not
 * processed a second time: it is remembered by its number and content. The number alone would do, were there not brokers
 * that forget the last second when they are killed, and then give it to another message.
 */
export class Acknowledging {
  readonly #processed = new Map<number, IPublishPacket>();
  readonly #received = new Map<number, IPublishPacket>();
  #client: MqttClient | undefined;

  /** Takes the messages of this client. `arrived` is called for each that is to be processed; the client reads on when it calls back. */
  use(client: MqttClient, arrived: (delivery: Delivery, goOn: () => void) => void): void {
    this.#client = client;
    const take = (packet: IPublishPacket, goOn: () => void): void =>
      arrived({ packet, acknowledged: packet.qos > 0 }, goOn);
    // For QoS 0 the client calls this, and acknowledges nothing.
    client.handleMessage = (packet, done) => take(packet, done);
    // For QoS 1 and 2 it asks here first, and answers the broker unless it is given an error. Set afterwards, because
    // the constructor takes it for MQTT 5 only.
    client.options.customHandleAcks = (_topic, _message, packet, done) => {
      const goOn = (): void => done(notYet);
      const id = packet.messageId!;
      if (isSame(this.#received.get(id), packet)) this.#send('pubrec', id);
      else if (isSame(this.#processed.get(id), packet)) this.acknowledge(packet);
      else {
        this.#processed.delete(id);
        return take(packet, goOn);
      }
      goOn();
    };
    client.on('packetreceive', ({ cmd, messageId }) => {
      if (cmd === 'pubrel') this.#received.delete(messageId!);
    });
  }

  /** Whether an error that the client reports is one. */
  static isError(error: unknown): boolean {
    return error !== notYet;
  }

  /** The broker knows nothing any more: its numbers begin anew. */
  forget(): void {
    this.#processed.clear();
    this.#received.clear();
  }

  /** The connection is gone: what is processed from now on is remembered. */
  disconnected(): void {
    this.#client = undefined;
  }

  acknowledge(packet: IPublishPacket): void {
    const { qos, messageId } = packet;
    if (qos === 0) return;
    if (!this.#client?.connected) return void this.#processed.set(messageId!, packet);
    this.#processed.delete(messageId!);
    if (qos === 2) this.#received.set(messageId!, packet);
    this.#send(qos === 1 ? 'puback' : 'pubrec', messageId!);
  }

  /** The client has no word for it, so it is written between two packets of the client's own. */
  #send(what: keyof typeof firstByte, messageId: number): void {
    this.#client?.stream.write(Buffer.of(firstByte[what], 2, messageId >> 8, messageId & 0xff));
  }
}

function isSame(known: IPublishPacket | undefined, { topic, payload }: IPublishPacket): boolean {
  return known?.topic === topic && Buffer.from(known.payload).equals(Buffer.from(payload));
}
