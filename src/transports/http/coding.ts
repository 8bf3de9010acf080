/**
 * Content codings. A coded body travels as it came as long as nobody looks inside; whoever reads it gets it decoded.
 * The Content-Encoding header of a message says how the body leaves: a body that a flow made is encoded then, as in MI.
 * Source: RFC 9110 section 8.4; MI's documentation of HTTP compression.
 */
import { pipeline, Readable, type Transform } from 'node:stream';
import {
  createBrotliCompress,
  createBrotliDecompress,
  createDeflate,
  createGunzip,
  createGzip,
  createInflate,
} from 'node:zlib';
import type { ByteStream } from '../../message/body.ts';
import type { WrittenBody } from '../../message/formats/write.ts';
import type { Headers } from '../../message/headers.ts';

type Coding = 'gzip' | 'deflate' | 'br';

const codings: Readonly<Record<Coding, { readonly decode: () => Transform; readonly encode: () => Transform }>> = {
  gzip: { decode: () => createGunzip(), encode: () => createGzip() },
  deflate: { decode: () => createInflate(), encode: () => createDeflate() },
  br: { decode: () => createBrotliDecompress(), encode: () => createBrotliCompress() },
};

/** The coding a message's headers name; undefined when there is none or one nobody here knows. */
export function codingOf(headers: Headers): Coding | undefined {
  const name = headers.get('content-encoding')?.trim().toLowerCase();
  if (name === undefined) return undefined;
  if (name === 'x-gzip') return 'gzip';
  return name in codings ? (name as Coding) : undefined;
}

/** A body that came coded: iterating decodes it, `raw` is what came. */
export class CodedStream implements AsyncIterable<Uint8Array> {
  readonly coding: Coding;
  readonly raw: Readable;
  /** Coded bytes, when the sender said how many. */
  readonly rawLength: number | undefined;

  constructor(coding: Coding, raw: Readable, rawLength: number | undefined) {
    this.coding = coding;
    this.raw = raw;
    this.rawLength = rawLength;
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    // A failure of either side reaches whoever reads the decoded stream.
    const decoded = pipeline(this.raw, codings[this.coding].decode(), () => {});
    return decoded[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  }
}

/** What goes over the wire for a written body, coded as the headers say. */
export function coded(written: WrittenBody, headers: Headers): WrittenBody {
  const { stream, bytes, contentType } = written;
  const coding = codingOf(headers);
  if (stream instanceof CodedStream && stream.coding === coding) {
    const { raw, rawLength } = stream;
    return { contentType, stream: raw, ...(rawLength === undefined ? {} : { length: rawLength }) };
  }
  // The length a decoded stream was announced with, if any, was that of the coded bytes.
  if (coding === undefined || (bytes === undefined && stream === undefined)) return written;
  const plain: Readable = Readable.from(stream ?? [bytes]);
  return { contentType, stream: pipeline(plain, codings[coding].encode(), () => {}) as ByteStream };
}
