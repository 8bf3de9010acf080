import type { Term } from '../engine/ports.ts';
import type { Body } from '../message/body.ts';
import type { Environment } from '../message/environment.ts';
import type { Headers } from '../message/headers.ts';
import { Message, type Fence } from '../message/message.ts';

export interface InboundMessage {
  /** Of the inbound endpoint or proxy. */
  readonly name: string;
  readonly environment: Environment;
  /** Of the conversation. */
  readonly id: string;
  /** Names the message whoever takes it again; the id when left out. */
  readonly key?: string;
  /** It was taken under that; left out for what nobody holds, such as an answer. */
  readonly term?: Term | undefined;
  readonly body: Body;
  readonly headers?: Headers;
}

/** The message a consumer makes of what it took. */
export function inboundMessage({ name, environment, id, key = id, term, body, headers }: InboundMessage): Message {
  const message = new Message({
    body,
    environment,
    ...(headers && { headers }),
    conversation: { id, operation: new Map(), ...(term && { fence: fenceOf(term, key) }) },
  });
  markInbound(message, name);
  return message;
}

/** By MI's names. Source: Synapse, the inject handlers of inbound endpoints. */
export function markInbound({ properties }: Message, name: string): void {
  properties.set('isInbound', 'true');
  properties.set('inbound.endpoint.name', name);
}

function fenceOf(term: Term, key: string): Fence {
  // Of what every replica does no token is newer than another, so stores must not compare them.
  const held = term.token === 0 ? {} : { artifact: term.artifact };
  return { ...held, assert: () => term.assert(), token: term.token, key };
}
