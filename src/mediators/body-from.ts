import { parseJson, type JsonValue } from '../message/json.ts';
import { JsonHolder, type Message, type Value } from '../message/message.ts';
import { parseXml } from '../message/xml/parse.ts';
import { XmlElement } from '../message/xml/tree.ts';
import { nodesOf, valueText } from './values.ts';

/**
 * Makes a value the body: an element becomes XML, a JSON value JSON, a text what it looks like or `contentType` says.
 * With a content type the message is written as that from now on.
 */
export function setBodyFrom(message: Message, value: Value, contentType?: string): void {
  const element = nodesOf(value)?.find((node) => node.kind === 'element');
  if (element) message.body.setXml(element);
  else if (value instanceof JsonHolder) message.body.setJson(value.json);
  else if (value instanceof Uint8Array) message.body.setBytes(value, contentType);
  else setBodyFromText(message, valueText(value), contentType);
  if (contentType !== undefined) {
    message.body.contentType = contentType;
    message.axis2.set('messageType', mediaTypeOf(contentType));
    message.axis2.set('ContentType', contentType);
    message.headers.set('Content-Type', contentType);
  }
}

function setBodyFromText(message: Message, text: string, contentType: string | undefined): void {
  const type = mediaTypeOf(contentType ?? '');
  const json = type === '' || isJsonType(type) ? tryJson(text) : undefined;
  if (json !== undefined && (isJsonType(type) || typeof json === 'object')) return message.body.setJson(json);
  const xml = type === '' || /xml/.test(type) ? tryXml(text) : undefined;
  if (xml) message.body.setXml(xml);
  else message.body.setText(text);
}

/** "application/json; charset=UTF-8" is application/json. */
export function mediaTypeOf(contentType: string): string {
  return contentType.split(';', 1)[0]!.trim().toLowerCase();
}

export function isJsonType(type: string): boolean {
  return type === 'application/json' || type.endsWith('+json') || type.endsWith('/json');
}

export function tryJson(text: string): JsonValue | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

export function tryXml(text: string): XmlElement | undefined {
  const trimmed = text.trim();
  if (!trimmed.startsWith('<') || !trimmed.endsWith('>')) return undefined;
  try {
    return parseXml(trimmed);
  } catch {
    return undefined;
  }
}

/** The elements of a text that is nothing but elements: "<i>1</i><i>2</i>". */
export function tryXmlElements(text: string): readonly XmlElement[] | undefined {
  const trimmed = text.trim();
  if (trimmed.length < 4 || !trimmed.startsWith('<') || !trimmed.endsWith('>')) return undefined;
  const one = tryXml(trimmed);
  if (one) return [one];
  const all = tryXml(`<all>${trimmed}</all>`);
  const isOnlyElements = all?.children.every(
    (c) => c.kind === 'element' || (c.kind === 'text' && c.value.trim() === ''),
  );
  return isOnlyElements ? all!.elements() : undefined;
}
