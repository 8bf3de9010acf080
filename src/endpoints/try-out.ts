/** For tests: endpoints made from what a user writes, over a transport that does what the test says. */
import assert from 'node:assert/strict';
import { readInlineEndpoint } from '../artifacts/shape/endpoint.ts';
import { ElementReader } from '../artifacts/shape/reader.ts';
import type { EndpointConfig } from '../artifacts/shape/spec.ts';
import { createVocabulary } from '../artifacts/shape/vocabulary.ts';
import { VirtualClock } from '../clock.ts';
import { createLibrary } from '../engine/library.ts';
import type { Endpoint, EndpointTemplate, Library, Outgoing, Sender } from '../engine/ports.ts';
import { Fault, type Problem } from '../errors.ts';
import { createLogger } from '../log.ts';
import { Body } from '../message/body.ts';
import { Headers } from '../message/headers.ts';
import { Message } from '../message/message.ts';
import { parseXml } from '../message/xml/parse.ts';
import { createDefaultEndpoint, createEndpoint, endpointSpecs } from './index.ts';

/** What the transport does with one message: an error code to fail with, a status, or an answer. */
export type Reaction = number | Message | Fault;

export interface Sent {
  readonly url: string;
  readonly method: string | undefined;
  readonly format: Outgoing['format'];
  readonly timeoutMs: number | undefined;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** ERROR_CODE to fault, as the http sender throws them. */
const faults: Readonly<Record<number, string>> = {
  101500: 'SEND_FAILED',
  101503: 'CONNECTION_FAILED',
  101504: 'CONNECTION_TIMEOUT',
  101505: 'CONNECTION_CLOSED',
  101508: 'CONNECT_TIMEOUT',
};

export class Bench {
  readonly clock: VirtualClock = new VirtualClock();
  readonly sent: Sent[] = [];
  readonly logged: string[] = [];
  readonly problems: Problem[] = [];
  readonly library: Library;
  /** By host of the address; 200 when nothing is said. */
  reaction: (outgoing: Outgoing) => Reaction = () => 200;

  constructor(named: Readonly<Record<string, string>> = {}, templates: Readonly<Record<string, string>> = {}) {
    const log = createLogger({ write: (line) => void this.logged.push(line) });
    const sender: Sender = {
      schemes: ['http', 'https'],
      send: (outgoing) => this.#send(outgoing),
      close: () => Promise.resolve(),
    };
    const context = { senders: [sender], clock: this.clock, log, globalTimeoutMs: 120_000 };
    const readAll = (all: Readonly<Record<string, string>>): [string, EndpointConfig][] =>
      Object.entries(all).map(([name, xml]) => [name, this.read(xml)]);
    const endpointTemplates = new Map(
      readAll(templates).map(([name, endpoint]): [string, EndpointTemplate] => [
        name,
        { name, parameters: [], endpoint },
      ]),
    );
    this.library = createLibrary({
      sequences: new Map(),
      templates: new Map(),
      endpointTemplates,
      endpoints: new Map(readAll(named)),
      stores: new Map(),
      stored: { xml: () => undefined, sequence: () => undefined, endpoint: () => undefined },
      createEndpoint: (config, library) => createEndpoint(config, { ...context, library }),
      defaultEndpoint: (library) => createDefaultEndpoint({ ...context, library }),
    });
  }

  read(xml: string): EndpointConfig {
    const element = parseXml(xml, { file: 'test.xml' });
    const reader = new ElementReader(element, {
      file: 'test.xml',
      vocabulary: createVocabulary({ endpoints: endpointSpecs }),
      report: (problem) => void this.problems.push(problem),
    });
    const read = readInlineEndpoint(element, reader);
    assert.ok(read, `not read: ${this.problems.map((p) => p.text).join()}`);
    return read;
  }

  make(xml: string): Endpoint {
    return this.library.inlineEndpoint(this.read(xml));
  }

  send(endpoint: Endpoint, message: Message = new Message()): Promise<Message | undefined> {
    const log = createLogger({ write: (line) => void this.logged.push(line) });
    return endpoint.send(message, { signal: new AbortController().signal, log, library: this.library });
  }

  /** The status of the answer, or the ERROR_CODE. */
  async outcome(endpoint: Endpoint, message?: Message): Promise<number> {
    try {
      return Number((await this.send(endpoint, message))?.axis2.get('HTTP_SC') ?? 0);
    } catch (error) {
      assert.ok(Fault.is(error), String(error));
      return error.number;
    }
  }

  /** The hosts that were sent to since last asked. */
  hosts(): string {
    return this.sent
      .splice(0)
      .map(({ url }) => new URL(url).hostname)
      .join(' ');
  }

  async #send(outgoing: Outgoing): Promise<Message> {
    const { url, message, method, format, timeoutMs } = outgoing;
    const body = message.body.loaded ? message.body.text() : '(stream)';
    this.sent.push({ url: url.href, method, format, timeoutMs, body, headers: Object.fromEntries(message.headers) });
    // A real transport answers later.
    await Promise.resolve();
    const reaction = this.reaction(outgoing);
    if (reaction instanceof Message) return reaction;
    if (typeof reaction !== 'number') throw reaction;
    if (reaction > 1_000) throw new Fault(faults[reaction] ?? 'SEND_FAILED', { number: reaction });
    return answerTo(message, reaction);
  }
}

export function answerTo(
  message: Message,
  status: number,
  body: Body = Body.empty(),
  headers: Headers = new Headers(),
): Message {
  const reply = message.reply(body, headers);
  reply.axis2.set('HTTP_SC', status);
  return reply;
}
