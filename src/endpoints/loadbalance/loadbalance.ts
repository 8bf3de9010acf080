import { endpointList } from '../../artifacts/shape/endpoint.ts';
import { attr, child } from '../../artifacts/shape/fields.ts';
import type { EndpointConfig } from '../../artifacts/shape/spec.ts';
import type { Endpoint, SendContext } from '../../engine/ports.ts';
import { Fault } from '../../errors.ts';
import type { Message } from '../../message/message.ts';
import { EndpointGroup } from '../group.ts';
import { memberOf } from '../indirect/indirect.ts';
import { defineEndpoint, type EndpointKind, type Making } from '../kind.ts';
import { algorithmNamed, roundRobin, type Algorithm, type Weighted } from './algorithm.ts';
import { hostEndpoint } from './member.ts';
import { Sessions, type SessionSettings, type SessionType } from './session.ts';

const shape = {
  algorithm: attr.text({
    doc: 'RoundRobin, WeightedRoundRobin or WeightedRRLCAlgorithm, with or without its package.',
  }),
  failover: attr.boolean({ doc: 'Tries the next endpoint when one fails.', default: true }),
  policy: attr.text({ doc: 'Only "roundRobin" exists.' }),
  buildMessage: attr.boolean({ doc: 'Accepted; the body is kept until an endpoint has answered.', default: true }),
  member: child.list(
    {
      hostName: attr.text({ doc: 'The host.', required: true }),
      httpPort: attr.integer({ doc: 'Its HTTP port.', min: 1, max: 65_535 }),
      httpsPort: attr.integer({ doc: 'Its HTTPS port.', min: 1, max: 65_535 }),
    },
    { doc: 'A host that takes the path the message asks for.' },
  ),
  endpoint: endpointList({ doc: 'The endpoints. A weight is the property loadbalance.weight of an endpoint.' }),
};

export const loadbalance: EndpointKind = defineEndpoint({
  tag: 'loadbalance',
  summary: 'Sends each message to one of several endpoints in turn.',
  notes: 'With a <session> beside it, messages of one session go to the endpoint that took the first.',
  shape,
  check(config, from) {
    if (config.endpoint.length + config.member.length === 0) {
      from.problem('MISSING_ELEMENT', '<loadbalance> needs at least one <endpoint> or <member>.');
    }
    if (algorithmNamed(config.algorithm ?? '', []) === undefined) {
      from.problem('BAD_VALUE', `"${config.algorithm}" is not a load-balancing algorithm Gantry has.`, {
        level: 'warning',
        on: from.attribute('algorithm'),
        hint: 'RoundRobin is used. Write RoundRobin, WeightedRoundRobin or WeightedRRLCAlgorithm.',
      });
    }
  },
  create(making) {
    const { config } = making;
    const members: Weighted[] = [
      ...config.endpoint.map((choice) => ({ endpoint: memberOf(choice, making), weight: weightOf(choice.inline) })),
      ...config.member.map((member) => ({ endpoint: hostEndpoint(member, making), weight: 1 })),
    ];
    const algorithm = algorithmNamed(config.algorithm ?? '', members) ?? roundRobin(members);
    const settings = sessionOf(making.written);
    const sessions = settings && new Sessions(settings, making.clock);
    return new LoadbalanceEndpoint(making, members, { algorithm, sessions, failover: config.failover });
  },
});

interface Balancing {
  readonly algorithm: Algorithm;
  readonly sessions: Sessions | undefined;
  readonly failover: boolean;
}

class LoadbalanceEndpoint extends EndpointGroup {
  readonly kind = 'loadbalance';
  readonly #balancing: Balancing;

  constructor(making: Making<unknown>, members: readonly Weighted[], balancing: Balancing) {
    super(
      making,
      members.map(({ endpoint }) => endpoint),
    );
    this.#balancing = balancing;
  }

  async send(message: Message, context: SendContext): Promise<Message | undefined> {
    await this.prepare(message, context);
    const { algorithm, sessions, failover } = this.#balancing;
    if (sessions) await message.body.load(context.signal);
    const bound = sessions?.memberFor(message);
    if (bound && !bound.ready) {
      // Its session lives there and nowhere else.
      throw new Fault('NO_ENDPOINT_READY', {
        number: 309001,
        detail: { session: 'bound', endpoint: bound.name },
        retry: 'again',
      });
    }
    const next = (spent: ReadonlySet<Endpoint>): Endpoint | undefined => {
      if (bound) return spent.has(bound) ? undefined : bound;
      if (!failover && spent.size > 0) return undefined;
      return algorithm((endpoint) => endpoint.ready && !spent.has(endpoint));
    };
    const { answer, member } =
      failover && !bound ? await this.sendTo(next, message, context) : await this.#once(next, message, context);
    if (sessions && answer) {
      if (sessions.looksIntoAnswers) await answer.body.load(context.signal);
      sessions.answered(member, message, answer);
    }
    return answer;
  }

  /** Without failover the fault is the member's own. */
  async #once(
    next: (spent: ReadonlySet<Endpoint>) => Endpoint | undefined,
    message: Message,
    context: SendContext,
  ): Promise<{ answer: Message | undefined; member: Endpoint }> {
    const member = next(new Set());
    if (!member) throw this.noneReady(undefined, 'no member is ready');
    return { answer: await member.send(message, context), member };
  }
}

function weightOf(written: EndpointConfig | undefined): number {
  for (const property of written?.element.elements() ?? []) {
    if (property.local !== 'property' || property.attribute('name') !== 'loadbalance.weight') continue;
    const weight = Number(property.attribute('value'));
    if (Number.isInteger(weight) && weight > 0) return weight;
  }
  return 1;
}

/** <session> stands beside <loadbalance>. Source: MI's default of ten minutes. */
function sessionOf(written: EndpointConfig): SessionSettings | undefined {
  const session = written.element.child('session');
  const type = session?.attribute('type');
  if (!session || (type !== 'http' && type !== 'soap' && type !== 'simpleClientSession')) return undefined;
  const timeout = Number(session.child('sessionTimeout')?.text ?? session.attribute('sessionTimeout'));
  return { type: type satisfies SessionType, timeoutMs: timeout > 0 ? timeout : 600_000 };
}
