import { endpointList } from '../../artifacts/shape/endpoint.ts';
import { attr } from '../../artifacts/shape/fields.ts';
import type { Endpoint, SendContext } from '../../engine/ports.ts';
import type { Message } from '../../message/message.ts';
import { EndpointGroup } from '../group.ts';
import { memberOf } from '../indirect/indirect.ts';
import { defineEndpoint, type EndpointKind, type Making } from '../kind.ts';

const shape = {
  dynamic: attr.boolean({
    doc: 'Goes back to an earlier endpoint as soon as it is ready; otherwise stays with the one that works.',
    default: true,
  }),
  buildMessage: attr.boolean({
    doc: 'Accepted; the body is always kept until an endpoint has answered.',
    default: true,
  }),
  endpoint: endpointList({ doc: 'The endpoints, the preferred one first.', required: true }),
};

export const failover: EndpointKind = defineEndpoint({
  tag: 'failover',
  summary: 'Sends to the first endpoint that is ready, and to the next when it fails.',
  notes: 'An endpoint whose <retryConfig> forbids the error ends the search. None ready: error 303000.',
  shape,
  create: (making) =>
    new FailoverEndpoint(
      making,
      making.config.endpoint.map((choice) => memberOf(choice, making)),
      making.config.dynamic,
    ),
});

class FailoverEndpoint extends EndpointGroup {
  readonly kind = 'failover';
  readonly #dynamic: boolean;
  #current: Endpoint | undefined;

  constructor(making: Making<unknown>, children: readonly Endpoint[], dynamic: boolean) {
    super(making, children);
    this.#dynamic = dynamic;
  }

  async send(message: Message, context: SendContext): Promise<Message | undefined> {
    await this.prepare(message, context);
    const next = (spent: ReadonlySet<Endpoint>): Endpoint | undefined => {
      const able = (endpoint: Endpoint): boolean => endpoint.ready && !spent.has(endpoint);
      if (!this.#dynamic && this.#current && able(this.#current)) return this.#current;
      return (this.#current = this.children.find(able));
    };
    return (await this.sendTo(next, message, context)).answer;
  }
}
