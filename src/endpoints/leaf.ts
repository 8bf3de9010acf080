import type { Endpoint, EndpointState, Outgoing, SendContext, Sender } from '../engine/ports.ts';
import { Fault } from '../errors.ts';
import type { Message } from '../message/message.ts';
import { addressMessage } from './addressing.ts';
import type { Making } from './kind.ts';
import { applyProperties, propertiesOf, type EndpointProperty } from './properties.ts';
import { allowsRetry, discardsOnTimeout, rulesOf, timeoutOf, type Quality } from './quality.ts';
import { refuseSoapFault } from './soap-fault.ts';
import { afterAnswer, afterFailure, healthy, isReady, switchedOff, type Decision, type Health } from './suspension.ts';

/** What one kind of endpoint decides; the rest is the same for all that send for themselves. */
export interface Target {
  readonly kind: string;
  readonly quality: Quality;
  readonly format: Outgoing['format'];
  /** ERROR_CODE when it is suspended. Source: Synapse SynapseConstants. */
  readonly notReadyNumber: number;
  /** Where this message goes, as written, and by which method. Throws Fault when there is no place to go. */
  resolve(message: Message, context: SendContext): Destination | Promise<Destination>;
  /** Looks at an answer before it is handed on; may send once more. */
  answered?(answer: Message, message: Message, again: () => Promise<Message | undefined>): Promise<Message | undefined>;
}

export interface Destination {
  readonly address: string;
  readonly method?: string | undefined;
}

/** An endpoint that sends for itself, with its own suspension. */
export class LeafEndpoint implements Endpoint {
  readonly name: string;
  readonly children: readonly Endpoint[] = [];
  readonly #making: Making<unknown>;
  readonly #target: Target;
  readonly #properties: readonly EndpointProperty[];
  #health: Health = healthy;
  #lastAddress = '';
  #lastUrl: URL | undefined;

  constructor(making: Making<unknown>, target: Target) {
    this.name = making.name;
    this.#making = making;
    this.#target = target;
    this.#properties = propertiesOf(making.written, making.log);
  }

  get kind(): string {
    return this.#target.kind;
  }

  get state(): EndpointState {
    return this.#health.state;
  }

  get ready(): boolean {
    return isReady(this.#health, this.#making.clock.monotonic());
  }

  switchOff(): void {
    this.#health = switchedOff;
  }

  switchOn(): void {
    this.#health = healthy;
  }

  /** For groups: whether another endpoint may be tried after that fault of this one. */
  allowsRetry(fault: Fault, message: Message): boolean {
    return allowsRetry(this.#target.quality, fault.number, message);
  }

  async send(message: Message, context: SendContext): Promise<Message | undefined> {
    if (!this.ready) throw this.#notReady();
    const setting = applyProperties(this.#properties, message, context.signal);
    if (setting) await setting;
    const { quality } = this.#target;
    try {
      const answer = await this.#send(message, context);
      if (answer) await refuseSoapFault(answer, message, context.signal);
      this.#take(afterAnswer(this.#health));
      return answer;
    } catch (error) {
      const fault = Fault.from(error);
      // Not the endpoint's doing: the client left, the term was lost, the body could not be written.
      if (fault.number === 0 || (fault.code === 'REQUEST_CANCELLED' && context.signal.aborted)) throw fault;
      const now = this.#making.clock.monotonic();
      this.#take(afterFailure(this.#health, fault.number, rulesOf(quality, message), now));
      if (fault.code !== 'CONNECTION_TIMEOUT' || !discardsOnTimeout(quality, message)) throw fault;
      context.log.warn(
        `${this.#words()} did not answer in time; the message ${message.id} is discarded, as its time-out says`,
      );
      return undefined;
    }
  }

  async #send(message: Message, context: SendContext): Promise<Message | undefined> {
    const resolved = this.#target.resolve(message, context);
    const { address, method } = resolved instanceof Promise ? await resolved : resolved;
    const url = this.#urlOf(address);
    const { quality, format } = this.#target;
    const addressing = addressMessage(message, address, quality.enableAddressing, context.signal);
    if (addressing) await addressing;
    const { globalTimeoutMs, senders } = this.#making;
    const outgoing: Outgoing = {
      url,
      message,
      method,
      format,
      timeoutMs: timeoutOf(quality, message) ?? globalTimeoutMs,
      signal: context.signal,
    };
    const sender = senderFor(senders, url);
    if (!this.#target.answered) return sender.send(outgoing);
    const answer = await sender.send(outgoing);
    return answer && this.#target.answered(answer, message, () => sender.send(outgoing));
  }

  /** Most endpoints have one address: it is parsed once. */
  #urlOf(address: string): URL {
    if (address === this.#lastAddress && this.#lastUrl) return this.#lastUrl;
    if (!URL.canParse(address)) {
      throw new Fault('SEND_FAILED', { text: `"${address}" is not an address that can be sent to.` });
    }
    this.#lastAddress = address;
    return (this.#lastUrl = new URL(address));
  }

  #take({ health, reason }: Decision): void {
    this.#health = health;
    if (reason !== undefined) {
      const level = health.state === 'active' ? 'INFO' : 'WARN';
      this.#making.log.log(level, `${this.#words()}: ${reason}`);
    }
  }

  #notReady(): Fault {
    const left = Math.max(0, Math.ceil(this.#health.readyAt - this.#making.clock.monotonic()));
    const off = this.#health.state === 'off';
    return new Fault('ENDPOINT_SUSPENDED', {
      number: this.#target.notReadyNumber,
      detail: {
        endpoint: this.name || this.#lastAddress,
        state: this.#health.state,
        ...(off ? {} : { readyInMs: left }),
      },
      retry: off ? 'never' : { afterMs: left },
    });
  }

  #words(): string {
    return `Endpoint ${this.name || '(in place)'} with address ${this.#lastAddress || '(none yet)'}`;
  }
}

export function senderFor(senders: readonly Sender[], url: URL): Sender {
  const scheme = url.protocol.slice(0, -1);
  const sender = senders.find(({ schemes }) => schemes.includes(scheme));
  if (!sender) {
    throw new Fault('NOT_SUPPORTED', { text: `Nothing here sends to ${scheme}: addresses (${url.href}).` });
  }
  return sender;
}
