import { pipeline, Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { ByteStream } from '../../message/body.ts';
import type { Headers } from '../../message/headers.ts';

const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/**
 * The stream without its content encoding; the same stream when it has none that we know. The header goes too, because
 * what is sent on is not encoded.
 */
export function decodedStream(stream: ByteStream, headers: Headers): ByteStream {
  const decoder = decoders[headers.get('content-encoding')?.trim().toLowerCase() ?? ''];
  if (!decoder) return stream;
  headers.delete('content-encoding');
  headers.delete('content-length');
  const source = stream instanceof Readable ? stream : Readable.from(stream, { objectMode: false });
  // Errors of either side reach whoever reads the decoded stream.
  return pipeline(source, decoder(), () => {});
}
