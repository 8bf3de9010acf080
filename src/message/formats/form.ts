import { XmlElement } from '../xml/tree.ts';
import { elementName, jsonKey } from './json-names.ts';

/**
 * application/x-www-form-urlencoded as <xformValues> with one child per field, in the order sent.
 * Source: Synapse XFormURLEncodedBuilder; query parameters stay out of it.
 */
export function formToXml(text: string): XmlElement {
  const root = new XmlElement('xformValues');
  for (const pair of text.split('&')) {
    if (pair.trim() === '') continue;
    const equals = pair.indexOf('=');
    const field = new XmlElement(elementName(decode(equals === -1 ? pair : pair.slice(0, equals))));
    field.text = equals === -1 ? '' : decode(pair.slice(equals + 1));
    root.append(field);
  }
  return root;
}

/** name=value of each child element; blanks become %20. Source: Synapse XFormURLEncodedFormatter. */
export function xmlToForm(root: XmlElement): string {
  return root
    .elements()
    .map((field) => `${encode(jsonKey(field.local))}=${encode(field.text)}`)
    .join('&');
}

function decode(text: string): string {
  const blanks = text.replaceAll('+', ' ').replace(/[\r\n]+$/, '');
  try {
    return decodeURIComponent(blanks);
  } catch {
    return blanks;
  }
}

/** As java.net.URLEncoder, which lets "*-._" and no other sign through. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()~]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
