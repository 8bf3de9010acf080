import type { Addressing, Message } from '../../message/message.ts';
import { learnAddressing } from '../../message/soap.ts';
import { formatDate, momentOf } from '../java/date.ts';
import { failed } from '../failure.ts';
import { fromValue, type XPathValue } from './value.ts';

/**
 * get-property(name), get-property(scope, name), get-property(scope, name, date format).
 * Returns null where there is no such property. Source: Synapse GetPropertyFunction.
 */
export function getProperty(message: Message, args: readonly string[]): XPathValue {
  let [scope = 'default', key = '', format] = args;
  // With two arguments, a first one that is no scope is the name: get-property('SYSTEM_DATE', 'yyyy').
  if (args.length === 1) [scope, key] = ['default', scope];
  else if (args.length === 2 && !Object.hasOwn(scopes, scope)) [scope, key, format] = ['default', scope, key];
  if (key === '') return '';
  if (key === 'SYSTEM_DATE') return systemDate(message, format);
  if (key === 'SYSTEM_TIME') return String(message.environment.now());
  const find = Object.hasOwn(scopes, scope) ? scopes[scope] : undefined;
  return find ? find(message, key) : '';
}

type Scope = (message: Message, key: string) => XPathValue;

const scopes: Readonly<Record<string, Scope>> = {
  default: fromDefault,
  synapse: fromDefault,
  // Axis2 looks in the message, then in its client options, then in its operation.
  axis2: (m, key) => fromValue(m.axis2.get(key) ?? m.axis2Client.get(key) ?? m.conversation.operation.get(key)),
  'axis2-client': (m, key) => fromValue(m.axis2Client.get(key)),
  transport: (m, key) => m.headers.get(key) ?? null,
  operation: (m, key) => fromValue(m.conversation.operation.get(key)),
  func: (m, key) => fromValue(m.templateParameters.at(-1)?.get(key)),
  registry: fromRegistry,
  system: (m, key) => m.environment.system(key) ?? '',
  env: (m, key) => m.environment.config(key) ?? '',
  file: (m, key) => m.environment.file(key) ?? '',
  trace: (m, key) => fromValue(m.properties.get(key)),
  analytics: (m, key) => fromValue(m.properties.get(key)),
};

/** Names of the default scope that are no properties. */
const special: Readonly<Record<string, (message: Message) => XPathValue>> = {
  To: (m) => address(m, 'to'),
  From: (m) => address(m, 'from'),
  Action: (m) => address(m, 'action'),
  FaultTo: (m) => address(m, 'faultTo'),
  ReplyTo: (m) => address(m, 'replyTo'),
  RelatesTo: (m) => address(m, 'relatesTo'),
  MessageID: (m) => address(m, 'messageId') || m.id,
  FAULT: (m) => (isFault(m) ? 'TRUE' : ''),
  MESSAGE_FORMAT: messageFormat,
  // What a proxy without a WSDL calls its only operation.
  OperationName: (m) => fromValue(m.axis2.get('OperationName')) ?? 'mediate',
  OperationNamespace: (m) => fromValue(m.axis2.get('OperationNamespace')) ?? '',
};

/** Received WS-Addressing headers are seen once something has looked into the body, as in Synapse. */
function address(message: Message, field: keyof Addressing): string {
  // A body that happens to have arrived is not one that was looked into: the answer must not depend on packets.
  if (message.body.built) learnAddressing(message);
  return message.addressing[field] ?? '';
}

/** Special names that look into the body. */
export const bodyProperties: ReadonlySet<string> = new Set(['FAULT', 'From']);

function fromDefault(message: Message, key: string): XPathValue {
  if (Object.hasOwn(special, key)) return special[key]!(message);
  const value = message.properties.get(key);
  if (value !== undefined) return fromValue(value);
  // No property of that name: perhaps a local entry, as SynapseMessageContext.getEntry finds them.
  const entry = message.environment.resource(key);
  return entry ? new TextDecoder().decode(entry.bytes) : null;
}

/** "path" gives the resource's text, "path@name" one of its properties. */
function fromRegistry(message: Message, key: string): XPathValue {
  const [path = '', name] = key.split('@');
  const resource = message.environment.resource(path);
  if (!resource) return '';
  return name === undefined ? new TextDecoder().decode(resource.bytes) : (resource.property(name) ?? '');
}

function isFault(message: Message): boolean {
  if (message.axis2.get('FAULT_MESSAGE') === 'TRUE') return true;
  const body = message.body.envelope().child('Body');
  return body?.elements()[0]?.local === 'Fault' && body.elements()[0]!.uri === body.uri;
}

/** soap11, soap12, pox or get. Source: SynapseConstants.FORMAT_*. */
function messageFormat(message: Message): string {
  if (message.body.soap !== 'none') return message.body.soap;
  return message.body.kind === 'empty' && message.request?.method === 'GET' ? 'get' : 'pox';
}

function systemDate(message: Message, format: string | undefined): string {
  try {
    // What SimpleDateFormat without a pattern writes in English.
    return formatDate(momentOf(message.environment.now(), true), format ?? 'M/d/yy, h:mm a');
  } catch (error) {
    throw failed(`SYSTEM_DATE cannot be written as "${format}": ${(error as Error).message}`, error);
  }
}
