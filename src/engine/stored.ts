import { Body } from '../message/body.ts';
import type { Environment } from '../message/environment.ts';
import { Headers } from '../message/headers.ts';
import { stringifyJson } from '../message/json.ts';
import { JsonHolder, Message, type Addressing, type Fence, type Value } from '../message/message.ts';
import { serializeXml } from '../message/xml/serialize.ts';
import { XmlElement } from '../message/xml/tree.ts';
import type { StoredMessage } from './ports.ts';

/**
 * The message as it waits in a store. The body must be loaded. Properties that are XML or JSON become their text;
 * `operation` and `axis2-client` properties, variables and template parameters belong to the conversation and stay behind.
 * Source: Synapse MessageConverter.toStorableMessage.
 */
export function toStored(message: Message): StoredMessage {
  const { body } = message;
  return {
    id: message.id,
    storedAt: message.environment.now(),
    contentType: body.contentType,
    body: body.form === 'empty' ? new Uint8Array() : body.bytes(),
    headers: [...message.headers],
    properties: scalars(message.properties),
    axis2: scalars(message.axis2),
    addressing: Object.fromEntries(
      Object.entries(message.addressing).filter((pair): pair is [string, string] => pair[1] !== undefined),
    ),
  };
}

/**
 * A message as it was stored, in a conversation of its own. `fence` is the term of whoever took it out.
 * Source: Synapse MessageConverter.toMessageContext.
 */
export function fromStored(stored: StoredMessage, environment: Environment, fence?: Fence): Message {
  const message = new Message({
    body: stored.body.length === 0 ? Body.empty() : Body.bytes(stored.body, stored.contentType),
    headers: Headers.from(stored.headers),
    environment,
    conversation: { id: stored.id, operation: new Map(), ...(fence ? { fence } : {}) },
  });
  for (const [name, value] of Object.entries(stored.properties)) message.properties.set(name, value);
  for (const [name, value] of Object.entries(stored.axis2)) message.axis2.set(name, value);
  Object.assign(message.addressing, stored.addressing satisfies Addressing);
  return message;
}

function scalars(values: ReadonlyMap<string, Value>): Record<string, string | number | boolean> {
  const out: Record<string, string | number | boolean> = {};
  for (const [name, value] of values) {
    const scalar = toScalar(value);
    // A name such as __proto__ must become an entry, not a prototype.
    if (scalar !== undefined) Object.defineProperty(out, name, { value: scalar, enumerable: true, configurable: true });
  }
  return out;
}

function toScalar(value: Value): string | number | boolean | undefined {
  if (value === null) return undefined;
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object') return value;
  if (value instanceof JsonHolder) return typeof value.json === 'string' ? value.json : stringifyJson(value.json);
  if (value instanceof XmlElement) return serializeXml(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return value.map((node) => (node.kind === 'element' ? serializeXml(node) : node.value)).join('');
}
