import { endpointList } from '../../artifacts/shape/endpoint.ts';
import { attr, child } from '../../artifacts/shape/fields.ts';
import { copyMessage } from '../../engine/copy.ts';
import type { Endpoint, SendContext } from '../../engine/ports.ts';
import { keyText } from '../../engine/scope.ts';
import { Fault } from '../../errors.ts';
import type { Message } from '../../message/message.ts';
import { LeafEndpoint } from '../leaf.ts';
import { noQuality } from '../quality.ts';
import { EndpointGroup } from '../group.ts';
import { memberOf } from '../indirect/indirect.ts';
import { defineEndpoint, type EndpointKind, type Making } from '../kind.ts';

const shape = {
  endpoint: endpointList({ doc: 'The recipients.' }),
  endpoints: child.element(
    {
      value: attr.value({
        doc: 'Addresses with commas between them, or an {expression} that gives them.',
        required: true,
      }),
      maxCache: attr.integer({
        name: 'max-cache',
        doc: 'How many of these endpoints are remembered.',
        default: 20,
        min: 1,
      }),
    },
    { doc: 'Recipients that are computed.' },
  ),
};

export const recipientlist: EndpointKind = defineEndpoint({
  tag: 'recipientlist',
  summary: 'Sends a copy of the message to every endpoint of a list.',
  notes:
    'The first answer goes on; a failure does only when every recipient failed. A recipient that is not ready is left out.',
  shape,
  check(config, from) {
    if (config.endpoint.length === 0 && !config.endpoints) {
      from.problem('MISSING_ELEMENT', '<recipientlist> needs <endpoint> children or <endpoints value="...">.');
    }
  },
  create: (making) =>
    new RecipientList(
      making,
      making.config.endpoint.map((choice) => memberOf(choice, making)),
      making.config.endpoints && {
        addressesOf: (message) => keyText(making.config.endpoints!.value, message),
        needsBody: making.config.endpoints.value.expression?.needsBody ?? false,
        limit: making.config.endpoints.maxCache,
      },
    ),
});

interface Computed {
  addressesOf(message: Message): string;
  readonly needsBody: boolean;
  readonly limit: number;
}

class RecipientList extends EndpointGroup {
  readonly kind = 'recipientlist';
  readonly #making: Making<unknown>;
  readonly #computed: Computed | undefined;
  readonly #remembered = new Map<string, Endpoint>();

  constructor(making: Making<unknown>, children: readonly Endpoint[], computed: Computed | undefined) {
    super(making, children);
    this.#making = making;
    this.#computed = computed;
  }

  override get ready(): boolean {
    return this.#computed !== undefined || super.ready;
  }

  async send(message: Message, context: SendContext): Promise<Message | undefined> {
    await this.prepare(message, context);
    await message.body.load(context.signal);
    const recipients = this.#recipients(message).filter((endpoint) => endpoint.ready);
    if (recipients.length === 0) throw this.noneReady(undefined, 'no recipient is ready');
    const sent = recipients.map((endpoint) => endpoint.send(copyMessage(message), context));
    try {
      return await Promise.any(sent);
    } catch (error) {
      const faults = (error as AggregateError).errors.map((cause) => Fault.from(cause));
      throw this.noneReady(faults[0], 'every recipient failed');
    }
  }

  #recipients(message: Message): readonly Endpoint[] {
    if (!this.#computed) return this.children;
    const addresses = this.#computed
      .addressesOf(message)
      .split(',')
      .map((address) => address.trim())
      .filter((address) => address !== '');
    return [...this.children, ...addresses.map((address) => this.#endpointFor(address))];
  }

  #endpointFor(address: string): Endpoint {
    const found = this.#remembered.get(address);
    if (found) {
      // The one unused for longest stands first.
      this.#remembered.delete(address);
      this.#remembered.set(address, found);
      return found;
    }
    const made = new LeafEndpoint(
      { ...this.#making, name: address },
      { kind: 'address', quality: noQuality, format: undefined, notReadyNumber: 303001, resolve: () => ({ address }) },
    );
    this.#remembered.set(address, made);
    if (this.#remembered.size > this.#computed!.limit) this.#remembered.delete(this.#remembered.keys().next().value!);
    return made;
  }
}
