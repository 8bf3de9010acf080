import type { EndpointChoice } from '../../artifacts/shape/endpoint.ts';
import { keyText } from '../../engine/scope.ts';
import type { Endpoint, EndpointState, Library, SendContext } from '../../engine/ports.ts';
import { Fault } from '../../errors.ts';
import type { Message } from '../../message/message.ts';
import type { Value } from '../../artifacts/shape/spec.ts';
import type { EndpointContext } from '../kind.ts';

/** A member of a group: another endpoint by key, looked up when it is needed, or one written in place. */
export function memberOf(choice: EndpointChoice, context: EndpointContext): Endpoint {
  return choice.inline
    ? context.library.inlineEndpoint(choice.inline)
    : new IndirectEndpoint(choice.key, context.library);
}

/** Stands for the endpoint with that key. Its suspension is that of the other one. Source: Synapse IndirectEndpoint. */
export class IndirectEndpoint implements Endpoint {
  readonly kind = 'indirect';
  readonly children: readonly Endpoint[] = [];
  readonly #key: Value;
  readonly #library: Library;

  constructor(key: Value, library: Library) {
    this.#key = key;
    this.#library = library;
  }

  get name(): string {
    return this.#key.fixed ?? this.#key.expression.source;
  }

  get state(): EndpointState {
    return this.#fixed?.state ?? 'active';
  }

  /** A key that is computed is known with the message only; an endpoint that is not there is found out when sending. */
  get ready(): boolean {
    return this.#fixed?.ready ?? true;
  }

  get #fixed(): Endpoint | undefined {
    return this.#key.fixed === undefined ? undefined : this.#library.endpoint(this.#key.fixed);
  }

  /** The endpoint it stands for, for this message. Faults ENDPOINT_NOT_FOUND. */
  resolve(message: Message): Endpoint {
    const key = keyText(this.#key, message);
    const endpoint = this.#library.endpoint(key);
    if (!endpoint) throw new Fault('ENDPOINT_NOT_FOUND', { detail: { key } });
    return endpoint;
  }

  async send(message: Message, context: SendContext): Promise<Message | undefined> {
    return this.resolve(message).send(message, context);
  }

  switchOff(): void {
    this.#fixed?.switchOff();
  }

  switchOn(): void {
    this.#fixed?.switchOn();
  }
}
