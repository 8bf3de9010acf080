import { canEncode, encodeText } from '../charset.ts';
import { stringifyJson } from '../json.ts';
import type { Envelope } from '../message.ts';
import { soapVersion, type SoapVersion } from '../soap/envelope.ts';
import { toSoap11, toSoap12 } from '../soap/convert.ts';
import { serializeXml } from '../xml/serialize.ts';
import type { XmlElement } from '../xml/tree.ts';
import type { Body } from '../body.ts';
import { formatOf, parseContentType } from './content-type.ts';
import { xmlToForm } from './form.ts';
import { xmlToMultipart } from './multipart.ts';
import { envelopeToRelated } from './related.ts';
import { unwrapBinary } from './wrapped.ts';

export interface RenderOptions {
  /** Overrides the charset parameter. */
  readonly charset?: string | undefined;
  /** False leaves the charset parameter away (axis2 setCharacterEncoding). */
  readonly charsetParameter?: boolean;
  /** The envelope to write instead of the body's own: 'none' is the payload alone. */
  readonly envelope?: Envelope | undefined;
  /** The envelope for a body that has none, when a SOAP type is asked for: what the client speaks. */
  readonly around?: SoapVersion | undefined;
  /** Writes multipart/related as such; otherwise its envelope alone. */
  readonly mtom?: boolean;
  /** The action parameter of application/soap+xml. */
  readonly action?: string | undefined;
  /** Writes an XML declaration before plain XML too. */
  readonly declaration?: boolean;
}

export interface Rendered {
  /** Undefined when the body is empty. */
  readonly bytes: Uint8Array | undefined;
  /** With its parameters. */
  readonly contentType: string | undefined;
}

/** A loaded body written as a content type asks. Source: the message formatters of Axis2 and Synapse. */
export function render(body: Body, contentType: string | undefined, options: RenderOptions = {}): Rendered {
  const asked = contentType ?? defaultType(body);
  const { media, parameters } = parseContentType(asked);
  const wanted = options.charset ?? parameters.get('charset') ?? 'UTF-8';
  const charset = canEncode(wanted) ? wanted : 'UTF-8';
  const typed = options.charsetParameter === false ? asked : withCharset(asked, charset);
  switch (formatOf(media)) {
    case 'json': {
      const value = body.json();
      return value === undefined ? nothing : { bytes: encodeText(stringifyJson(value), charset), contentType: typed };
    }
    case 'soap':
    case 'pox':
      return xml(body, formatOf(media) === 'soap', asked, charset, options);
    case 'related': {
      if (!options.mtom)
        return xml(body, true, 'text/xml', charset, { ...options, around: options.around ?? 'soap11' });
      const envelope = body.envelope();
      return envelopeToRelated(envelope, soapVersion(envelope) === 'soap12' ? 'application/soap+xml' : 'text/xml');
    }
    case 'text': {
      if (body.form === 'empty') return nothing;
      const text = body.form === 'text' ? body.text() : (body.payload()?.text ?? '');
      return { bytes: encodeText(text, charset), contentType: typed };
    }
    case 'form': {
      const payload = body.payload();
      return payload ? { bytes: encodeText(xmlToForm(payload), charset), contentType: typed } : nothing;
    }
    case 'multipart': {
      const payload = body.payload();
      if (!payload) return nothing;
      const boundary = parameters.get('boundary') ?? `gantry${crypto.randomUUID().replaceAll('-', '')}`;
      const named = parameters.has('boundary') ? asked : `${asked}; boundary=${boundary}`;
      return { bytes: xmlToMultipart(payload, boundary), contentType: named };
    }
    default:
      return { bytes: binary(body, charset), contentType: asked };
  }
}

const nothing: Rendered = { bytes: undefined, contentType: undefined };

/** Plain XML has no declaration, envelopes do, as MI writes them. */
function xml(body: Body, mayBeSoap: boolean, asked: string, charset: string, options: RenderOptions): Rendered {
  const envelope = options.envelope ?? (mayBeSoap ? envelopeFor(body, asked, options) : 'none');
  let root: XmlElement | undefined;
  let type = asked;
  if (envelope === 'none') {
    root = body.payload();
    if (!root) return nothing;
  } else {
    const own = body.envelope();
    root = envelope === 'soap12' ? toSoap12(own) : toSoap11(own);
    type = soapType(asked, soapVersion(root) === 'soap12', options.action);
  }
  const utf8 = /^utf-?8$/i.test(charset);
  const declaration = envelope !== 'none' || options.declaration || !utf8 ? charset : undefined;
  const text = serializeXml(root, { declaration });
  const contentType = options.charsetParameter === false ? type : withCharset(type, charset);
  return { bytes: encodeText(text, charset), contentType };
}

/**
 * A body keeps its own envelope. One without gets an envelope for clients that speak SOAP, and for application/soap+xml;
 * text/xml alone is plain XML. Source: PassThrough MessageFormatter selection for REST messages.
 */
function envelopeFor(body: Body, asked: string, options: RenderOptions): Envelope {
  if (body.soap !== 'none') return body.soap;
  return options.around ?? (parseContentType(asked).media === 'application/soap+xml' ? 'soap12' : 'none');
}

/** The envelope's version decides the media type, whatever was asked for. */
function soapType(asked: string, soap12: boolean, action: string | undefined): string {
  const media = soap12 ? 'application/soap+xml' : 'text/xml';
  const type = parseContentType(asked).media === media ? asked : media;
  if (!soap12 || !action || parseContentType(type).parameters.has('action')) return type;
  return `${type}; action="${action.replace(/[\r\n"\\]/g, '')}"`;
}

function binary(body: Body, charset: string): Uint8Array | undefined {
  if (body.form === 'bytes' && body.receivedFormat === 'binary') return body.bytes();
  if (body.form === 'empty') return undefined;
  if (body.form === 'text') return encodeText(body.text(), charset);
  const payload = body.payload();
  return payload && (unwrapBinary(payload) ?? encodeText(serializeXml(payload), charset));
}

function defaultType(body: Body): string {
  switch (body.kind) {
    case 'json':
      return 'application/json';
    case 'text':
      return 'text/plain';
    case 'binary':
      return 'application/octet-stream';
    default:
      return body.soap === 'none' ? 'application/xml' : body.soap === 'soap12' ? 'application/soap+xml' : 'text/xml';
  }
}

/** Adds the charset parameter, or corrects it. */
function withCharset(contentType: string, charset: string): string {
  const given = parseContentType(contentType).parameters.get('charset');
  if (given === undefined) return `${contentType}; charset=${charset}`;
  if (given.toLowerCase() === charset.toLowerCase()) return contentType;
  return contentType.replace(/;\s*charset\s*=\s*(?:"[^"]*"|[^\s;]*)/i, `; charset=${charset}`);
}
