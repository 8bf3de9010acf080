import { param, type Parameter } from '../../artifacts/parameters.ts';
import { parseQuartz } from '../../artifacts/kinds/cron.ts';
import { lostSignal } from '../../engine/lost-signal.ts';
import type { Term } from '../../engine/ports.ts';
import { Fault } from '../../errors.ts';
import { Body } from '../../message/body.ts';
import type { JsonValue } from '../../message/json.ts';
import { Headers } from '../../message/headers.ts';
import type { Message } from '../../message/message.ts';
import { inboundMessage, markInbound } from '../inbound-message.ts';
import { defineConsumer, type ConsumerKind, type ConsumerParts } from '../inbound-kind.ts';
import { keepConnected } from '../reconnecting.ts';
import type { InboundBody, InboundClass, InboundContext, InboundInstance, InjectOptions } from './spi.ts';

interface ClassConfig {
  readonly behavior: 'polling' | 'eventBased' | 'listening';
  readonly intervalMs: number;
  readonly cron: string | undefined;
  readonly all: ReadonlyMap<string, string>;
}

const parameters: { readonly [K in keyof ClassConfig]: Parameter<ClassConfig[K]> } = {
  behavior: param.oneOf('inbound.behavior', ['polling', 'eventBased', 'listening'], {
    doc: 'Which method of the class is called: poll, or listen; listening does so on every replica.',
    default: 'polling',
  }),
  intervalMs: param.integer('interval', { doc: 'Milliseconds between two polls.', default: 1_000, min: 1 }),
  cron: param.text('cronExpression', { doc: 'When to poll, instead of an interval: a Quartz expression.' }),
  all: param.family('', { doc: 'Whatever the class wants to know.' }),
};

/** An inbound endpoint of a class of the user's. */
export function classConsumer(load: () => Promise<InboundClass>): ConsumerKind<typeof parameters> {
  return defineConsumer({
    name: 'class',
    summary: 'Runs a class of yours, in TypeScript or JavaScript, that takes messages from anywhere.',
    protocols: [],
    classes: [],
    proxyTransports: [],
    delivery: 'at least once',
    acknowledged: 'By the class, which is told how the sequence ended.',
    sharing: 'The class runs on all of them and shares in its own way.',
    parameters,
    consume: (config, parts) => (term) => new ClassInbound(config, parts, term, load).run(),
  });
}

class ClassInbound {
  readonly #config: ClassConfig;
  readonly #parts: ConsumerParts;
  readonly #term: Term;
  readonly #load: () => Promise<InboundClass>;
  readonly #context: InboundContext;
  readonly #lost: ReturnType<typeof lostSignal>;
  readonly #inHand = new Set<Promise<unknown>>();
  /** By the wall clock. */
  #polledAt: number | undefined;

  constructor(config: ClassConfig, parts: ConsumerParts, term: Term, load: () => Promise<InboundClass>) {
    this.#config = config;
    this.#parts = parts;
    this.#term = term;
    this.#load = load;
    this.#lost = lostSignal(term);
    const { standing } = parts;
    this.#context = {
      name: parts.name,
      parameters: Object.fromEntries(config.all),
      token: term.token,
      signal: term.signal,
      log: parts.log.named(`inbound:${parts.name}`),
      inject: (body, options) => this.#inject(body, options),
      mayAcknowledge: () => term.valid(),
      waits: (reason) => (reason === undefined ? standing.running() : standing.waiting(reason)),
    };
  }

  async run(): Promise<void> {
    const { clock, standing, log, name } = this.#parts;
    try {
      await keepConnected((established) => this.#session(established), {
        signal: this.#term.signal,
        clock,
        standing,
        log,
        server: `the class of ${name}`,
      });
      await Promise.allSettled(this.#inHand);
    } finally {
      this.#lost[Symbol.dispose]();
    }
  }

  /** A class that failed to load, or to begin, is made anew: the module may have been mended. */
  async #session(established: () => void): Promise<void> {
    const Loaded = await this.#load();
    const instance = new Loaded();
    const method = this.#config.behavior === 'polling' ? 'poll' : 'listen';
    if (!instance[method]) {
      throw new TypeError(`inbound.behavior is ${this.#config.behavior}, but it has no method ${method}()`);
    }
    try {
      await instance.init?.(this.#context);
      if (method === 'poll') await this.#poll(instance, established);
      else {
        established();
        await instance.listen!(this.#context);
        await aborted(this.#term.signal);
      }
    } finally {
      await Promise.allSettled(this.#inHand);
      await instance.close?.();
    }
  }

  async #poll(instance: InboundInstance, established: () => void): Promise<void> {
    const { clock, log, standing, name } = this.#parts;
    const { signal } = this.#term;
    established();
    while (!signal.aborted) {
      const due = this.#nextPoll(clock.wall());
      // The wall clock may be set while we sleep.
      if (due === undefined) return aborted(signal);
      if (due > clock.wall()) await clock.sleep(Math.min(due - clock.wall(), 60_000), signal).catch(() => {});
      if (signal.aborted || clock.wall() < due) continue;
      try {
        await instance.poll!(this.#context);
        standing.running();
      } catch (error) {
        const fault = Fault.from(error);
        log.error(`${fault.describe()} in a poll of inbound endpoint ${name}`, { code: fault.code });
        standing.waiting(`its last poll failed: ${fault.message}`);
      }
      this.#polledAt = clock.wall();
    }
  }

  #nextPoll(now: number): number | undefined {
    const { cron, intervalMs } = this.#config;
    const parsed = cron === undefined ? undefined : parseQuartz(cron);
    if (parsed?.ok) return parsed.ok.next(new Date((this.#polledAt ??= now)))?.getTime();
    return this.#polledAt === undefined ? now : this.#polledAt + intervalMs;
  }

  async #inject(body: InboundBody, options: InjectOptions = {}): Promise<'done' | 'rollback' | 'requeue'> {
    this.#term.assert();
    const taking = this.#parts.intake.take(this.#message(body, options), { signal: this.#lost.signal });
    this.#inHand.add(taking);
    try {
      return (await taking).outcome;
    } finally {
      this.#inHand.delete(taking);
    }
  }

  #message(body: InboundBody, { headers = {}, properties = {}, key }: InjectOptions): Message {
    const { name, environment } = this.#parts;
    const term = this.#term;
    const id = `${name}/${key ?? crypto.randomUUID()}`;
    const message = inboundMessage({
      name,
      term,
      id,
      body: bodyOf(body),
      headers: Headers.from(headers),
      environment,
    });
    for (const [property, value] of Object.entries(properties)) message.properties.set(property, value);
    // Where it came from is not the class's to say.
    markInbound(message, name);
    if (message.body.contentType !== undefined) message.axis2.set('ContentType', message.body.contentType);
    return message;
  }
}

function bodyOf(body: InboundBody): Body {
  if ('text' in body) return Body.text(body.text);
  if ('xml' in body) return Body.bytes(new TextEncoder().encode(body.xml), 'application/xml; charset=UTF-8');
  if ('bytes' in body) return Body.bytes(body.bytes, body.contentType);
  return Body.json(JSON.parse(JSON.stringify(body.json)) as JsonValue);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
