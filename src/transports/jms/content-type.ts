import type { Message as AmqpMessage } from 'rhea';

/** The content type of a message, as far as the rules know it. */
export type ContentTypeOf = (received: AmqpMessage) => string | undefined;

const rule = /<(?:\w+:)?(jmsProperty|textMessage|bytesMessage|default)\b[^>]*>([^<]*)</g;

/**
 * transport.jms.ContentType is a content type, or rules of which the first that knows an answer counts:
 *
 *   <rules>
 *     <jmsProperty>contentType</jmsProperty>        what that property of the message says
 *     <bytesMessage>application/pdf</bytesMessage>  for messages of bytes; textMessage likewise
 *     <default>application/xml</default>
 *   </rules>
 *
 * Source: Axis2 ContentTypeRuleFactory.
 */
export function contentTypeRules(written: string | undefined): ContentTypeOf {
  if (written === undefined || !written.trimStart().startsWith('<')) return () => written;
  const rules = [...written.matchAll(rule)].map(([, kind, text]) => ruleOf(kind!, text!.trim()));
  return (received) => {
    for (const each of rules) {
      const type = each(received);
      if (type !== undefined) return type;
    }
    return undefined;
  };
}

function ruleOf(kind: string, text: string): ContentTypeOf {
  switch (kind) {
    case 'jmsProperty':
      return ({ application_properties: properties }) => {
        const value = (properties as Readonly<Record<string, unknown>> | undefined)?.[text];
        return typeof value === 'string' ? value : undefined;
      };
    case 'textMessage':
      return ({ body }) => (typeof body === 'string' ? text : undefined);
    case 'bytesMessage':
      return ({ body }) => (typeof body === 'string' || body === null || body === undefined ? undefined : text);
    default:
      return () => text;
  }
}
