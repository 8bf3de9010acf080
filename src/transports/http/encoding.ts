import { createGunzip, createInflate, createBrotliDecompress } from 'node:zlib';
import { pipeline, type Readable, type Transform } from 'node:stream';
import { Body } from '../../message/body.ts';
import type { Headers } from '../../message/headers.ts';

const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/**
 * The body of a request or answer without its content encoding. The header goes too: what is sent on is not encoded.
 * An encoding nobody knows passes as it is, header and all.
 */
export function decodedBody(stream: Readable, headers: Headers, length: number | undefined): Body {
  const contentType = headers.get('content-type');
  const decoder = decoders[headers.get('content-encoding')?.trim().toLowerCase() ?? ''];
  if (!decoder) return Body.stream(stream, contentType, length);
  headers.delete('content-encoding');
  headers.delete('content-length');
  // Errors of either side reach whoever reads the decoded stream.
  const decoded = pipeline(stream, decoder(), () => {});
  return Body.stream(decoded, contentType);
}
