import type { ConfigOf } from '../../engine/ports.ts';
import { textIfAny } from '../../expressions/xpath/xpath.ts';
import type { Logger } from '../../log.ts';
import type { Message } from '../../message/message.ts';
import { learnAddressing } from '../../message/soap.ts';
import { serializeXml } from '../../message/xml/serialize.ts';
import { isJsonBody } from '../body-kind.ts';
import { isResponse } from '../direction.ts';
import { attr, child, defineMediator, type Mediator } from '../kit.ts';
import { templateChild } from '../parts.ts';

const shape = {
  level: attr.lenient(['simple', 'headers', 'full', 'custom'], {
    otherwise: 'simple',
    doc: 'simple: addresses and direction; headers: SOAP headers; full: simple and the body; custom: only what is written here. Without it simple, or custom when there is a <message>.',
  }),
  category: attr.oneOf(['INFO', 'DEBUG', 'WARN', 'ERROR', 'TRACE', 'FATAL'], {
    doc: 'Log level of the line.',
    default: 'INFO',
  }),
  separator: attr.text({ doc: 'Between the parts of the line; "\\n" starts a new line.', default: ', ' }),
  logMessageID: attr.boolean({ doc: 'Adds the id of the message to a <message> line.', default: false }),
  logFullPayload: attr.boolean({ doc: 'Adds the body to a <message> line.', default: false }),
  name: attr.text({ doc: 'A name for people; it has no effect.' }),
  message: templateChild({ doc: 'The text of the line, with ${expressions}.' }),
  properties: child.list(
    {
      name: attr.text({ doc: 'Written before the value.', required: true }),
      value: attr.text({ doc: 'The value as it stands.' }),
      expression: attr.expression({ doc: 'What computes the value.' }),
    },
    { name: 'property', doc: 'One more part of the line: name = value.' },
  ),
};

type LogConfig = ConfigOf<typeof shape>;

export const log: Mediator = defineMediator({
  tag: 'log',
  summary: 'Writes a line into the log.',
  notes: 'Only the levels headers and full, and expressions about the body, make the engine read the body.',
  shape,
  needsBody: (config) => needsBody(config),
  check(_config, from) {
    for (const property of from.children('property')) {
      if (property.attribute('value') ?? property.attribute('expression')) continue;
      if (property.attribute('value') === '' || property.elements().length > 0) continue;
      from.problem('MISSING_ATTRIBUTE', '<property> has neither a value nor an expression.', {
        on: property,
        hint: 'Write value="..." or expression="...".',
      });
    }
  },
  examples: [
    {
      title: 'Values of one’s own; the message passes untouched',
      xml: '<log level="custom"><property name="city" expression="get-property(\'city\')"/></log>',
      given: { body: '<a/>', properties: { city: 'Colombo' } },
      then: 'next: <a/>',
    },
    {
      title: 'A text with expressions',
      xml: '<log category="WARN"><message>order ${payload.id} is late</message></log>',
      given: '{"id":7}',
      then: 'next: {"id":7}',
    },
  ],
  run(config, message, scope) {
    const logger = loggerOf(scope.log);
    if (logger.enabled(config.category)) logger.log(config.category, line(config, message));
    return 'next';
  },
});

function needsBody(config: LogConfig): boolean {
  return config.level === 'full' || config.level === 'headers' || config.logFullPayload;
}

const loggers = new WeakMap<Logger, Logger>();

function loggerOf(parent: Logger): Logger {
  let logger = loggers.get(parent);
  if (!logger) loggers.set(parent, (logger = parent.named('LogMediator')));
  return logger;
}

/** The line as WSO2 MI writes it. Source: LogMediator.getLogMessage. */
function line(config: LogConfig, message: Message): string {
  const level = config.level ?? (config.message ? 'custom' : 'simple');
  const parts: string[] = [];
  if (config.message) parts.push(config.message.text(message).trim());
  if (level === 'simple' || level === 'full') addSimple(parts, message);
  else if (level === 'headers') addHeaders(parts, message);
  if (level === 'custom' && config.logMessageID) parts.push(`MessageID: ${messageId(message)}`);
  for (const { name, value, expression } of config.properties) {
    // What is not there is written as "null", as in MI.
    parts.push(`${name} = ${value ?? (expression ? (textIfAny(expression, message) ?? 'null') : '')}`);
  }
  if (level === 'full' || config.logFullPayload) parts.push(payload(message));
  return parts.join(config.separator === '\\n' ? '\n' : config.separator);
}

function addSimple(parts: string[], message: Message): void {
  if (message.body.built) learnAddressing(message);
  const { to, from, action, replyTo } = message.addressing;
  parts.push(`To: ${to ?? ''}`);
  if (from !== undefined) parts.push(`From: ${from}`);
  if (action !== undefined) parts.push(`WSAction: ${action}`);
  const soapAction = message.headers.get('SOAPAction')?.replace(/^"(.*)"$/, '$1') ?? action;
  if (soapAction !== undefined) parts.push(`SOAPAction: ${soapAction}`);
  if (replyTo !== undefined) parts.push(`ReplyTo: ${replyTo}`);
  parts.push(`MessageID: ${messageId(message)}`);
  const correlation = message.axis2.get('correlation_id');
  if (typeof correlation === 'string') parts.push(`correlation_id: ${correlation}`);
  parts.push(`Direction: ${isResponse(message) ? 'response' : 'request'}`);
}

function messageId(message: Message): string {
  return message.addressing.messageId ?? message.id;
}

function addHeaders(parts: string[], message: Message): void {
  if (isJsonBody(message)) return;
  for (const block of message.body.envelope().child('Header')?.elements() ?? []) {
    parts.push(`${block.local} : ${block.text}`);
  }
}

function payload(message: Message): string {
  if (isJsonBody(message)) return `Payload: ${message.body.text()}`;
  return `Envelope: ${serializeXml(message.body.envelope())}`;
}
