import type { Endpoint, Library, StoredMessage, Term } from '../engine/ports.ts';
import { Fault } from '../errors.ts';
import { Body } from '../message/body.ts';
import { Headers } from '../message/headers.ts';
import type { Message } from '../message/message.ts';

/** For the tests of this room: a stored message with a JSON body. */
export function stored(id: string): StoredMessage {
  return {
    id,
    storedAt: 0,
    contentType: 'application/json',
    body: new TextEncoder().encode(`{"id":"${id}"}`),
    headers: [],
    properties: {},
    axis2: {},
    addressing: {},
  };
}

/** A term that is good until it is ended. */
export function openTerm(token = 1): Term & { end(): void } {
  const life = new AbortController();
  let valid = true;
  return {
    artifact: 'messageProcessor/test',
    token,
    signal: life.signal,
    valid: () => valid,
    assert() {
      if (!valid) throw new Fault('TERM_LOST');
    },
    lastFire: undefined,
    runs: 0,
    claim: async () => valid,
    end() {
      valid = false;
      life.abort(new DOMException('ended', 'AbortError'));
    },
  };
}

/** An endpoint that answers with these status codes in turn; 0 breaks the connection. The last one repeats. */
export function scriptedEndpoint(script: readonly number[]): Endpoint & { readonly received: string[] } {
  const received: string[] = [];
  return {
    name: 'scripted',
    kind: 'http',
    children: [],
    state: 'active',
    ready: true,
    received,
    async send(message: Message) {
      const status = script[Math.min(received.length, script.length - 1)]!;
      await message.body.load();
      received.push(message.body.text());
      if (status === 0) throw new Fault('CONNECTION_FAILED', { retry: 'again' });
      const reply = message.reply(Body.json({ status }), new Headers());
      reply.axis2.set('HTTP_SC', status);
      return reply;
    },
    switchOff: () => {},
    switchOn: () => {},
  };
}

export function libraryWith(endpoint: Endpoint): Library {
  return {
    sequence: () => undefined,
    template: () => undefined,
    endpoint: () => endpoint,
    inlineEndpoint: () => endpoint,
    defaultEndpoint: endpoint,
    store: () => undefined,
  };
}
