import type { JsonValue } from './json.ts';
import type { XmlElement } from './xml/tree.ts';

/** Bytes as they arrive, with back-pressure; a Node Readable is one. */
export type ByteStream = AsyncIterable<Uint8Array>;

/**
 * Where the truth of a body lies at this moment. It moves right only when something looks inside or replaces it:
 * stream (unread) -> bytes (unparsed) -> json | xml | text | binary (parsed or made by a mediator).
 */
export type BodyForm = 'empty' | 'stream' | 'bytes' | 'json' | 'xml' | 'text' | 'binary';

/**
 * The lazy body of a message. A flow that never looks inside passes the stream on untouched.
 * `load` makes every view synchronous; views parse on first use and remember.
 *
 * XML views are SOAP-shaped, as in Synapse: an Envelope with Header and Body. Plain XML ("pox") gets an envelope
 * around it in memory and loses it when written. Text is {http://ws.apache.org/commons/ns/payload}text and binary
 * {...}binary inside the envelope; JSON becomes <jsonObject>, <jsonArray><jsonElement>.
 */
export abstract class Body {
  static empty(): Body {
    throw new Error('being built');
  }
  /** Unread bytes; `length` when the sender said how many. */
  static stream(_stream: ByteStream, _contentType: string | undefined, _length?: number): Body {
    throw new Error('being built');
  }
  static bytes(_bytes: Uint8Array, _contentType: string | undefined): Body {
    throw new Error('being built');
  }
  static json(_value: JsonValue): Body {
    throw new Error('being built');
  }
  /** A whole SOAP envelope, or the payload element alone (then an envelope of `soap11` is put around it). */
  static xml(_element: XmlElement): Body {
    throw new Error('being built');
  }
  static text(_text: string): Body {
    throw new Error('being built');
  }

  abstract readonly form: BodyForm;
  /** As received, or as the last writer set it; with parameters such as charset. */
  abstract contentType: string | undefined;
  /** Reads a stream to its end. Returns undefined at once when there is nothing to wait for. Faults BODY_TOO_LARGE. */
  abstract load(signal?: AbortSignal): Promise<void> | undefined;
  abstract readonly loaded: boolean;

  // Views. Throw Fault BODY_NOT_READABLE when the bytes are not what the content type says.
  abstract json(): JsonValue | undefined;
  abstract envelope(): XmlElement;
  /** First element of the SOAP body. */
  abstract payload(): XmlElement | undefined;
  abstract text(): string;
  abstract bytes(): Uint8Array;

  // Changes. Each makes the new value the truth and forgets the other views.
  abstract setJson(value: JsonValue): void;
  abstract setXml(element: XmlElement): void;
  abstract setText(text: string): void;
  abstract setBytes(bytes: Uint8Array, contentType: string | undefined): void;
  abstract clear(): void;
  /** Call after changing the tree that envelope() or payload() returned. */
  abstract touchXml(): void;
}
