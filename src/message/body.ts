import { Fault } from '../errors.ts';
import { formatOf, parseContentType, type Format } from './formats/content-type.ts';
import { jsonToXml } from './formats/json-to-xml.ts';
import { envelopeOf, readEnvelope, readJson, readText } from './formats/read.ts';
import { render } from './formats/render.ts';
import { readStream } from './formats/stream.ts';
import { wrapText } from './formats/wrapped.ts';
import { xmlToJson } from './formats/xml-to-json.ts';
import { stringifyJson, type JsonValue } from './json.ts';
import type { Envelope } from './message.ts';
import { makeEnvelope, soapBody, soapPayload } from './soap/envelope.ts';
import { serializeXml } from './xml/serialize.ts';
import { cloneNode, type XmlElement } from './xml/tree.ts';

/** Bytes as they arrive, with back-pressure; a Node Readable is one. */
export type ByteStream = AsyncIterable<Uint8Array>;

/**
 * Where the truth of a body lies at this moment:
 * - stream: unread; - bytes: as received, though views may have been parsed from them; - empty: nothing
 * - json, xml, text: made or changed by a mediator
 */
export type BodyForm = 'empty' | 'stream' | 'bytes' | 'json' | 'xml' | 'text';

/** What a body is, by its form or else by the content type it came with. Forms and multipart count as xml. */
export type BodyKind = 'empty' | 'json' | 'xml' | 'text' | 'binary';

/** Most bytes that are read into memory when a flow looks into a body. */
const BODY_LIMIT: number = 256 * 1024 * 1024;

/**
 * The lazy body of a message. A flow that never looks inside passes the stream on untouched.
 * `load` makes every view synchronous; views parse on first use and remember. Bytes that nobody changed are written as
 * they came.
 *
 * XML views are SOAP-shaped, as in Synapse: an Envelope with Header and Body. Plain XML ("pox") gets an envelope
 * around it in memory and loses it when written. Text is {http://ws.apache.org/commons/ns/payload}text and binary
 * {...}binary inside the envelope; JSON becomes <jsonObject>, <jsonArray><jsonElement>.
 */
export class Body {
  /**
   * As received, or as the last writer set it; with parameters such as charset. Setting it changes how the body is
   * written, never how the bytes that came are read.
   */
  contentType: string | undefined;
  #form: BodyForm;
  #stream: ByteStream | undefined;
  #length: number | undefined;
  #loading: Promise<void> | undefined;
  /** The content type that `#bytes` or `#stream` came with. */
  #received: string | undefined;
  // The truth and the views made from it; undefined = not made yet.
  #bytes: Uint8Array | undefined;
  #json: JsonValue | undefined;
  #envelope: XmlElement | undefined;
  #text: string | undefined;
  #soap: Envelope | undefined;

  private constructor(form: BodyForm, contentType: string | undefined) {
    this.#form = form;
    this.contentType = contentType;
  }

  static empty(): Body {
    return new Body('empty', undefined);
  }

  /** Unread bytes; `length` when the sender said how many. */
  static stream(stream: ByteStream, contentType: string | undefined, length?: number): Body {
    if (length === 0) return new Body('empty', contentType);
    const body = new Body('stream', contentType);
    body.#stream = stream;
    body.#length = length;
    body.#received = contentType;
    return body;
  }

  static bytes(bytes: Uint8Array, contentType: string | undefined): Body {
    const body = new Body('empty', contentType);
    body.setBytes(bytes, contentType);
    return body;
  }

  static json(value: JsonValue): Body {
    const body = new Body('json', 'application/json');
    body.#json = value;
    return body;
  }

  /** A whole SOAP envelope, or the payload element alone (then an envelope of SOAP 1.1 is put around it in memory). */
  static xml(element: XmlElement): Body {
    const body = new Body('empty', undefined);
    body.setXml(element);
    body.contentType = { soap11: 'text/xml', soap12: 'application/soap+xml', none: 'application/xml' }[body.soap];
    return body;
  }

  static text(text: string): Body {
    const body = new Body('text', 'text/plain');
    body.#text = text;
    return body;
  }

  get form(): BodyForm {
    return this.#form;
  }

  get kind(): BodyKind {
    if (this.#form !== 'bytes' && this.#form !== 'stream') return this.#form;
    return kinds[this.receivedFormat];
  }

  /** How bytes that came are read. */
  get receivedFormat(): Format {
    return formatOf(parseContentType(this.receivedType).media);
  }

  /** The content type that untouched bytes came with. */
  get receivedType(): string | undefined {
    return this.#received ?? this.contentType;
  }

  get loaded(): boolean {
    return this.#form !== 'stream';
  }

  /** True once something has looked at it as XML: what Synapse calls a built message. */
  get built(): boolean {
    return this.#envelope !== undefined;
  }

  /** True while the bytes that came are what the body is, read or not. */
  get untouched(): boolean {
    return this.#form === 'bytes' || this.#form === 'stream';
  }

  /** Bytes that are there or that the sender announced; undefined when nobody knows. */
  get length(): number | undefined {
    return this.#form === 'empty' ? 0 : this.#form === 'stream' ? this.#length : this.#bytes?.length;
  }

  /**
   * The version of the envelope around the payload; 'none' when it is there in memory only. Parses text/xml to know.
   */
  get soap(): Envelope {
    if (this.#soap !== undefined) return this.#soap;
    if (this.#form === 'stream') {
      const { media } = parseContentType(this.receivedType);
      return media === 'application/soap+xml' ? 'soap12' : media === 'text/xml' ? 'soap11' : 'none';
    }
    if (this.#form === 'bytes' && ['soap', 'pox', 'related'].includes(this.receivedFormat)) this.envelope();
    return this.#soap ?? 'none';
  }

  /** Reads a stream to its end. Returns undefined at once when there is nothing to wait for. Faults BODY_TOO_LARGE. */
  load(signal?: AbortSignal, limit: number = BODY_LIMIT): Promise<void> | undefined {
    if (this.#form !== 'stream') return undefined;
    return (this.#loading ??= this.#read(signal, limit));
  }

  async #read(signal: AbortSignal | undefined, limit: number): Promise<void> {
    if (this.#length !== undefined && this.#length > limit) {
      throw new Fault('BODY_TOO_LARGE', { detail: { limit, announced: this.#length } });
    }
    const bytes = await readStream(this.takeStream(), limit, signal);
    this.#form = bytes.length === 0 ? 'empty' : 'bytes';
    this.#bytes = bytes;
  }

  /** The unread stream, to be sent on. It can be taken once; views fault from then on. */
  takeStream(): ByteStream {
    const stream = this.#stream;
    if (!stream) throw new Fault('BODY_NOT_READABLE', { text: 'The body was sent on unread; nothing of it is left.' });
    this.#stream = undefined;
    return stream;
  }

  // Views. They throw Fault BODY_NOT_READABLE when the bytes are not what the content type says.

  /** The body as JSON; XML is converted. Undefined when the body is empty. Change it with setJson, not in place. */
  json(): JsonValue | undefined {
    if (this.#json !== undefined || this.#form === 'empty') return this.#json;
    if (this.#form === 'bytes' && this.receivedFormat === 'json') {
      this.#json = readJson(this.#bytes!, this.receivedType);
    } else {
      const payload = this.payload();
      this.#json = payload && xmlToJson(payload);
    }
    return this.#json;
  }

  /** The body as a SOAP envelope. After changing the tree, call touchXml. */
  envelope(): XmlElement {
    return (this.#envelope ??= this.#makeEnvelope());
  }

  #makeEnvelope(): XmlElement {
    switch (this.#form) {
      case 'json':
        return makeEnvelope('soap11', jsonToXml(this.#json!));
      case 'text':
        return makeEnvelope('soap11', wrapText(this.#text!));
      case 'bytes': {
        const json = this.#json;
        if (json !== undefined && this.receivedFormat === 'json') return makeEnvelope('soap11', jsonToXml(json));
        const { envelope, soap } = readEnvelope(this.#bytes!, this.receivedType);
        this.#soap = soap;
        return envelope;
      }
      case 'stream':
        throw new Fault('BODY_NOT_READABLE', { text: 'The body is still on its way: load() was not awaited.' });
      default:
        return makeEnvelope('soap11');
    }
  }

  /** First element of the SOAP body. */
  payload(): XmlElement | undefined {
    return soapPayload(this.envelope());
  }

  /** The characters of the body as they came, else as they would be written: JSON text, XML, text. */
  text(): string {
    if (this.#text !== undefined) return this.#text;
    if (this.#form === 'empty') return '';
    if (this.#form === 'json') return stringifyJson(this.#json!);
    if (this.#form === 'bytes' && this.receivedFormat !== 'binary') {
      return (this.#text = readText(this.#bytes!, this.receivedType));
    }
    if (this.#form === 'bytes') return new TextDecoder().decode(this.#bytes);
    const envelope = this.envelope();
    const node = this.soap === 'none' ? soapPayload(envelope) : envelope;
    return node ? serializeXml(node) : '';
  }

  /** The bytes that came, else the body written as its content type says. */
  bytes(): Uint8Array {
    if (this.#form === 'bytes') return this.#bytes!;
    if (this.#form === 'stream') this.envelope();
    return render(this, this.contentType).bytes ?? new Uint8Array();
  }

  // Changes. Each makes the new value the truth and forgets the other views; the content type stays.

  setJson(value: JsonValue): void {
    this.#become('json');
    this.#json = value;
  }

  /** A whole envelope; or a payload, which takes the place of all that is in the SOAP body and leaves the headers. */
  setXml(element: XmlElement): void {
    const inside = element.parent === null ? element : cloneNode(element);
    const { envelope, soap } = envelopeOf(inside);
    const around = soap === 'none' ? this.#ownEnvelope() : undefined;
    const version = around ? this.soap : soap;
    this.#become('xml');
    this.#soap = version;
    this.#envelope = around ?? envelope;
    if (!around) return;
    const body = soapBody(around);
    body.children = [];
    body.append(inside);
  }

  /** The envelope that came around the payload, if one did. A fault sequence may replace a body that nobody can read. */
  #ownEnvelope(): XmlElement | undefined {
    if (this.#form === 'stream') return undefined;
    try {
      return this.soap === 'none' ? undefined : this.envelope();
    } catch (error) {
      if (Fault.is(error)) return undefined;
      throw error;
    }
  }

  setText(text: string): void {
    this.#become('text');
    this.#text = text;
  }

  setBytes(bytes: Uint8Array, contentType: string | undefined): void {
    this.#become(bytes.length === 0 ? 'empty' : 'bytes');
    this.#bytes = bytes;
    this.#received = contentType;
    this.contentType = contentType;
  }

  clear(): void {
    this.#become('empty');
  }

  /** Call after changing the tree that envelope() or payload() returned. */
  touchXml(): void {
    const envelope = this.envelope();
    const soap = this.soap;
    this.#become('xml');
    this.#envelope = envelope;
    this.#soap = soap;
  }

  /** A loaded body of its own with the same content. Bytes and JSON are shared: nobody changes them in place. */
  copy(): Body {
    if (this.#form === 'stream') this.envelope();
    const copy = new Body(this.#form, this.contentType);
    copy.#received = this.#received;
    copy.#bytes = this.#bytes;
    copy.#json = this.#json;
    copy.#text = this.#text;
    copy.#soap = this.#soap;
    if (this.#form === 'xml') copy.#envelope = cloneNode(this.#envelope!);
    return copy;
  }

  #become(form: BodyForm): void {
    this.#form = form;
    this.#stream = this.#length = this.#loading = this.#received = undefined;
    this.#bytes = this.#json = this.#envelope = this.#text = this.#soap = undefined;
  }
}

const kinds: Readonly<Record<Format, BodyKind>> = {
  soap: 'xml',
  pox: 'xml',
  form: 'xml',
  multipart: 'xml',
  related: 'xml',
  json: 'json',
  text: 'text',
  binary: 'binary',
};
