import type { Readable } from 'node:stream';
import { Body } from '../../message/body.ts';
import type { Headers } from '../../message/headers.ts';
import { codingOf, CodedStream } from './coding.ts';

/** The body that follows those headers, unread. `whole` when all of it is there already. */
export function bodyFrom(headers: Headers, stream: () => Readable, whole?: Uint8Array): Body {
  const contentType = headers.get('content-type');
  const coding = codingOf(headers);
  if (whole !== undefined && (coding === undefined || whole.length === 0)) return Body.bytes(whole, contentType);
  const length = announcedLength(headers);
  if (length === 0) return Body.bytes(new Uint8Array(), contentType);
  if (coding === undefined) return Body.stream(stream(), contentType, length);
  return Body.stream(new CodedStream(coding, stream(), length), contentType);
}

/** Content-Length; undefined when the body is chunked or ends with the connection. */
export function announcedLength(headers: Headers): number | undefined {
  if (headers.has('transfer-encoding')) return undefined;
  const length = headers.get('content-length');
  return length === undefined ? undefined : Number(length);
}
