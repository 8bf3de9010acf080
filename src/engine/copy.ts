import { Message, type Value } from '../message/message.ts';
import { cloneNode, XmlElement, type XmlNode } from '../message/xml/tree.ts';

/**
 * A message of its own with the same content: what changes in one does not change in the other. The body must be
 * loaded. The conversation is shared, so both reach the same client. Source: Synapse MessageHelper.cloneMessageContext.
 */
export function copyMessage(message: Message): Message {
  const copy = new Message({
    direction: message.direction,
    body: message.body.copy(),
    headers: message.headers.copy(),
    environment: message.environment,
    conversation: message.conversation,
    ...(message.request ? { request: message.request } : {}),
  });
  copyInto(copy.properties, message.properties);
  copyInto(copy.axis2, message.axis2);
  copyInto(copy.axis2Client, message.axis2Client);
  copyInto(copy.variables, message.variables);
  Object.assign(copy.addressing, message.addressing);
  copy.templateParameters.push(...message.templateParameters);
  return copy;
}

/** Trees are copied, because enrich changes them in place; everything else a property holds never changes. */
function copyInto(to: Map<string, Value>, from: ReadonlyMap<string, Value>): void {
  for (const [name, value] of from) {
    if (value instanceof XmlElement) to.set(name, cloneNode(value));
    else if (Array.isArray(value)) to.set(name, (value as readonly XmlNode[]).map(cloneNode));
    else to.set(name, value);
  }
}
