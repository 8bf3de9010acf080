import { Fault } from '../../errors.ts';
import { CharsetError, decodeText } from '../charset.ts';
import { parseJson, type JsonValue } from '../json.ts';
import { makeEnvelope, soapVersion, type SoapVersion } from '../soap/envelope.ts';
import { parseXml, XmlSyntaxError } from '../xml/parse.ts';
import type { XmlElement } from '../xml/tree.ts';
import { formatOf, parseContentType } from './content-type.ts';
import { formToXml } from './form.ts';
import { jsonToXml } from './json-to-xml.ts';
import { multipartToXml } from './multipart.ts';
import { relatedToXml } from './related.ts';
import { wrapBinary, wrapText } from './wrapped.ts';

/** Bytes read as XML: always an envelope, and the version it came in or 'none' when it was put around here. */
export interface ReadEnvelope {
  readonly envelope: XmlElement;
  readonly soap: SoapVersion | 'none';
}

/** The envelope that bytes of this content type stand for. Faults BODY_NOT_READABLE. Source: MI's message builders. */
export function readEnvelope(bytes: Uint8Array, contentType: string | undefined): ReadEnvelope {
  const { media, parameters } = parseContentType(contentType);
  const format = formatOf(media);
  if (format === 'soap' || format === 'pox') {
    return envelopeOf(
      readable(contentType, () => parseXml(bytes, { positions: false, charset: parameters.get('charset') })),
    );
  }
  if (format === 'related') return envelopeOf(readable(contentType, () => relatedToXml(bytes, contentType)));
  return { envelope: makeEnvelope('soap11', payloadOf(bytes, contentType)), soap: 'none' };
}

/** An Envelope as it is; anything else with an envelope of SOAP 1.1 around it. */
export function envelopeOf(root: XmlElement): ReadEnvelope {
  const soap = soapVersion(root);
  return soap ? { envelope: root, soap } : { envelope: makeEnvelope('soap11', root), soap: 'none' };
}

function payloadOf(bytes: Uint8Array, contentType: string | undefined): XmlElement | undefined {
  const { media, parameters } = parseContentType(contentType);
  switch (formatOf(media)) {
    case 'json': {
      const value = readJson(bytes, contentType);
      return value === undefined ? undefined : jsonToXml(value);
    }
    case 'form':
      return formToXml(readText(bytes, contentType));
    case 'multipart':
      return readable(contentType, () => multipartToXml(bytes, parameters.get('boundary')));
    case 'text':
      return wrapText(readText(bytes, contentType));
    default:
      return wrapBinary(bytes);
  }
}

/** The JSON value of the bytes; undefined when there is nothing but blanks. Faults BODY_NOT_READABLE. */
export function readJson(bytes: Uint8Array, contentType: string | undefined): JsonValue | undefined {
  const text = readText(bytes, contentType);
  if (text.length < 64 && text.trim() === '') return undefined;
  return readable(contentType, () => parseJson(text));
}

/** The characters of the bytes by the charset parameter, else UTF-8. Faults BODY_NOT_READABLE. */
export function readText(bytes: Uint8Array, contentType: string | undefined): string {
  return readable(contentType, () => decodeText(bytes, parseContentType(contentType).parameters.get('charset')));
}

const expected = [XmlSyntaxError, CharsetError, SyntaxError, RangeError];

function readable<T>(contentType: string | undefined, read: () => T): T {
  try {
    return read();
  } catch (error) {
    // A RangeError is JSON nested so deep that the stack ends.
    if (!(error instanceof Error) || !expected.some((kind) => error instanceof kind)) throw error;
    const text = `The body is not ${parseContentType(contentType).media || 'what its content type says'}: ${error.message}`;
    throw new Fault('BODY_NOT_READABLE', { text, cause: error });
  }
}
