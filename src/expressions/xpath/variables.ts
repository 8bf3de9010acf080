import { JsonHolder, type Message, type Value } from '../../message/message.ts';
import { failed } from '../failure.ts';
import { fromValue, type XPathValue } from './value.ts';

/** Variables that are nodes of the envelope. */
export const bodyVariables: ReadonlySet<string> = new Set(['body', 'header', 'env']);

/** Where a $prefix:name looks. Source: SynapseXPathVariableContext. */
const prefixes: Readonly<Record<string, (message: Message, name: string) => XPathValue>> = {
  ctx: (m, name) => fromValue(m.properties.get(name)),
  // Axis2 looks in the message, then in its client options, then in its operation.
  axis2: (m, name) => fromValue(m.axis2.get(name) ?? m.axis2Client.get(name) ?? m.conversation.operation.get(name)),
  trp: (m, name) => m.headers.get(name) ?? null,
  url: queryParameter,
  func: (m, name) => fromValue(m.templateParameters.at(-1)?.get(name)),
  operation: (m, name) => fromValue(m.conversation.operation.get(name)),
  sys: (m, name) => m.environment.system(name) ?? '',
  SYSTEM: (m, name) => m.environment.system(name) ?? '',
  FILE: (m, name) => m.environment.file(name) ?? '',
  config: (m, name) => m.environment.config(name) ?? '',
  env: (m, name) => m.environment.config(name) ?? '',
  registry: (m, name) => resourceText(m, name),
  var: (m, name) => fromValue(m.variables.get(name)),
  vars: (m, name) => fromValue(m.variables.get(name)),
};

/** How to find the variable in a message, decided at load. */
export function variable(prefix: string, name: string): (message: Message | undefined) => XPathValue {
  if (prefix === '' && bodyVariables.has(name)) return (message) => (message ? envelopePart(message, name) : []);
  if (prefix === '') {
    return () => {
      throw failed(`there is no variable $${name}`);
    };
  }
  const find = Object.hasOwn(prefixes, prefix) ? prefixes[prefix]! : inProperty(prefix);
  return (message) => (message ? find(message, name) : null);
}

function envelopePart(message: Message, name: string): XPathValue {
  const envelope = message.body.envelope();
  if (name === 'env') return [envelope];
  const part = envelope.child(name === 'body' ? 'Body' : 'Header');
  return part ? [part] : [];
}

/** $name:member of a property that holds a JSON object. */
function inProperty(property: string): (message: Message, name: string) => XPathValue {
  return (message, name) => {
    const value: Value | undefined = message.properties.get(property);
    if (!(value instanceof JsonHolder) || value.json === null || typeof value.json !== 'object') return null;
    const member = Object.getOwnPropertyDescriptor(value.json, name)?.value as JsonHolder['json'] | undefined;
    if (member === undefined) return null;
    return typeof member === 'string' || typeof member === 'number' ? member : new JsonHolder(member);
  };
}

/** A query parameter of the address the message is for, else of the request line; names compare without case. */
function queryParameter(message: Message, name: string): string {
  for (const address of [message.addressing.to, message.request?.target]) {
    const query = /\?([^#]*)/.exec(address ?? '')?.[1];
    for (const pair of query?.split('&') ?? []) {
      const [key = '', ...value] = pair.split('=');
      if (key.toLowerCase() === name.toLowerCase()) return decoded(value.join('='));
    }
  }
  return '';
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function resourceText(message: Message, key: string): string {
  const resource = message.environment.resource(key);
  return resource ? new TextDecoder().decode(resource.bytes) : '';
}
