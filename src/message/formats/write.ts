import type { Body, ByteStream } from '../body.ts';
import type { Envelope, Message } from '../message.ts';
import { formatOf, parseContentType } from './content-type.ts';
import { render, type RenderOptions } from './render.ts';

/** What a transport sends. Neither bytes nor stream means no body. */
export interface WrittenBody {
  /** The Content-Type header; undefined when there is no body. */
  readonly contentType: string | undefined;
  readonly bytes?: Uint8Array;
  readonly stream?: ByteStream;
  /** Bytes in all, when it is known before they are sent. */
  readonly length?: number;
}

export interface WriteOptions {
  /** What an endpoint's format asks for: soap11, soap12, or 'none' for pox and rest. The body's own otherwise. */
  readonly envelope?: Envelope | undefined;
}

/**
 * The body as it leaves. axis2 `messageType`, else `ContentType`, else the body's own content type chooses the format;
 * `ContentType` is the header that is sent. Bytes that came in that type and were not changed leave as they came, and
 * an unread stream stays one. A stream that must change type is read when the returned stream is: await
 * `prepareBody` first to have its faults before the first byte.
 * Honoured: NO_ENTITY_BODY, enableMTOM, CHARACTER_SET_ENCODING, setCharacterEncoding, WRITE_XML_DECLARATION.
 * Source: Axis2 TransportUtils.getMessageFormatter, Synapse PassThroughHttpSender.
 */
export function writeBody(message: Message, options: WriteOptions = {}): WrittenBody {
  const { body } = message;
  if (body.form === 'empty' && !options.envelope) return { contentType: undefined };
  if (isTrue(message.axis2.get('NO_ENTITY_BODY'))) return { contentType: undefined };
  if (passesThrough(message, options)) {
    const contentType = passedType(message);
    if (body.form === 'bytes') {
      const bytes = body.bytes();
      return { contentType, bytes, length: bytes.length };
    }
    const { length } = body;
    return { contentType, stream: body.takeStream(), ...(length === undefined ? {} : { length }) };
  }
  if (body.form === 'stream') return { contentType: targetType(message), stream: convertLater(message, options) };
  const { contentType, bytes } = render(body, targetType(message), renderOptions(message, options));
  if (bytes === undefined) return { contentType: undefined };
  return { contentType: headerType(message, contentType), bytes, length: bytes.length };
}

/** Loads the body when writing must look into it. Undefined when there is nothing to wait for. */
export function prepareBody(
  message: Message,
  signal?: AbortSignal,
  options: WriteOptions = {},
): Promise<void> | undefined {
  if (message.body.loaded || passesThrough(message, options)) return undefined;
  return message.body.load(signal);
}

/** The version of a body's envelope, 'none' for plain XML, JSON, text and binary. Parses text/xml to know. */
export function messageEnvelope(body: Body): Envelope {
  return body.soap;
}

async function* convertLater(message: Message, options: WriteOptions): AsyncGenerator<Uint8Array> {
  await message.body.load();
  const { bytes } = render(message.body, targetType(message), renderOptions(message, options));
  if (bytes) yield bytes;
}

function passesThrough(message: Message, options: WriteOptions): boolean {
  const { body } = message;
  if (!body.untouched) return false;
  const came = parseContentType(body.receivedType);
  const target = parseContentType(targetType(message));
  const charset = text(message, 'CHARACTER_SET_ENCODING');
  const cameIn = came.parameters.get('charset') ?? 'UTF-8';
  if (charset !== undefined && charset.toLowerCase() !== cameIn.toLowerCase() && formatOf(came.media) !== 'binary')
    return false;
  if (options.envelope !== undefined && body.soap !== options.envelope) return false;
  if (came.media === 'multipart/related' && message.axis2.has('enableMTOM') && !isMtom(message)) return false;
  if (came.media === target.media) return true;
  // Plain XML sent as text/xml and JSON sent as another JSON are the same bytes.
  const formats = `${formatOf(came.media)} ${formatOf(target.media)}`;
  if (formats === 'json json' || formats === 'text text' || formats === 'binary binary') return true;
  const plain = formats === 'pox soap' && target.media === 'text/xml' && message.request?.soap === undefined;
  return plain && body.loaded && body.soap === 'none';
}

/** The content type that chooses the format. */
function targetType(message: Message): string | undefined {
  return text(message, 'messageType') ?? text(message, 'ContentType') ?? message.body.contentType;
}

function passedType(message: Message): string | undefined {
  const { body } = message;
  const header = text(message, 'ContentType') ?? text(message, 'messageType');
  if (header === undefined) return body.contentType;
  const received = parseContentType(body.receivedType);
  const asked = parseContentType(header);
  // The type that came knows the boundary and the charset of these very bytes.
  return asked.media === received.media ? body.receivedType : header;
}

/** `ContentType` overrides what is sent, but for the parameters that only the formatter knows. */
function headerType(message: Message, rendered: string | undefined): string | undefined {
  const asked = text(message, 'ContentType');
  if (asked === undefined || rendered === undefined) return rendered;
  const made = parseContentType(rendered);
  const media = parseContentType(asked).media;
  if (formatOf(media) === 'related') return rendered;
  const soap = made.media === 'application/soap+xml' || (made.media === 'text/xml' && formatOf(media) === 'soap');
  if (media === made.media || soap) return rendered;
  const charset = made.parameters.get('charset');
  const boundary = made.parameters.get('boundary');
  if (boundary !== undefined && media.startsWith('multipart/')) return `${asked}; boundary=${boundary}`;
  if (charset === undefined || /charset/i.test(asked) || formatOf(media) === 'binary') return asked;
  return `${asked}; charset=${charset}`;
}

function renderOptions(message: Message, options: WriteOptions): RenderOptions {
  const action = message.addressing.action ?? message.headers.get('soapaction')?.replace(/^"|"$/g, '');
  return {
    charset: text(message, 'CHARACTER_SET_ENCODING'),
    charsetParameter: text(message, 'setCharacterEncoding') !== 'false',
    declaration: isTrue(message.axis2.get('WRITE_XML_DECLARATION')),
    envelope: options.envelope,
    around: message.request?.soap,
    mtom: isMtom(message),
    action,
  };
}

function isMtom({ axis2 }: Message): boolean {
  return isTrue(axis2.get('enableMTOM')) || isTrue(axis2.get('enableSwA'));
}

function text(message: Message, name: string): string | undefined {
  const value = message.axis2.get(name);
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isTrue(value: unknown): boolean {
  return value === true || (typeof value === 'string' && value.toLowerCase() === 'true');
}
