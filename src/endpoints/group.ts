import type { Endpoint, EndpointState, SendContext } from '../engine/ports.ts';
import { Fault } from '../errors.ts';
import type { Message } from '../message/message.ts';
import { IndirectEndpoint } from './indirect/indirect.ts';
import type { Making } from './kind.ts';
import { LeafEndpoint } from './leaf.ts';
import { applyProperties, propertiesOf, type EndpointProperty } from './properties.ts';

/** What failover and loadbalance share: members, readiness, and going on with the next member after a failure. */
export abstract class EndpointGroup implements Endpoint {
  readonly name: string;
  abstract readonly kind: string;
  readonly children: readonly Endpoint[];
  readonly #properties: readonly EndpointProperty[];
  readonly #making: Making<unknown>;
  #off = false;

  constructor(making: Making<unknown>, children: readonly Endpoint[]) {
    this.name = making.name;
    this.children = children;
    this.#making = making;
    this.#properties = propertiesOf(making.written, making.log);
  }

  get state(): EndpointState {
    if (this.#off) return 'off';
    return this.ready ? 'active' : 'suspended';
  }

  get ready(): boolean {
    return !this.#off && this.children.some((child) => child.ready);
  }

  switchOff(): void {
    this.#off = true;
  }

  switchOn(): void {
    this.#off = false;
  }

  /** Sets the group's own properties and reads the body, which may have to be sent more than once. */
  protected async prepare(message: Message, { signal }: SendContext): Promise<void> {
    if (this.#off) throw this.noneReady(undefined, 'it is switched off');
    await applyProperties(this.#properties, message, signal);
    if (this.children.length > 1) await message.body.load(signal);
  }

  /**
   * Sends to the members that `next` gives, one after the other, until one answers.
   * `next` is told which members must not be tried again for this message.
   */
  protected async sendTo(
    next: (spent: ReadonlySet<Endpoint>) => Endpoint | undefined,
    message: Message,
    context: SendContext,
  ): Promise<{ readonly answer: Message | undefined; readonly member: Endpoint }> {
    const spent = new Set<Endpoint>();
    let last: Fault | undefined;
    for (let member = next(spent); member; member = next(spent)) {
      try {
        return { answer: await member.send(message, context), member };
      } catch (error) {
        const fault = Fault.from(error);
        if (!this.#mayGoOn(member, fault, message, context)) throw fault;
        last = fault;
        // One that is marked but not suspended yet has retries left, as Synapse has it; any other is not asked again.
        if (member.state !== 'timeout') spent.add(member);
        this.#making.log.info(
          `Endpoint ${this.name || '(in place)'}: ${member.name || 'a member'} failed with ${fault.number}, the next one is tried`,
        );
      }
    }
    throw this.noneReady(last, 'no member is ready');
  }

  #mayGoOn(member: Endpoint, fault: Fault, message: Message, context: SendContext): boolean {
    if (context.signal.aborted) return false;
    // A fault of the message or the flow would come again with every member.
    if (fault.number === 0) return false;
    const leaf = member instanceof IndirectEndpoint ? member.resolve(message) : member;
    return !(leaf instanceof LeafEndpoint) || leaf.allowsRetry(fault, message);
  }

  protected noneReady(cause: Fault | undefined, reason: string): Fault {
    return new Fault('NO_ENDPOINT_READY', {
      detail: {
        group: this.name || '(in place)',
        reason,
        ...(cause ? { last: `${cause.number} ${cause.message}` } : {}),
      },
      cause,
      retry: 'again',
    });
  }

  abstract send(message: Message, context: SendContext): Promise<Message | undefined>;
}
